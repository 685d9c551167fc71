from __future__ import annotations

import pytest

from serving.shadow.comparison import compare
from serving.shadow.report import markdown_report
from serving.store.shadows import ScorePair
from tests.serving.shadow.test_comparison import case


@pytest.mark.parametrize(
    ("pairs", "running", "output"),
    [
        ([], True, "Nothing has been scored yet"),
        ([], False, "shadow start visa --until"),
        ([case(0, None, 0.2)], True, "the champion gave none"),
    ],
    ids=["runs", "ended", "no champion"],
)
def test_where_nothing_can_be_compared_the_report_says_what_to_do_and_has_no_table(
    pairs: list[ScorePair], running: bool, output: str
) -> None:
    about = {"subject": "visa", "challenger": "2", "begun_at": "then", "ends_at": "later", "running": running}
    report = markdown_report({**about, **compare(pairs, {})})
    assert output in report
    assert "|" not in report
    assert "|---|" in markdown_report({**about, **compare([case(0, 0.1, 0.2)], {})})
