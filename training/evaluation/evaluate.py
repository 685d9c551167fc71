"""How good is a ranking? Whom it reaches at interview capacity, by labels and, in a synthetic world, by truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.data.judgement import interviewed
from training.data.labels import UNFLAGGED_FILES
from training.data.selection import TARGETED, effective_size
from training.evaluation.by_labels import ByLabels, rows_of_capacity
from training.evaluation.population import drawn_by_lot
from training.statistics.intervals import InterviewError, share_bounds
from training.statistics.resampling import Resampled

CAPACITIES = (0.005, 0.01, 0.02, 0.05)
"""Interviews as a share of all cases of each post-week."""
LEAST_REACHED = 6
"""Rings, or people alone, reached by either of two rankings. Fewer cannot tell them apart: five for one and none for the other come
about by chance in 6 of 100 cases (sign test, two-sided), so their ratio is not known."""
MODEL = "model"
LABELS, TRUTH = "labels", "truth"

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Basis:
    """By what a ranking is judged.

    Attributes
    ----------
    name
        ``labels`` (interview findings, each standing for ``weight`` cases) or ``truth`` (synthetic worlds only).
    rows
        int64[k]: the cases that are known about; ``value`` (1 or 0) and ``weight`` are theirs.
    """

    name: str
    rows: NDArray[np.int64]
    value: Floats
    weight: Floats


def bases(frame: pd.DataFrame) -> list[Basis]:
    """Return the bases on which scores can be compared with what was found: all interviews with their weights, and truth."""
    known = np.flatnonzero(frame["label"].notna().to_numpy() & (frame["weight"].to_numpy() > 0))
    found = Basis(LABELS, known, frame["label"].to_numpy()[known], frame["weight"].to_numpy()[known])
    told = _truth(frame)
    return [found] if told is None else [found, told]


def _truth(frame: pd.DataFrame) -> Basis | None:
    told = np.flatnonzero(frame["truth"].notna().to_numpy())
    return Basis(TRUTH, told, frame["truth"].to_numpy()[told], np.ones(len(told))) if len(told) else None


def _by_lot(frame: pd.DataFrame) -> Basis | None:
    """Return whom the lot drew, each standing for 1/p, and, beside a lot of unflagged files, whom officers chose; None if too few."""
    by = ByLabels.of(frame)
    if not by.known:
        return None
    labels, weight = by.labels, np.zeros(len(frame))
    drawn = drawn_by_lot(labels, by.within)
    weight[drawn] = 1.0 / labels.inclusion[drawn]
    if labels.lot == UNFLAGGED_FILES:
        weight[by.within & (labels.arm == TARGETED)] = 1.0
    rows = np.flatnonzero((weight > 0) & ~np.isnan(labels.told))
    return Basis(LABELS, rows, labels.told[rows], weight[rows])


def at_capacity(
    frame: pd.DataFrame,
    rankings: Mapping[str, Floats],
    resampled: Resampled,
    *,
    capacities: tuple[float, ...] = CAPACITIES,
    only: Mask | None = None,
    of_those_found: bool = False,
    error: InterviewError | None = None,
) -> pd.DataFrame:
    """Compare rankings at interview capacity.

    Parameters
    ----------
    rankings
        Name to float64[n]; if `MODEL` is among them every other one gets ``times``: how many times the people that it
        reaches are reached by the model.
    only
        bool[n]: count only these people; the interviews are still those chosen among everybody.
    of_those_found
        Whether ``only`` is known of those found alone (`training.evaluation.by_labels`).
    error
        How interviews err, for the rows by labels.

    Returns
    -------
    pd.DataFrame
        One row per basis, capacity and ranking: interviews, positives (estimated number of people concerned), random_findings
        (random interviews with indications that carry a row by labels), recall, per_100
        (people reached per 100 interviews), times; each with ``_low`` and ``_high`` (95 %: by labels as `training.evaluation.by_labels` says,
        by truth bootstrap over rings, and exact bounds by the number of rings where fewer than `LEAST_REACHED` are reached, or missed; NaN where
        that is not known, and for ``times`` where both reach fewer than `LEAST_REACHED` rings).
    """
    rows = []
    counted = np.ones(len(frame), dtype=bool) if only is None else only
    by_labels, basis = ByLabels.of(frame, only, error, of_those_found=of_those_found), _truth(frame)
    for capacity in capacities:
        chosen = {name: interviewed(frame, score, capacity) for name, score in rankings.items()}
        for name, told in rows_of_capacity(by_labels, chosen, MODEL).items():
            rows.append({"basis": LABELS, "capacity": capacity, "ranking": name, **told})
        if basis is not None:
            reached = {name: _reached(basis, mask, counted, resampled) for name, mask in chosen.items()}
            for name, mask in chosen.items():
                figures = _figures(reached[name], int(mask.sum()))
                times = _times(reached[MODEL], reached[name]) if name != MODEL and MODEL in reached else {}
                rows.append({"basis": basis.name, "capacity": capacity, "ranking": name, **figures, **times})
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class _Reached:
    """Whom a ranking reaches among those concerned.

    ``drawn`` is float64[1 + resamples, 2]: people reached and missed, first as they are; ``rings`` are the numbers of the rings reached,
    ``missed`` of how many rings somebody is missed, and ``size`` is how many rings of one size would tell as much as those concerned do (Kish).
    """

    drawn: Floats
    rings: NDArray[np.int64]
    missed: int
    size: float


def _reached(basis: Basis, mask: Mask, counted: Mask, resampled: Resampled) -> _Reached:
    rows = basis.rows[(basis.value > 0) & counted[basis.rows]]
    inside = mask[rows]
    parts = np.column_stack([inside, ~inside]).astype(np.float64)
    members = np.unique(resampled.clusters(rows), return_counts=True)[1]
    drawn = np.vstack([parts.sum(axis=0), resampled.sums(rows, parts)])
    rings, missed = (np.unique(resampled.clusters(rows[one])) for one in (inside, ~inside))
    return _Reached(drawn, rings, len(missed), effective_size(members.astype(np.float64)))


def _figures(reached: _Reached, interviews: int) -> dict[str, float]:
    total = reached.drawn.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = _with_interval("recall", np.where(total > 0, reached.drawn[:, 0] / total, np.nan))
    per_100 = _with_interval("per_100", 100 * reached.drawn[:, 0] / max(interviews, 1))
    if min(len(reached.rings), reached.missed) < LEAST_REACHED and total[0] > 0:
        # resamples of a few rings say nearly the same, or, of one, all the same
        recall["recall_low"], recall["recall_high"] = share_bounds(recall["recall"], reached.size)
        for end in ("low", "high"):
            per_100[f"per_100_{end}"] = 100 * recall[f"recall_{end}"] * float(total[0]) / max(interviews, 1)
    return {
        "interviews": float(interviews),
        "positives": float(total[0]),
        "random_findings": np.nan,
        **recall,
        **per_100,
    }


def _times(model: _Reached, other: _Reached) -> dict[str, float]:
    rings = len(np.union1d(model.rings, other.rings))
    if rings < LEAST_REACHED:
        return {"times": np.nan, "times_low": np.nan, "times_high": np.nan}
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _with_interval("times", model.drawn[:, 0] / other.drawn[:, 0])
    # one of them reaches nobody, so every resample says the same: the odds of the sign test's bounds stand in
    low, high = share_bounds(float(len(model.rings) > 0), rings)
    if not len(other.rings):
        found["times_low"] = low / (1 - low)
    if not len(model.rings):
        found["times_high"] = high / (1 - high)
    return found


def _with_interval(name: str, drawn: Floats) -> dict[str, float]:
    kept = drawn[1:][~np.isnan(drawn[1:])]
    low, high = np.quantile(kept, (0.025, 0.975), method="nearest") if len(kept) else (np.nan, np.nan)
    return {name: float(drawn[0]), f"{name}_low": float(low), f"{name}_high": float(high)}


def ranking_quality(frame: pd.DataFrame, rankings: Mapping[str, Floats], resampled: Resampled) -> pd.DataFrame:
    """Return average precision and AUC over all cases, with bootstrap intervals: one row per basis and ranking.

    By labels the random arm alone is ranked, each case standing for 1/p; NaN where it found too few.
    """
    rows = []
    nobody = Basis(LABELS, np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    for basis in (_by_lot(frame) or nobody, _truth(frame)):
        if basis is None:
            continue
        if not len(basis.rows):
            none = _with_interval("average_precision", np.array([np.nan])) | _with_interval("auc", np.array([np.nan]))
            rows += [{"basis": basis.name, "ranking": name, "cases": 0, "positives": 0, **none} for name in rankings]
            continue
        for name, score in rankings.items():
            order = np.argsort(-score[basis.rows], kind="stable")
            ends = np.append(np.flatnonzero(np.diff(score[basis.rows][order])), len(order) - 1)
            value, weight = basis.value[order], basis.weight[order]
            drawn = [_precision_and_auc(value, weight, ends)]
            for draw in resampled.weights(basis.rows[order]):
                drawn.append(_precision_and_auc(value, weight * draw, ends))
            precision, auc = np.array(drawn).T
            rows.append(
                {"basis": basis.name, "ranking": name, "cases": len(order), "positives": int(value.sum()),
                 **_with_interval("average_precision", precision), **_with_interval("auc", auc)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def average_precision(score: Floats, value: Floats, weight: Floats) -> float:
    """Return the weighted average precision; NaN if only one kind of case is there."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    return _precision_and_auc(value[order], weight[order], ends)[0]


def _precision_and_auc(value: Floats, weight: Floats, ends: NDArray[np.int64]) -> tuple[float, float]:
    """Weighted average precision and AUC of rows sorted from the highest score; ``ends`` are the ends of ties."""
    found, seen = np.cumsum(value * weight)[ends], np.cumsum(weight)[ends]
    if found[-1] <= 0 or seen[-1] - found[-1] <= 0:
        return float("nan"), float("nan")
    gained = np.diff(found, prepend=0.0)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    wrong = seen - found
    area = (np.diff(wrong, prepend=0.0) * (found - gained / 2)).sum() / (found[-1] * wrong[-1])
    return float((gained * precision).sum() / found[-1]), float(area)


def telling_basis(table: pd.DataFrame) -> str:
    """Return by what to judge: truth where a synthetic world tells it, labels elsewhere."""
    return TRUTH if (table["basis"] == TRUTH).any() else LABELS
