"""Covers: benchmarks.learning_curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.learning_curves import (
    BOTH,
    LABELS,
    PRIOR,
    draw_curves,
    means,
    positive_count,
    report,
    with_share,
    without_labels,
)
from tests.training.cases import matrix, outcomes
from training.labels.splits import last_split

MATRIX = matrix(1500)
SPLIT = last_split(outcomes(MATRIX))


def test_labels_are_thinned_by_case_group_and_leave_cases_that_were_never_interviewed() -> None:
    positives = np.flatnonzero(SPLIT.labels.positive == 1.0)
    groups = np.full(1500, -1)
    groups[positives] = np.arange(len(positives)) // 4
    part = with_share(SPLIT, groups, 0.5, np.random.default_rng(1))
    kept = ~np.isnan(part.labels.positive)
    whole = pd.Series(kept[positives]).groupby(groups[positives]).nunique()
    assert (whole == 1).all()
    assert 0.35 < positive_count(part) / positive_count(SPLIT) < 0.65
    assert not part.labels.arm[~kept].any()
    assert kept[part.fit].all()
    assert np.array_equal(part.evaluation, SPLIT.evaluation)
    assert positive_count(with_share(SPLIT, groups, 1.0, np.random.default_rng(1))) == positive_count(SPLIT)
    assert without_labels(SPLIT).prior_alone


def test_the_table_has_the_mean_and_range_of_all_runs_and_a_picture(tmp_path: Path) -> None:
    runs = [(0, 0, np.nan, 0.3), (30, 28, 0.1, 0.3), (30, 34, 0.2, 0.5)]
    rows = [
        {"positives": number, "draw": 0, "labels kept": kept, PRIOR: 0.3, LABELS: labels, BOTH: both}
        for number, kept, labels, both in runs
    ]
    table = means(pd.DataFrame(rows))
    last = table.iloc[1]
    assert (last["labels kept"], last["runs"]) == (31, 2)
    assert last[BOTH] == pytest.approx(0.4)
    assert (last[f"{LABELS}_low"], last[f"{LABELS}_high"]) == (0.1, 0.2)
    draw_curves(tmp_path / "curve.svg", table, "visa")
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").startswith("<?xml")
    text = report(table, "visa", 1, "curve.svg")
    assert text.splitlines()[0] == "Synthetic data; not validated on any real visa record."
    assert "| 30 | 31 | 2 | 0.300 [0.300, 0.300] | 0.150 [0.100, 0.200] | 0.400 [0.300, 0.500] |" in text
