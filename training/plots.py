"""What does it look like? Pictures of a run: cut-offs in time, what moved the score, calibration, what capacity buys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import shap
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from training.evaluate import LABELS, bases
from training.labels import DAY_US
from training.reliability import reliability
from training.splits import Split

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
    """Draw recall against capacity for every ranking of a table of `at_capacity`, with 95 % intervals."""
    names = table["basis"].unique()
    _, axes = plt.subplots(1, len(names), sharey=True, squeeze=False, figsize=(6 * len(names), 4.5))
    for axis, basis in zip(axes[0], names, strict=True):
        for number, (ranking, rows) in enumerate(table[table["basis"] == basis].groupby("ranking", sort=False)):
            at = 100 * rows["capacity"] * (1 + 0.02 * number)
            reach = [rows["recall"] - rows["recall_low"], rows["recall_high"] - rows["recall"]]
            axis.errorbar(
                at, rows["recall"], np.clip(np.nan_to_num(reach), 0, None), marker="o", capsize=2, label=ranking
            )
        axis.set_title(f"by {basis}", fontsize=9)
        axis.set_xlabel("interview capacity, % of all cases of each post-week")
    axes[0][0].set_ylabel("share of people concerned who are interviewed")
    axes[0][-1].legend(fontsize=7)
    _save(path, "What capacity buys")


def draw_worlds(path: Path, table: pd.DataFrame) -> None:
    """Draw recall at one capacity in each world for every ranking, with 95 % intervals."""
    worlds = list(dict.fromkeys(table["world"]))
    _, axis = plt.subplots(figsize=(max(6.0, 1.2 * len(worlds)), 4.5))
    for number, (ranking, rows) in enumerate(table.groupby("ranking", sort=False)):
        at = np.array([worlds.index(one) for one in rows["world"]]) + 0.06 * number
        reach = [rows["recall"] - rows["recall_low"], rows["recall_high"] - rows["recall"]]
        axis.errorbar(at, rows["recall"], np.clip(np.nan_to_num(reach), 0, None), marker="o", capsize=2, label=ranking)
    axis.set_xticks(range(len(worlds)), worlds, rotation=20)
    axis.set_ylabel("share of people concerned who are interviewed")
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=7)
    _save(path, "In other worlds, at 2 % capacity")


def draw_splits(path: Path, as_of: NDArray[np.int64], splits: Sequence[Split]) -> None:
    """Draw, for each cut-off, which times fit, calibrate and judge; what lies between is the label window."""
    colours = {"fit": "tab:blue", "calibrate": "tab:orange", "judge": "tab:green"}
    _, axis = plt.subplots(figsize=(8, 1.2 + 0.6 * len(splits)))
    for height, split in enumerate(splits):
        for part, rows in (("fit", split.fit), ("calibrate", split.calibrate), ("judge", split.judge)):
            start, end = as_of[rows].min() / _YEAR_US + 1970, as_of[rows].max() / _YEAR_US + 1970
            axis.barh(
                -height, end - start, left=start, height=0.5, color=colours[part], label=part if not height else None
            )
            axis.text((start + end) / 2, -height, f"{len(rows):,}", ha="center", va="center", fontsize=7, color="white")
        axis.axvline(split.cutoff_us / _YEAR_US + 1970, color="0.3", linestyle=":", linewidth=1)
    axis.set_yticks([-height for height in range(len(splits))], [f"cut-off {n}" for n in range(1, len(splits) + 1)])
    axis.legend(fontsize=7, loc="lower left")
    _save(path, f"Cut-offs; between parts lie {splits[-1].gap_days:.0f} days without cases, as long as labels take")


def _save(path: Path, title: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.gcf()
    figure.suptitle(f"{title}\n({NOTE})", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)
