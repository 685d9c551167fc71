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
from training.evaluation.by_labels import LEAST_FOUND
from training.evaluation.evaluate import LABELS, bases
from training.evaluation.reliability import reliability
from training.statistics.intervals import share_bounds

mpl.use("Agg")
Floats = NDArray[np.float64]
NOTE = "synthetic data unless real records were given; not validated on any real visa record"
FEW_FINDINGS = (
    "Estimates by labels rest on the few random interviews with indications: neighbouring capacities may differ by chance, "
    "and a larger one may seem to reach fewer."
)
"""Recall by truth can only grow with capacity; by labels it is a ratio of two estimates of a few findings each."""
SHOWN_FEATURES = 20
SMALL_SCORE = 0.1
"""Where half of the bins score below it, calibration is drawn on logarithmic axes; on linear ones they would pile up at nought."""
LEAST_DRAWN = 1e-6
LEAST_APART = 0.03
"""Of the axis between the first and the last bin."""
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
        max_display=SHOWN_FEATURES,
        plot_size=(13.0, 0.4 * min(int(said.sum()), SHOWN_FEATURES) + 1.5),
        rng=np.random.default_rng(0),
    )
    figure = plt.gcf()
    figure.axes[0].set_xlabel("contribution to the score (SHAP value, log-odds)", fontsize=11)
    figure.set_layout_engine("none")
    _save(path, "What moves the score", above=0.04)


def draw_reliability(path: Path, frame: pd.DataFrame, score: Floats) -> None:
    """Draw the share of interviews with indications against the score, weighted to all cases, in bins of about equal weight.

    Bins that would cover each other are one. Bars are 95 % intervals of each bin's share at its effective number of interviews; figures are interviews. A bin without
    indications has no place on a logarithmic axis: it stands as a triangle at the lower edge.
    """
    basis = next(one for one in bases(frame) if one.name == LABELS)
    figure, axis = plt.subplots(figsize=(8.0, 6.0))
    if len(basis.rows):
        _draw_bins(axis, score[basis.rows], basis.value, basis.weight)
        _legend_beside(figure, axis)
    else:
        axis.text(0.5, 0.5, "not known: no interview stands for others", ha="center", transform=axis.transAxes)
    axis.set_xlabel("score (mean of the bin)")
    axis.set_ylabel("share with indications, weighted to all cases")
    _save(path, "Calibration: in each bin of scores the share found, its 95 % interval and the number of interviews")


def _draw_bins(axis: Axes, score: Floats, value: Floats, weight: Floats) -> None:
    told = reliability(score, value, weight)
    log = float(told["score"].median()) < SMALL_SCORE
    # the mean of the weights by themselves is the sum of their squares over their sum
    told["squares"] = told["weight"] * reliability(score, weight, weight)["found"]
    told = _joined(told, np.log(told["score"].clip(lower=LEAST_DRAWN)) if log else told["score"])
    size = told["weight"] ** 2 / told["squares"]
    low, high = np.array([share_bounds(one, n) for one, n in zip(told["found"], size, strict=True)]).T
    top = min(1.2 * max(float(told["score"].max()), float(high.max())), 1.0)
    seen = told["found"] > 0
    edge = 0.0
    if log:
        edge = 0.5 * max(float(min(told["score"].min(), told["found"][seen].min() if seen.any() else 1.0)), LEAST_DRAWN)
        axis.set_xscale("log")
        axis.set_yscale("log")
    at = told["score"].clip(lower=edge)
    shown = told["found"].clip(lower=edge)
    axis.plot([edge, top], [edge, top], color="0.7", label="perfect")
    reach = np.clip([shown - low.clip(min=edge), high - shown], 0.0, None)
    axis.errorbar(at, shown, reach, color="tab:blue", linestyle="none", capsize=2, linewidth=0.8, label="95 % interval")
    for marker, rows, words in (("o", seen, "share found"), ("v", ~seen, "none found")):
        if rows.any():
            axis.plot(
                at[rows], shown[rows], marker=marker, linestyle="none", color="tab:blue", label=words, clip_on=False
            )
    for x, y, n in zip(at, high, told["interviews"], strict=True):
        axis.annotate(
            f"{n:,}", (x, y), (0, 4), textcoords="offset points", rotation=90, ha="center", va="bottom", fontsize=7
        )
    axis.set_xlim(edge, top)
    axis.set_ylim(edge, 1.6 * top if log else 1.08 * top)


def _joined(told: pd.DataFrame, place: pd.Series[float]) -> pd.DataFrame:
    """Make one of neighbouring bins that would cover each other, so near are their places on the axis, float64[bins]."""
    number, first, numbers = 0, float(place.iloc[0]), []
    for one in place:
        if one - first > LEAST_APART * (place.iloc[-1] - place.iloc[0]):
            number, first = number + 1, one
        numbers.append(number)
    means = ["score", "found"]
    sums = told.assign(**{name: told[name] * told["weight"] for name in means}).groupby(numbers).sum()
    return sums.assign(**{name: sums[name] / sums["weight"] for name in means})


def draw_capacity(path: Path, table: pd.DataFrame) -> None:
    """Draw recall against capacity for every ranking of a table of `at_capacity`, with 95 % intervals.

    Capacities stand side by side at equal distance and the rankings of one beside each other within it. Each basis has a
    scale of its own, for what is found by labels may be a small part of what is there by truth; one by which nothing is known
    has a sentence in place of a panel.
    """
    by_basis = {str(basis): rows for basis, rows in table.groupby("basis", sort=False)}
    known = {basis: rows for basis, rows in by_basis.items() if rows["recall"].notna().any()}
    panels = max(len(known), 1)
    size = (5.5 * panels + 2.5, 4.5 if known else 1.0)
    figure, axes = plt.subplots(1, panels, squeeze=False, figsize=size, layout="constrained")
    for axis, (basis, rows) in zip(axes[0], known.items(), strict=False):
        capacities = sorted(rows["capacity"].unique())
        _draw_beside(axis, rows, "capacity", capacities, linestyle=":")
        axis.set_xticks(range(len(capacities)), [f"{100 * one:g} %" for one in capacities])
        people = rows["positives"].max()
        axis.set_title(
            f"by {basis}: {people:,.0f} people concerned{', estimated' if basis == LABELS else ''}", fontsize=9
        )
        axis.set_xlabel("interviews, of all cases of each post-week")
    words = [_not_known(basis, rows) for basis, rows in by_basis.items() if basis not in known]
    if known:
        axes[0][0].set_ylabel("share of people concerned who are interviewed")
        _legend_beside(figure, axes[0][-1])
    else:
        axes[0][0].set_axis_off()
    if LABELS in known:
        words.append(FEW_FINDINGS)
    figure.supxlabel("\n".join(words), fontsize=8)
    _save(path, "What capacity buys")


def _not_known(basis: str, rows: pd.DataFrame) -> str:
    if basis != LABELS:
        return f"by {basis}: not known"
    found = float(rows["random_findings"].max())
    if found < LEAST_FOUND:
        return f"by {basis}: not known, {found:.0f} random interviews with indications are fewer than {LEAST_FOUND}"
    return f"by {basis}: not known, none of the random interviews was among those called in"


def draw_worlds(path: Path, table: pd.DataFrame) -> None:
    """Draw recall at one capacity in each world for every ranking, with 95 % intervals."""
    worlds = list(dict.fromkeys(table["world"]))
    people = table.groupby("world")["positives"].max()
    figure, axis = plt.subplots(figsize=(max(7.0, 1.4 * len(worlds) + 2.5), 4.5))
    _draw_beside(axis, table, "world", worlds, linestyle="none")
    shown = [
        f"{str(one).replace('_', ' ')}\n{'not known' if np.isnan(people[one]) else f'{people[one]:,.0f} people'}"
        for one in worlds
    ]
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


def _save(path: Path, title: str, *, above: float = 0.0) -> None:
    """Write the picture that is open, its title so far above the place where it usually stands, as a share of the height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.gcf()
    heading = figure.suptitle(f"{title}\n({NOTE})", fontsize=8)
    if above:  # a layout moves only a title that nobody has placed
        heading.set_y(heading.get_position()[1] + above)
    elif not figure.legends and figure.get_layout_engine() is None:
        figure.tight_layout()
    # a box about all that is drawn, for names may reach beyond the figure
    figure.savefig(path, dpi=110, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)
