"""What stands where in the pictures of a run: nothing covered, nothing moved to another place, no name of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from tests.training.cases import matrix, outcomes
from training.data.splits import rolling
from training.reporting.plots import draw_capacity, draw_splits, draw_worlds

RANKINGS = ("model", "arrival order", "random", "checklist", "another")
CAPACITIES = (0.005, 0.01, 0.02, 0.05)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Figure]]:
    """The figures that were saved, still open."""
    kept: list[Figure] = []
    close = plt.close
    monkeypatch.setattr(plt, "close", kept.append)
    yield kept
    for figure in kept:
        close(figure)


def legend_covers_nothing(figure: Figure) -> bool:
    [legend] = figure.legends
    box = legend.get_window_extent()
    return not any(box.overlaps(axis.get_window_extent()) for axis in figure.axes)


def rows(column: str, places: tuple[object, ...]) -> pd.DataFrame:
    told = [
        {"basis": basis, column: place, "ranking": ranking, "positives": 20.0, "recall": 0.1, "recall_low": 0.0, "recall_high": 0.4}
        for basis, place, ranking in product(("labels", "truth"), places, RANKINGS)
    ]  # fmt: skip
    return pd.DataFrame(told)


def nearest(figure: Figure, axis: int, ranking: int) -> list[str]:
    """The label under each point of a ranking."""
    shown = figure.axes[axis]
    labels = [one.get_text() for one in shown.get_xticklabels()]
    ticks = shown.get_xticks()
    at = np.asarray(shown.containers[ranking].lines[0].get_xdata(), dtype=float)
    assert np.abs(at[:, None] - ticks).min(axis=1).max() < 0.5
    return [labels[int(np.abs(ticks - one).argmin())] for one in at]


def test_every_point_stands_at_its_own_capacity_and_the_legend_beside_the_panels(
    drawn: list[Figure], tmp_path: Path
) -> None:
    draw_capacity(tmp_path / "capacity.png", rows("capacity", CAPACITIES))
    [figure] = drawn
    assert legend_covers_nothing(figure)
    for axis, ranking in product(range(2), range(len(RANKINGS))):
        assert nearest(figure, axis, ranking) == ["0.5 %", "1 %", "2 %", "5 %"]


def test_worlds_have_no_order_and_are_named_in_words(drawn: list[Figure], tmp_path: Path) -> None:
    table = rows("world", ("no_rotation", "short_rings"))
    draw_worlds(tmp_path / "elsewhere.png", table[table["basis"] == "truth"])
    [figure] = drawn
    assert legend_covers_nothing(figure)
    for ranking in range(len(RANKINGS)):
        assert nearest(figure, 0, ranking) == ["no rotation\n20 people", "short rings\n20 people"]
        assert figure.axes[0].containers[ranking].lines[0].get_linestyle() == "None"


def test_the_legend_of_cut_offs_covers_no_bar_and_says_which_cases_are_counted(
    drawn: list[Figure], tmp_path: Path
) -> None:
    made = matrix(900)
    [split] = rolling(outcomes(made, share=0.6), 1)
    draw_splits(tmp_path / "splits.png", made.as_of, [split, replace(split)])
    [figure] = drawn
    assert legend_covers_nothing(figure)
    words = [one.get_text() for one in figure.legends[0].get_texts()]
    assert words[0].startswith("fit: cases whose finding")
    assert words[2] == "judge: all cases, interviewed or not"
