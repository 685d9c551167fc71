"""What do a run's figures look like? Plots of cut-offs, contributions, calibration and recall at capacity."""

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

from features.arrays import Floats, Ints
from features.tables.times import DAY_US
from training.evaluation.label_estimates import MIN_RANDOM_POSITIVES
from training.evaluation.rankings import LABELS, label_basis
from training.evaluation.reliability import reliability
from training.labels.splits import Split
from training.statistics.intervals import share_bounds

mpl.use("Agg")
NOTE = "synthetic data unless real records were given; not validated on any real visa record"
FEW_POSITIVES = (
    "Estimates by labels rest on few random positives: neighbouring capacities may differ by chance, and a larger capacity may "
    "seem to have a smaller recall."
)
SHOWN_FEATURES = 20
SMALL_SCORE = 0.1
"""With half of the bins below it, calibration has logarithmic axes."""
MIN_DRAWN = 1e-6
MIN_DISTANCE = 0.03
"""Share of the axis between the first and the last bin."""
_YEAR_US = 365.2425 * DAY_US


def draw_shap(path: Path, names: tuple[str, ...], values: Floats, contributions: Floats) -> None:
    """Draw the contributions to the scores of cases, float64[n, f] each."""
    known = ~np.isnan(values).all(axis=0)  # a feature without values has no colour scale
    shap.summary_plot(
        contributions[:, known], values[:, known], feature_names=[names[at] for at in np.flatnonzero(known).tolist()],
        show=False, max_display=SHOWN_FEATURES, plot_size=(15.0, 0.4 * min(int(known.sum()), SHOWN_FEATURES) + 1.5),
        rng=np.random.default_rng(0),
    )  # fmt: skip
    figure = plt.gcf()
    figure.axes[0].set_xlabel("contribution to the score (SHAP value, log-odds)", fontsize=11)
    figure.set_layout_engine("none")
    save_plot(path, "Contributions to the score", above=0.04)


def draw_reliability(path: Path, frame: pd.DataFrame, score: Floats) -> None:
    """Draw the share with indications against the score, weighted to all cases, in bins of about equal weight.

    Overlapping bins are merged. Bars are 95 % intervals at the effective number of interviews, numbers are interviews. On
    logarithmic axes a bin without indications is a triangle at the lower edge.
    """
    basis = label_basis(frame)
    figure, axis = plt.subplots(figsize=(8.0, 6.0))
    if len(basis.rows):
        _draw_bins(axis, score[basis.rows], basis.value, basis.weight)
        _legend_beside(figure, axis)
    else:
        axis.text(0.5, 0.5, "not known: no interview represents others", ha="center", transform=axis.transAxes)
    axis.set_xlabel("score (mean of the bin)")
    axis.set_ylabel("share with indications, weighted to all cases")
    save_plot(path, "Calibration: share with indications by bin of scores, 95 % interval and number of interviews")


def _draw_bins(axis: Axes, score: Floats, value: Floats, weight: Floats) -> None:
    bins = reliability(score, value, weight)
    log = float(bins["score"].median()) < SMALL_SCORE
    # the weighted mean of the weights is the sum of their squares over their sum
    bins["squares"] = bins["weight"] * reliability(score, weight, weight)["share"]
    bins = _merged(bins, np.log(bins["score"].clip(lower=MIN_DRAWN)) if log else bins["score"])
    size = bins["weight"] ** 2 / bins["squares"]
    low, high = np.array([share_bounds(share, n) for share, n in zip(bins["share"], size, strict=True)]).T
    top = min(1.2 * max(float(bins["score"].max()), float(high.max())), 1.0)
    positive = bins["share"] > 0
    edge = 0.0
    if log:
        smallest = bins["share"][positive].min() if positive.any() else 1.0
        edge = 0.5 * max(float(min(bins["score"].min(), smallest)), MIN_DRAWN)
        axis.set_xscale("log")
        axis.set_yscale("log")
    at, shown = bins["score"].clip(lower=edge), bins["share"].clip(lower=edge)
    axis.plot([edge, top], [edge, top], color="0.7", label="perfect")
    bars = np.clip([shown - low.clip(min=edge), high - shown], 0.0, None)
    axis.errorbar(at, shown, bars, color="tab:blue", linestyle="none", capsize=2, linewidth=0.8, label="95 % interval")
    for marker, rows, label in (("o", positive, "share with indications"), ("v", ~positive, "no indications")):
        if rows.any():
            axis.plot(
                at[rows], shown[rows], marker=marker, linestyle="none", color="tab:blue", label=label, clip_on=False
            )
    for x, y, n in zip(at, high, bins["interviews"], strict=True):
        axis.annotate(
            f"{n:,}", (x, y), (0, 4), textcoords="offset points", rotation=90, ha="center", va="bottom", fontsize=7
        )
    axis.set_xlim(edge, top)
    axis.set_ylim(edge, 1.6 * top if log else 1.08 * top)


def _merged(bins: pd.DataFrame, position: pd.Series[float]) -> pd.DataFrame:
    """Bins with those merged that would overlap at their positions on the axis."""
    number, first, numbers = 0, float(position.iloc[0]), []
    for at in position:
        if at - first > MIN_DISTANCE * (position.iloc[-1] - position.iloc[0]):
            number, first = number + 1, at
        numbers.append(number)
    means = ["score", "share"]
    sums = bins.assign(**{name: bins[name] * bins["weight"] for name in means}).groupby(numbers).sum()
    return sums.assign(**{name: sums[name] / sums["weight"] for name in means})


def draw_capacity(path: Path, table: pd.DataFrame) -> None:
    """Draw recall against capacity for every ranking of a table of `at_capacity`, with 95 % intervals.

    Each basis has a panel with its own scale, or a sentence where nothing is known.
    """
    by_basis = {str(basis): rows for basis, rows in table.groupby("basis", sort=False)}
    known = {basis: rows for basis, rows in by_basis.items() if rows["recall"].notna().any()}
    panels = max(len(known), 1)
    size = (5.5 * panels + 2.5, 4.5 if known else 1.0)
    figure, axes = plt.subplots(1, panels, squeeze=False, figsize=size, layout="constrained")
    for axis, (basis, rows) in zip(axes[0], known.items(), strict=False):
        capacities = sorted(rows["capacity"].unique())
        _draw_side_by_side(axis, rows, "capacity", capacities, linestyle=":")
        axis.set_xticks(range(len(capacities)), [f"{100 * capacity:g} %" for capacity in capacities])
        estimated = ", estimated" if basis == LABELS else ""
        axis.set_title(f"by {basis}: {rows['positives'].max():,.0f} positives{estimated}", fontsize=9)
        axis.set_xlabel("interviews, of all cases of each post-week")
    sentences = [_not_known(basis, rows) for basis, rows in by_basis.items() if basis not in known]
    if known:
        axes[0][0].set_ylabel("recall")
        _legend_beside(figure, axes[0][-1])
    else:
        axes[0][0].set_axis_off()
    if LABELS in known:
        sentences.append(FEW_POSITIVES)
    figure.supxlabel("\n".join(sentences), fontsize=8)
    save_plot(path, "Recall at capacity")


def _not_known(basis: str, rows: pd.DataFrame) -> str:
    if basis != LABELS:
        return f"by {basis}: not known"
    positives = float(rows["random_positives"].max())
    if positives < MIN_RANDOM_POSITIVES:
        return f"by {basis}: not known, {positives:.0f} random positives are fewer than {MIN_RANDOM_POSITIVES}"
    return f"by {basis}: not known, no random interview was within capacity"


def draw_worlds(path: Path, table: pd.DataFrame) -> None:
    """Draw recall at a capacity in each world for every ranking, with 95 % intervals."""
    worlds = list(dict.fromkeys(table["world"]))
    positives = table.groupby("world")["positives"].max()
    figure, axis = plt.subplots(figsize=(max(7.0, 1.4 * len(worlds) + 2.5), 4.5))
    _draw_side_by_side(axis, table, "world", worlds, linestyle="none")
    shown = [
        f"{str(world).replace('_', ' ')}\n"
        f"{'not known' if np.isnan(positives[world]) else f'{positives[world]:,.0f} positives'}"
        for world in worlds
    ]
    axis.set_xticks(range(len(worlds)), shown, fontsize=8)
    axis.set_xlabel("world; its settings are in its datasheet.md")
    axis.set_ylabel("recall")
    _legend_beside(figure, axis)
    save_plot(path, "Other worlds, at 2 % capacity")


def _draw_side_by_side(
    axis: Axes, table: pd.DataFrame, column: str, positions: Sequence[object], *, linestyle: str
) -> None:
    """Draw the rankings of each position side by side, nearer to it than to the next."""
    rankings = list(dict.fromkeys(table["ranking"]))
    for number, ranking in enumerate(rankings):
        rows = table[table["ranking"] == ranking]
        shift = 0.7 * ((number + 0.5) / len(rankings) - 0.5)
        at = np.array([positions.index(value) for value in rows[column]]) + shift
        bars = np.nan_to_num([rows["recall"] - rows["recall_low"], rows["recall_high"] - rows["recall"]])
        axis.errorbar(
            at, rows["recall"], np.clip(bars, 0, None), marker="o", markersize=4, capsize=2, linestyle=linestyle,
            linewidth=0.8, elinewidth=1.2, label=ranking,
        )  # fmt: skip
    for edge in range(len(positions) - 1):
        axis.axvline(edge + 0.5, color="0.85", linewidth=0.8)
    axis.set_xlim(-0.5, len(positions) - 0.5)
    axis.set_ylim(bottom=min(0.0, -0.02 * axis.get_ylim()[1]))


def draw_splits(path: Path, as_of: Ints, splits: Sequence[Split]) -> None:
    """Draw the times of fit, calibration and evaluation of each cut-off; between them lies the label window."""
    figure, axis = plt.subplots(figsize=(10.5, 1.2 + 0.6 * len(splits)))
    for height, split in enumerate(splits):
        parts = (
            (split.fit, "tab:blue", "fit: labelled cases"),
            (split.calibrate, "tab:orange", "calibrate: labelled cases"),
            (split.evaluation, "tab:green", "evaluate: all cases, interviewed or not"),
        )
        for rows, colour, label in (part for part in parts if len(part[0])):
            start, end = as_of[rows].min() / _YEAR_US + 1970, as_of[rows].max() / _YEAR_US + 1970
            axis.barh(-height, end - start, left=start, height=0.5, color=colour, label=label if not height else None)
            axis.text((start + end) / 2, -height, f"{len(rows):,}", ha="center", va="center", fontsize=7, color="white")
        axis.axvline(split.cutoff_us / _YEAR_US + 1970, color="0.3", linestyle=":", linewidth=1)
    axis.set_yticks([-height for height in range(len(splits))], [f"cut-off {n}" for n in range(1, len(splits) + 1)])
    _legend_beside(figure, axis)
    save_plot(path, f"Cut-offs; parts are {splits[-1].gap_days:.0f} days apart, the label window")


def _legend_beside(figure: Figure, axis: Axes) -> None:
    """Put the legend to the right of all panels; only this layout makes room for it."""
    figure.set_layout_engine("constrained")
    figure.legend(*axis.get_legend_handles_labels(), fontsize=7, loc="outside right center")


def save_plot(path: Path, title: str, *, above: float = 0.0) -> None:
    """Write and close the open plot, its title raised by ``above``, a share of the height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = plt.gcf()
    heading = figure.suptitle(f"{title}\n({NOTE})", fontsize=8)
    if above:  # a layout moves only a title without a position
        heading.set_y(heading.get_position()[1] + above)
    elif not figure.legends and figure.get_layout_engine() is None:
        figure.tight_layout()
    # a box about all that is drawn, because names may extend beyond the figure
    figure.savefig(path, dpi=110, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)
