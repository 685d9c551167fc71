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
from training.labels.splits import rolling_splits
from training.report.plots import FEW_POSITIVES, draw_capacity, draw_reliability, draw_shap, draw_splits, draw_worlds
from training.statistics.intervals import share_bounds

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
    result = [
        {"basis": basis, column: folder, "ranking": ranking, "positives": 20.0, "random_positives": 12.0, "recall": 0.1, "recall_low": 0.0, "recall_high": 0.4}
        for basis, folder, ranking in product(("labels", "truth"), places, RANKINGS)
    ]  # fmt: skip
    return pd.DataFrame(result)


def nearest(figure: Figure, axis: int, ranking: int) -> list[str]:
    """The label under each point of a ranking."""
    shown = figure.axes[axis]
    labels = [item.get_text() for item in shown.get_xticklabels()]
    ticks = shown.get_xticks()
    at = np.asarray(shown.containers[ranking].lines[0].get_xdata(), dtype=float)
    assert np.abs(at[:, None] - ticks).min(axis=1).max() < 0.5
    return [labels[int(np.abs(ticks - item).argmin())] for item in at]


def test_every_point_stands_at_its_own_capacity_and_the_legend_beside_the_panels(
    drawn: list[Figure], tmp_path: Path
) -> None:
    draw_capacity(tmp_path / "capacity.png", rows("capacity", CAPACITIES))
    [figure] = drawn
    assert legend_covers_nothing(figure)
    for axis, ranking in product(range(2), range(len(RANKINGS))):
        assert nearest(figure, axis, ranking) == ["0.5 %", "1 %", "2 %", "5 %"]
    assert figure.get_supxlabel() == FEW_POSITIVES


def nothing_known_by_labels() -> pd.DataFrame:
    table = rows("capacity", CAPACITIES)
    blind = table["basis"] == "labels"
    table.loc[blind, ["positives", "recall", "recall_low", "recall_high"]] = np.nan
    return table.assign(random_positives=np.where(blind, 3.0, np.nan))


def test_a_basis_by_which_nothing_is_known_has_a_sentence_and_no_panel(drawn: list[Figure], tmp_path: Path) -> None:
    table = nothing_known_by_labels()
    draw_capacity(tmp_path / "capacity.png", table)
    draw_capacity(tmp_path / "blind.png", table[table["basis"] == "labels"])
    with_truth, blind = drawn
    assert [axis.get_title() for axis in with_truth.axes] == ["by truth: 20 positives"]
    assert not any(axis.axison for axis in blind.axes)
    for figure in drawn:
        assert figure.get_supxlabel() == "by labels: not known, 3 random positives are fewer than 10"


def test_a_world_in_which_nothing_is_known_has_no_number_of_people(drawn: list[Figure], tmp_path: Path) -> None:
    table = rows("world", ("far", "near")).query("basis == 'labels'").reset_index(drop=True)
    table.loc[table["world"] == "far", ["positives", "recall", "recall_low", "recall_high"]] = np.nan
    draw_worlds(tmp_path / "elsewhere.png", table)
    assert [item.get_text() for item in drawn[0].axes[0].get_xticklabels()] == ["far\nnot known", "near\n20 positives"]


def scorer(score: list[float], results: list[float], weight: float = 1.0) -> tuple[pd.DataFrame, np.ndarray]:  # type: ignore[type-arg]
    return pd.DataFrame({"label": results, "weight": weight, "truth": np.nan}), np.array(score)


def test_each_bin_of_calibration_has_its_interval_and_its_number_of_interviews(
    drawn: list[Figure], tmp_path: Path
) -> None:
    # ten bins of twenty interviews of one score each: 0.05, 0.15 … 0.95; in bin k, 2k of twenty found indications
    score = [0.1 * folder + 0.05 for folder in range(10) for _ in range(20)]
    results = [float(item < 2 * folder) for folder in range(10) for item in range(20)]
    draw_reliability(tmp_path / "calibration.png", *scorer(score, results, 7.0))
    [axis] = drawn[0].axes
    assert axis.get_xscale() == "linear"
    assert [item.get_text() for item in axis.texts] == ["20"] * 10
    [bars] = axis.containers[0].lines[2]
    ends = np.array([part[:, 1] for part in bars.get_segments()])
    assert ends == pytest.approx(np.array([share_bounds(folder / 10, 20) for folder in range(10)]))


def test_small_scores_stand_on_logarithmic_axes_and_what_was_not_identified_at_their_edge(
    drawn: list[Figure], tmp_path: Path
) -> None:
    score = [0.001 * 2**folder for folder in range(10) for _ in range(20)]
    results = [float(folder in {4, 9} and item < 4) for folder in range(10) for item in range(20)]
    draw_reliability(tmp_path / "calibration.png", *scorer(score, results))
    [axis] = drawn[0].axes
    assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
    shown = {line.get_label(): np.asarray(line.get_ydata()) for line in axis.lines}
    assert shown["share with indications"] == pytest.approx([0.2, 0.2])
    assert shown["no indications"].tolist() == [axis.get_ylim()[0]] * 8
    assert legend_covers_nothing(drawn[0])


def test_bins_of_nearly_a_score_are_a_bin_with_all_their_interviews(drawn: list[Figure], tmp_path: Path) -> None:
    # nine bins from 0.900 to 0.908, far from the tenth at 0.1; of each twenty interviews ten found indications
    score = [0.1] * 20 + [0.9 + 0.001 * folder for folder in range(9) for _ in range(20)]
    draw_reliability(tmp_path / "calibration.png", *scorer(score, [0.0, 1.0] * 100))
    [axis] = drawn[0].axes
    assert [item.get_text() for item in axis.texts] == ["20", "180"]
    shown = next(line for line in axis.lines if line.get_label() == "share with indications")
    assert np.asarray(shown.get_xydata()) == pytest.approx(np.array([[0.1, 0.5], [0.904, 0.5]]))
    assert axis.containers[0].lines[2][0].get_segments()[1][:, 1] == pytest.approx(share_bounds(0.5, 180.0))


def test_unequal_weights_widen_the_interval_of_a_bin(drawn: list[Figure], tmp_path: Path) -> None:
    # all of one score: weights of 1 and 3 in turn are worth 400² / (100·1 + 100·9) = 160 of 200 interviews
    frame, score = scorer([0.5] * 200, [0.0, 0.0, 1.0, 1.0] * 50)
    frame["weight"] = [1.0, 3.0] * 100
    draw_reliability(tmp_path / "calibration.png", frame, score)
    [bars] = drawn[0].axes[0].containers[0].lines[2]
    assert tuple(bars.get_segments()[0][:, 1]) == pytest.approx(share_bounds(0.5, 160.0))


def test_no_name_is_cut_off_and_the_dots_have_two_fifths_of_the_picture(drawn: list[Figure], tmp_path: Path) -> None:
    names = tuple(sorted(matrix(2).catalogue.names, key=len)[-25:])
    values = np.random.default_rng(1).random((60, 25))
    draw_shap(tmp_path / "shap.png", names, values, values - 0.5)
    picture = plt.imread(tmp_path / "shap.png")[:, :, :3]
    edges = [picture[0], picture[-1], picture[:, 0], picture[:, -1]]
    assert all((edge == 1.0).all() for edge in edges)
    axis = drawn[0].axes[0]
    assert axis.get_window_extent().width / drawn[0].dpi * 110 > 0.4 * picture.shape[1]


def test_worlds_have_no_order_and_are_named_in_words(drawn: list[Figure], tmp_path: Path) -> None:
    table = rows("world", ("no_rotation", "short_rings"))
    draw_worlds(tmp_path / "elsewhere.png", table[table["basis"] == "truth"])
    [figure] = drawn
    assert legend_covers_nothing(figure)
    for ranking in range(len(RANKINGS)):
        assert nearest(figure, 0, ranking) == ["no rotation\n20 positives", "short rings\n20 positives"]
        assert figure.axes[0].containers[ranking].lines[0].get_linestyle() == "None"


def test_the_legend_of_cut_offs_covers_no_bar_and_says_which_cases_are_counted(
    drawn: list[Figure], tmp_path: Path
) -> None:
    built = matrix(900)
    [split] = rolling_splits(outcomes(built, share=0.6), 1)
    draw_splits(tmp_path / "splits.png", built.as_of, [split, replace(split)])
    [figure] = drawn
    assert legend_covers_nothing(figure)
    words = [item.get_text() for item in figure.legends[0].get_texts()]
    assert words[0].startswith("fit: labelled cases")
    assert words[2] == "evaluate: all cases, interviewed or not"
