"""How good is a ranking? Recall at interview capacity and lift, by labels and, in a synthetic world, by truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import Bools, Floats, Ints
from training.evaluation.capacity import within_capacity
from training.evaluation.label_estimates import LabelEstimates, capacity_rows
from training.evaluation.population import random_sample_within
from training.labels.labels import TARGETED, UNFLAGGED_FILES
from training.statistics.intervals import InterviewError, kish_size, share_bounds
from training.statistics.resampling import GroupBootstrap

CAPACITIES = (0.005, 0.01, 0.02, 0.05)
"""Interviews as a share of all cases of each post-week."""
MIN_GROUPS_FOR_LIFT = 6
"""Case groups that a lift needs: 5 for one ranking and 0 for the other occur by chance in 6 of 100 cases (sign test)."""
MODEL, ARRIVAL, CHECKLIST = "model", "arrival order", "checklist"
PRIOR_ALONE, LABELS_ALONE = "prior alone", "labels alone"
LABELS, TRUTH = "labels", "truth"


@dataclass(frozen=True, slots=True)
class Basis:
    """Known cases that evaluate a ranking.

    Attributes
    ----------
    name
        ``labels`` (interview findings with weights) or ``truth`` (synthetic worlds only).
    rows
        int64[k]; ``value`` (1 or 0) and ``weight`` are theirs.
    """

    name: str
    rows: Ints
    value: Floats
    weight: Floats


def bases(frame: pd.DataFrame) -> list[Basis]:
    """Bases of a frame: all interviews with their weights, and truth."""
    known = np.flatnonzero(frame["label"].notna().to_numpy() & (frame["weight"].to_numpy() > 0))
    labels = Basis(LABELS, known, frame["label"].to_numpy()[known], frame["weight"].to_numpy()[known])
    truth = _truth(frame)
    return [labels] if truth is None else [labels, truth]


def label_basis(frame: pd.DataFrame) -> Basis:
    """All interviews with their weights."""
    return bases(frame)[0]


def _truth(frame: pd.DataFrame) -> Basis | None:
    rows = np.flatnonzero(frame["truth"].notna().to_numpy())
    return Basis(TRUTH, rows, frame["truth"].to_numpy()[rows], np.ones(len(rows))) if len(rows) else None


def _random_sample(frame: pd.DataFrame) -> Basis:
    """The random sample at 1/p and, with unflagged files, the targeted cases; no rows with too few positives."""
    estimates, weight = LabelEstimates.of(frame), np.zeros(len(frame))
    labels = estimates.labels
    if estimates.known:
        sample = random_sample_within(labels, estimates.within)
        weight[sample] = 1.0 / labels.inclusion_probability[sample]
        if labels.sample_frame == UNFLAGGED_FILES:
            weight[estimates.within & (labels.arm == TARGETED)] = 1.0
    rows = np.flatnonzero((weight > 0) & ~np.isnan(labels.finding))
    return Basis(LABELS, rows, labels.finding[rows], weight[rows])


def at_capacity(
    frame: pd.DataFrame, rankings: Mapping[str, Floats], bootstrap: GroupBootstrap, *,
    capacities: tuple[float, ...] = CAPACITIES, only: Bools | None = None, positives_only: bool = False,
    error: InterviewError | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Compare rankings at interview capacity.

    Parameters
    ----------
    rankings
        Name to float64[n]; with `MODEL` among them every other ranking gets the model's ``lift`` over it.
    only
        bool[n]: count these people alone; interviews are still chosen among everybody.
    positives_only
        Whether ``only`` is recorded for positives alone (`training.evaluation.label_estimates`).
    error
        Error rates of interviews, for rows by labels.

    Returns
    -------
    pd.DataFrame
        A row per basis, capacity and ranking: interviews, positives (estimated number), random_positives (random interviews
        with indications behind a row by labels), recall, per_100 (positives per 100 interviews), lift, each with ``_low``
        and ``_high`` (95 %: by labels as `training.evaluation.label_estimates`; by truth bootstrap over rings, exact by the
        number of rings where fewer than `MIN_GROUPS_FOR_LIFT` are selected or missed; NaN where not known).
    """
    rows: list[dict[str, object]] = []
    counted = np.ones(len(frame), dtype=bool) if only is None else only
    estimates, truth = LabelEstimates.of(frame, only, error, positives_only=positives_only), _truth(frame)
    for capacity in capacities:
        chosen = {name: within_capacity(frame, score, capacity) for name, score in rankings.items()}
        for name, figures in capacity_rows(estimates, chosen, MODEL).items():
            rows.append({"basis": LABELS, "capacity": capacity, "ranking": name, **figures})
        if truth is not None:
            selections = {name: _selection(truth, mask, counted, bootstrap) for name, mask in chosen.items()}
            for name, mask in chosen.items():
                lift = _lift(selections[MODEL], selections[name]) if name != MODEL and MODEL in selections else {}
                figures = _figures(selections[name], int(mask.sum())) | lift
                rows.append({"basis": TRUTH, "capacity": capacity, "ranking": name, **figures})
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class _Selection:
    """Positives that a ranking selects and misses.

    ``draws`` is float64[1 + resamples, 2]: selected and missed, first as observed; ``groups`` are the numbers of the selected
    rings, ``missed`` the count of missed ones, and ``size`` the effective number of rings (Kish).
    """

    draws: Floats
    groups: Ints
    missed: int
    size: float


def _selection(basis: Basis, mask: Bools, counted: Bools, bootstrap: GroupBootstrap) -> _Selection:
    rows = basis.rows[(basis.value > 0) & counted[basis.rows]]
    inside = mask[rows]
    parts = np.column_stack([inside, ~inside]).astype(np.float64)
    members = np.unique(bootstrap.groups(rows), return_counts=True)[1]
    draws = np.vstack([parts.sum(axis=0), bootstrap.sums(rows, parts)])
    groups, missed = (np.unique(bootstrap.groups(rows[part])) for part in (inside, ~inside))
    return _Selection(draws, groups, len(missed), kish_size(members.astype(np.float64)))


def _figures(selection: _Selection, interviews: int) -> dict[str, float]:
    total = selection.draws.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = _with_interval("recall", np.where(total > 0, selection.draws[:, 0] / total, np.nan))
    per_100 = _with_interval("per_100", 100 * selection.draws[:, 0] / max(interviews, 1))
    if min(len(selection.groups), selection.missed) < MIN_GROUPS_FOR_LIFT and total[0] > 0:
        # resamples of a few rings hardly vary
        recall["recall_low"], recall["recall_high"] = share_bounds(recall["recall"], selection.size)
        for end in ("low", "high"):
            per_100[f"per_100_{end}"] = 100 * recall[f"recall_{end}"] * float(total[0]) / max(interviews, 1)
    counts = {"interviews": float(interviews), "positives": float(total[0]), "random_positives": np.nan}
    return counts | recall | per_100


def _lift(model: _Selection, other: _Selection) -> dict[str, float]:
    groups = len(np.union1d(model.groups, other.groups))
    if groups < MIN_GROUPS_FOR_LIFT:
        return {"lift": np.nan, "lift_low": np.nan, "lift_high": np.nan}
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = _with_interval("lift", model.draws[:, 0] / other.draws[:, 0])
    # where a ranking selects no positive every resample is the same: odds of the sign test's bounds instead
    low, high = share_bounds(float(len(model.groups) > 0), groups)
    if not len(other.groups):
        lift["lift_low"] = low / (1 - low)
    if not len(model.groups):
        lift["lift_high"] = high / (1 - high)
    return lift


def _with_interval(name: str, draws: Floats) -> dict[str, float]:
    kept = draws[1:][~np.isnan(draws[1:])]
    low, high = np.quantile(kept, (0.025, 0.975), method="nearest") if len(kept) else (np.nan, np.nan)
    return {name: float(draws[0]), f"{name}_low": float(low), f"{name}_high": float(high)}


def ranking_quality(frame: pd.DataFrame, rankings: Mapping[str, Floats], bootstrap: GroupBootstrap) -> pd.DataFrame:
    """Average precision and AUC over all cases with bootstrap intervals, a row per basis and ranking.

    By labels the random sample alone is ranked, each case at 1/p; NaN with too few positives.
    """
    rows = []
    for basis in [basis for basis in (_random_sample(frame), _truth(frame)) if basis is not None]:
        for name, score in rankings.items():
            order, ends = _sorted(score[basis.rows])
            value, weight = basis.value[order], basis.weight[order]
            draws: Iterable[Any] = (
                chain([np.ones(len(order))], bootstrap.weights(basis.rows[order])) if len(order) else ()
            )
            figures = [_precision_and_auc(value, weight * draw, ends) for draw in draws]
            precision, auc = np.array(figures).T if figures else np.full((2, 1), np.nan)
            counts = {"basis": basis.name, "ranking": name, "cases": len(order), "positives": int(value.sum())}
            rows.append(counts | _with_interval("average_precision", precision) | _with_interval("auc", auc))
    return pd.DataFrame(rows)


def _sorted(score: Floats) -> tuple[Ints, Ints]:
    """Order of rows from the highest score, and the last position of each tie."""
    order = np.argsort(-score, kind="stable")
    return order, np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)


def _precision_and_auc(value: Floats, weight: Floats, ends: Ints) -> tuple[float, float]:
    """Weighted average precision and AUC of sorted rows; NaN without both classes.

    The figures of `sklearn.metrics` at a twentieth of their time, because hundreds of resamples share an order.
    """
    hits, total = np.cumsum(value * weight)[ends], np.cumsum(weight)[ends]
    if hits[-1] <= 0 or total[-1] - hits[-1] <= 0:
        return float("nan"), float("nan")
    gained, misses = np.diff(hits, prepend=0.0), total - hits
    precision = np.divide(hits, total, out=np.zeros_like(hits), where=total > 0)
    area = (np.diff(misses, prepend=0.0) * (hits - gained / 2)).sum() / (hits[-1] * misses[-1])
    return float((gained * precision).sum() / hits[-1]), float(area)


def primary_basis(table: pd.DataFrame) -> str:
    """Basis that decides: truth where known, labels elsewhere."""
    return TRUTH if (table["basis"] == TRUTH).any() else LABELS
