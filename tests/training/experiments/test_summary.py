from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.evaluation.rankings import ARRIVAL, CHECKLIST, MODEL, TRUTH
from training.experiments.baselines import DEFAULTS
from training.experiments.summary import across, aims, comparisons, headline, in_other_worlds, known_bases, of_adults


def table(recall: float = 0.2, *, arrival: float = 6.0, checklist: float = 1.6, defaults: float = 1.2) -> pd.DataFrame:
    """The model and three others at 1 % and 2 %; each interval reaches a tenth to both sides."""
    rows = []
    for capacity in (0.01, 0.02):
        for ranking, times in ((MODEL, np.nan), (ARRIVAL, arrival), (CHECKLIST, checklist), (DEFAULTS, defaults)):
            share = recall if ranking == MODEL else recall / times
            rows.append(
                {"basis": TRUTH, "capacity": capacity, "ranking": ranking, "positives": 100.0, "recall": share, "recall_low": 0.9 * share,
                 "recall_high": 1.1 * share, "per_100": 10.0, "lift": times, "lift_low": 0.9 * times, "lift_high": 1.1 * times}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_an_aim_holds_where_the_whole_interval_lies_above_it() -> None:
    # 6 * 0.9 > 5; 1.6 > 1.5 > 1.6 * 0.9; 1.2 < 1.5
    assert aims(table())["state"].tolist() == ["yes", "about", "no"]


def test_the_report_says_where_the_model_is_not_better() -> None:
    result = comparisons(table(defaults=1.05))
    assert f"2.0%: beaten: {ARRIVAL}; {CHECKLIST}. **not beaten: {DEFAULTS}**." in result
    assert "20.0% [18.0%, 22.0%]" in headline(table())


def test_nothing_is_in_bold_where_nothing_counts_against_the_model() -> None:
    every = comparisons(table(defaults=3.0))
    assert f"2.0%: beaten: {ARRIVAL}; {CHECKLIST}; {DEFAULTS}.\n" in f"{every}\n"
    none = comparisons(table(arrival=np.nan, checklist=np.nan, defaults=np.nan))
    assert "2.0%: not known: all.\n" in f"{none}\n"
    some = comparisons(table(arrival=np.nan, defaults=1.05))
    assert f"2.0%: beaten: {CHECKLIST}. **not beaten: {DEFAULTS}**. not known: {ARRIVAL}." in some
    assert "**" not in every + none


def grouped(recall: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "basis": TRUTH, "by": ["sex", "minor", "minor", "minor"], "group": ["F", "adult", "minor", "adult"],
            "ranking": [MODEL, MODEL, MODEL, CHECKLIST], "positives": [9.0, 40.0, 8.0, 40.0],
            "recall": [0.9, recall, 0.8, 0.7], "recall_low": 0.1, "recall_high": 0.3,
        }
    )  # fmt: skip


def test_recall_among_adults_stands_alone_for_minors_are_ranked_here_and_not_in_service() -> None:
    assert "Among adults alone, with the same interviews, recall is 20.0% [10.0%, 30.0%] of 40 positives" in of_adults(
        grouped(0.2)
    )
    assert of_adults(grouped(np.nan)).endswith("The recall among adults alone is not known.")
    assert "although in service they go to the child procedure" in of_adults(grouped(np.nan))


def test_a_basis_of_which_nothing_is_known_is_named_once_and_takes_no_rows() -> None:
    result = pd.DataFrame(
        {"basis": ["labels", "labels", TRUTH, TRUTH], "recall": [np.nan, np.nan, np.nan, 0.3], "precision": np.nan}
    )
    kept, words = known_bases(result, ("recall", "precision"))
    assert kept["basis"].tolist() == [TRUTH, TRUTH]
    assert words == "By labels none of this is known."
    assert known_bases(kept, ("recall",)) == (kept, "")


def test_other_worlds_stand_beside_home_and_85_per_cent_of_the_aims() -> None:
    there = table(0.15, arrival=4.4, checklist=1.2, defaults=1.3).assign(world="other")
    recorded = in_other_worlds(there, table(0.2)).iloc[0]
    assert recorded["of home"] == pytest.approx(0.75)
    assert recorded["85 % of the aims"] == "2 of 3"  # 4.4 >= 4.25, 1.2 < 1.275 <= 1.3


def test_a_table_turned_shows_each_ranking_once_with_its_intervals() -> None:
    wide = across(table(), ["ranking"], "capacity")
    assert wide["ranking"].tolist() == [MODEL, ARRIVAL, CHECKLIST, DEFAULTS]
    assert wide["2.0%_low"].iloc[0] == pytest.approx(0.18)


def test_an_aim_of_which_nothing_is_known_elsewhere_counts_neither_as_held_nor_as_missed() -> None:
    there = table(0.15, arrival=np.nan, checklist=1.2, defaults=1.3)
    there.insert(0, "world", "there")
    assert in_other_worlds(there, table(0.2)).iloc[0]["85 % of the aims"] == "1 of 2, 1 not known"
