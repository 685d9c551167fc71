"""What does it look like? Pictures of a run: cut-offs in time, what moved the score, calibration, what capacity buys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import shap
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.data.labels import DAY_US
from training.data.splits import Split
from training.evaluation.evaluate import LABELS, bases
from training.evaluation.reliability import reliability

mpl.use("Agg")
Floats = NDArray[np.float64]
NOTE = "synthetic data unless real records were given; not validated on any real visa record"
_YEAR_US = 365.2425 * DAY_US


def draw_shap(path: Path, names: tuple[str, ...], values: Floats, contributions: Floats) -> None:
    """Draw what moved the scores of some cases, float64[n, f] each."""
    # a feature that says nothing about any of these cases has no colour scale
    said = ~np.isnan(values).all(axis=0)
    shap.summary_plot(
        contributions[:, said],
        values[:, said],
        feature_names=[names[at] for at in np.flatnonzero(said).tolist()],
        show=False,
        max_display=20,
        rng=np.random.default_rng(0),
    )
    _save(path, "What moves the score (SHAP, log-odds)")


def draw_reliability(path: Path, frame: pd.DataFrame, score: Floats) -> None:
    """Draw the share of interviews with indications against the score, weighted to all cases."""
    basis = next(one for one in bases(frame) if one.name == LABELS)
    if len(basis.rows):
        told = reliability(score[basis.rows], basis.value, basis.weight)
        top = 1.1 * max(float(told["score"].max()), float(told["found"].max()), 1e-3)
        plt.plot([0, top], [0, top], color="0.7", label="perfect")
        plt.plot(told["score"], told["found"], marker="o", label="weighted to all cases")
        plt.legend()
    plt.xlabel("score")
    plt.ylabel("share with indications")
    _save(path, "Calibration")


def draw_capacity(path: Path, table: pd.DataFrame) -> None:
    """Draw recall against capacity for every ranking of a table of `at_capacity`, with 95 % intervals.

    Capacities stand side by side at equal distance and the rankings of one beside each other within it. Each basis has a
    scale of its own, for what is found by labels may be a small part of what is there by truth.
    """
    names = table["basis"].unique()
    figure, axes = plt.subplots(1, len(names), squeeze=False, figsize=(5.5 * len(names) + 2.5, 4.5))
    for axis, basis in zip(axes[0], names, strict=True):
        rows = table[table["basis"] == basis]
        capacities = sorted(rows["capacity"].unique())
        _draw_beside(axis, rows, "capacity", capacities, linestyle=":")
        axis.set_xticks(range(len(capacities)), [f"{100 * one:g} %" for one in capacities])
        people = rows["positives"].max()
        axis.set_title(
            f"by {basis}: {people:,.0f} people concerned{', estimated' if basis == LABELS else ''}", fontsize=9
        )
        axis.set_xlabel("interviews, of all cases of each post-week")
    axes[0][0].set_ylabel("share of people concerned who are interviewed")
    _legend_beside(figure, axes[0][-1])
    _save(path, "What capacity buys")


def draw_worlds(path: Path, table: pd.DataFrame) -> None:
    """Draw recall at one capacity in each world for every ranking, with 95 % intervals."""
    worlds = list(dict.fromkeys(table["world"]))
    people = table.groupby("world")["positives"].max()
    figure, axis = plt.subplots(figsize=(max(7.0, 1.4 * len(worlds) + 2.5), 4.5))
    _draw_beside(axis, table, "world", worlds, linestyle="none")
    shown = [f"{str(one).replace('_', ' ')}\n{people[one]:,.0f} people" for one in worlds]
    axis.set_xticks(range(len(worlds)), shown, fontsize=8)
    axis.set_xlabel("a world of its own each; its datasheet.md says how it is set")
    axis.set_ylabel("share of people concerned who are interviewed")
    _legend_beside(figure, axis)
    _save(path, "In other worlds, at 2 % capacity")


def _draw_beside(axis: Axes, table: pd.DataFrame, column: str, places: Sequence[object], *, linestyle: str) -> None:
    """Draw the rankings of each place side by side, all nearer to it than to the next one."""
    rankings = list(dict.fromkeys(table["ranking"]))
    for number, ranking in enumerate(rankings):
        rows = table[table["ranking"] == ranking]
        shift = 0.7 * ((number + 0.5) / len(rankings) - 0.5)
        at = np.array([places.index(one) for one in rows[column]]) + shift
        reach = [rows["recall"] - rows["recall_low"], rows["recall_high"] - rows["recall"]]
        axis.errorbar(
            at, rows["recall"], np.clip(np.nan_to_num(reach), 0, None), marker="o", markersize=4, capsize=2,
            linestyle=linestyle, linewidth=0.8, elinewidth=1.2, label=ranking,
        )  # fmt: skip
    for edge in range(len(places) - 1):
        axis.axvline(edge + 0.5, color="0.85", linewidth=0.8)
    axis.set_xlim(-0.5, len(places) - 0.5)
    axis.set_ylim(bottom=min(0.0, -0.02 * axis.get_ylim()[1]))


def draw_splits(path: Path, as_of: NDArray[np.int64], splits: Sequence[Split]) -> None:
    """Draw, for each cut-off, which times fit, calibrate and judge; what lies between is the label window."""
    parts = {
        "fit": ("tab:blue", "fit: cases whose finding was known"),
        "calibrate": ("tab:orange", "calibrate: cases whose finding was known"),
        "judge": ("tab:green", "judge: all cases, interviewed or not"),
    }
    figure, axis = plt.subplots(figsize=(10.5, 1.2 + 0.6 * len(splits)))
    for height, split in enumerate(splits):
        for part, rows in (("fit", split.fit), ("calibrate", split.calibrate), ("judge", split.judge)):
            colour, words = parts[part]
            start, end = as_of[rows].min() / _YEAR_US + 1970, as_of[rows].max() / _YEAR_US + 1970
            axis.barh(-height, end - start, left=start, height=0.5, color=colour, label=words if not height else None)
            axis.text((start + end) / 2, -height, f"{len(rows):,}", ha="center", va="center", fontsize=7, color="white")
        axis.axvline(split.cutoff_us / _YEAR_US + 1970, color="0.3", linestyle=":", linewidth=1)
    axis.set_yticks([-height for height in range(len(splits))], [f"cut-off {n}" for n in range(1, len(splits) + 1)])
    _legend_beside(figure, axis)
    _save(path, f"Cut-offs; between parts lie {splits[-1].gap_days:.0f} days without cases, as long as labels take")


def _legend_beside(figure: Figure, axis: Axes) -> None:
    """Put the legend to the right of all panels, where it covers nothing; only this layout makes room for it."""
    figure.set_layout_engine("constrained")
    figure.legend(*axis.get_legend_handles_labels(), fontsize=7, loc="outside right center")


def _save(path: Path, title: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.gcf()
    figure.suptitle(f"{title}\n({NOTE})", fontsize=8)
    if not figure.legends:
        figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
