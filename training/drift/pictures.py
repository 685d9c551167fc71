"""What does a comparison of two times look like? Mean scores by quarter, and the inputs that moved most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from training.reporting.sections import FIRST_LINE

mpl.use("Agg")
_MOST = 12


def draw_quarters(path: Path, quarters: list[dict[str, Any]]) -> None:
    """Draw the mean score of each quarter, apart for what the model learned from the time of and what came since."""
    figure, axis = plt.subplots(figsize=(9, 3.6))
    names = list(dict.fromkeys(one["quarter"] for one in quarters))
    for since, colour, words in ((False, "tab:blue", "up to what the model learned from"), (True, "tab:red", "since")):
        part = [one for one in quarters if one["now"] is since]
        at = [names.index(one["quarter"]) for one in part]
        axis.plot(at, [one["mean_score"] for one in part], marker="o", markersize=3, color=colour, label=words)
    step = max(len(names) // 12, 1)
    axis.set_xticks(range(0, len(names), step), names[::step], rotation=45, fontsize=7)
    axis.set_ylim(bottom=0)
    axis.set_ylabel("mean score")
    axis.legend(fontsize=8)
    _save(path, "Mean score by quarter of the cases' own times")
    plt.close(figure)


def draw_inputs(path: Path, features: list[dict[str, Any]], limit: float) -> None:
    """Draw the stability indices of the most shifted features beside the limit; those that only grow with the records are pale."""
    shown = sorted(features, key=lambda one: -one["stability_index"])[:_MOST][::-1]
    figure, axis = plt.subplots(figsize=(9, 1.2 + 0.28 * len(shown)))
    colours = ["0.8" if one["grows"] else "tab:red" if one["alarm"] else "tab:blue" for one in shown]
    axis.barh([one["feature"] for one in shown], [one["stability_index"] for one in shown], color=colours)
    axis.axvline(limit, color="0.3", linestyle=":")
    axis.tick_params(axis="y", labelsize=7)
    axis.set_xlabel("population stability index; dotted: limit; red: alarm; grey: grows as records are kept, no limit")
    _save(path, "Inputs that moved most")
    plt.close(figure)


def _save(path: Path, title: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.gcf()
    figure.suptitle(f"{title}\n({FIRST_LINE})", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
