from __future__ import annotations

import pytest

from serving.shadow.comparison import Interview, compare, sign_test
from serving.store.shadows import ScorePair


def case(number: int, champion: float | None, challenger: float | None, week: int = 0) -> ScorePair:
    return ScorePair(f"C{number}", "PH-MNL", week * 7 * 86_400_000_000, number, champion, challenger)


def test_the_report_counts_by_hand() -> None:
    # ten cases of one post's week; at 10 % each chooses one: the champion C0, the challenger C9
    pairs = [case(number, 0.9 - number / 20, 0.1 + number / 20) for number in range(10)]
    result = compare(pairs, {"C0": Interview("targeted", False), "C9": Interview("random", True)})
    at = result["at_capacity"][2]
    assert (at["capacity"], at["chosen"], at["same"]) == (0.10, 1, 0)
    assert at["found"]["random"] == {"findings": 1, "both": 0, "champion_only": 0, "challenger_only": 1, "p": 1.0}
    assert at["found"]["targeted"]["findings"] == 0
    assert result["rank_correlation"] == pytest.approx(-1.0)
    assert result["mean"]["champion"] == pytest.approx(0.675)  # 0.9 less the mean of 0 … 0.45


def test_every_post_and_week_chooses_for_itself_and_cases_without_a_score_are_counted_apart() -> None:
    pairs = [case(0, 0.5, 0.5), case(1, 0.4, 0.4), case(2, 0.1, 0.1, week=1), case(3, None, 0.2), case(4, 0.3, None)]
    result = compare(pairs, {})
    assert (result["cases"], result["scored_by_both"]) == (5, 3)
    assert result["no_score"] == {"champion": 1, "challenger": 1}
    assert all((at["chosen"], at["same"]) == (2, 2) for at in result["at_capacity"])


def test_nothing_to_compare_gives_no_number() -> None:
    result = compare([], {})
    assert result["rank_correlation"] is None
    assert result["mean"] == {"champion": None, "challenger": None}
    assert sign_test(0, 0) is None
    assert sign_test(3, 3) == 1.0
