"""What does drift look like? Mean scores by quarter, and the inputs that moved most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt

from training.report.plots import save_plot

_MAX_SHOWN = 12


def draw_quarters(path: Path, quarters: list[dict[str, Any]]) -> None:
    """Draw the mean score of each quarter, before and after the model learned."""
    _, axis = plt.subplots(figsize=(9, 3.6))
    names = list(dict.fromkeys(row["quarter"] for row in quarters))
    for now, colour, label in ((False, "tab:blue", "until the model learned"), (True, "tab:red", "since")):
        part = [row for row in quarters if row["now"] is now]
        at = [names.index(row["quarter"]) for row in part]
        axis.plot(at, [row["mean_score"] for row in part], marker="o", markersize=3, color=colour, label=label)
    step = max(len(names) // 12, 1)
    axis.set_xticks(range(0, len(names), step), names[::step], rotation=45, fontsize=7)
    axis.set_ylim(bottom=0)
    axis.set_ylabel("mean score")
    axis.legend(fontsize=8)
    save_plot(path, "Mean score by quarter of the cases' own times")


def draw_inputs(path: Path, features: list[dict[str, Any]], limit: float) -> None:
    """Draw the PSI of the most shifted features beside the limit; features that grow with the records are pale."""
    shown = sorted(features, key=lambda row: -row["stability_index"])[:_MAX_SHOWN][::-1]
    _, axis = plt.subplots(figsize=(9, 1.2 + 0.28 * len(shown)))
    colours = ["0.8" if row["grows"] else "tab:red" if row["alarm"] else "tab:blue" for row in shown]
    axis.barh([row["feature"] for row in shown], [row["stability_index"] for row in shown], color=colours)
    axis.axvline(limit, color="0.3", linestyle=":")
    axis.tick_params(axis="y", labelsize=7)
    axis.set_xlabel("PSI; dotted: limit; red: alarm; grey: grows as records are kept, no limit")
    save_plot(path, "Inputs that moved most")
