"""How good is a ranking? Whom it reaches at interview capacity, by labels and, in a synthetic world, by truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.by_labels import ByLabels, rows_of_capacity
from training.intervals import InterviewError
from training.judgement import interviewed
from training.labels import UNFLAGGED_FILES
from training.population import drawn_by_lot
from training.selection import TARGETED

CAPACITIES = (0.005, 0.01, 0.02, 0.05)
"""Interviews as a share of all cases of each post-week."""
RESAMPLES = 300
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


class Resampled:
    """Poisson bootstrap over clusters: the cases of one ring come and go together, every other case alone.

    Every ranking is judged on the same draws, so that differences between rankings have their own, narrower intervals.
    """

    def __init__(self, frame: pd.DataFrame, rng: np.random.Generator, resamples: int = RESAMPLES) -> None:
        ring = frame["ring"].to_numpy(dtype=object)
        own = np.arange(len(frame)).astype(object)
        self._cluster, names = pd.factorize(np.where(pd.isna(ring), own, ring))
        # float32 holds small whole numbers exactly and halves the memory
        self.draws = np.stack([rng.poisson(1.0, len(names)).astype(np.float32) for _ in range(resamples)])

    def sums(self, rows: NDArray[np.int64], parts: Floats) -> Floats:
        """Return float64[resamples, k]: the sums of parts, float64[len(rows), k], in every resample."""
        used, at = np.unique(self._cluster[rows], return_inverse=True)
        gathered = np.zeros((len(used), parts.shape[1]))
        np.add.at(gathered, at, parts)
        return self.draws[:, used] @ gathered

    def weights(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """Give float32[len(rows)] for one resample after another; all at once would take a gigabyte for a million rows."""
        at = self._cluster[rows]
        return (draw[at] for draw in self.draws)


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
        Whether ``only`` is known of those found alone (`training.by_labels`).
    error
        How interviews err, for the rows by labels.

    Returns
    -------
    pd.DataFrame
        One row per basis, capacity and ranking: interviews, positives (estimated number of people concerned), random_findings
        (random interviews with indications that carry a row by labels), recall, per_100
        (people reached per 100 interviews), times; each with ``_low`` and ``_high`` (95 %: by truth bootstrap, by labels as
        `training.by_labels` says; NaN where that is not known).
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
                times = _times(reached.get(MODEL), reached[name]) if name != MODEL else {}
                rows.append({"basis": basis.name, "capacity": capacity, "ranking": name, **figures, **times})
    return pd.DataFrame(rows)


def _reached(basis: Basis, mask: Mask, counted: Mask, resampled: Resampled) -> Floats:
    """Return float64[1 + resamples, 2]: people reached and people missed (Horvitz and Thompson); first the estimate itself."""
    inside = mask[basis.rows]
    value = basis.value * counted[basis.rows] * basis.weight
    parts = np.column_stack([value * inside, value * ~inside])
    kept = value > 0
    return np.vstack([parts.sum(axis=0), resampled.sums(basis.rows[kept], parts[kept])])


def _figures(reached: Floats, interviews: int) -> dict[str, float]:
    total = reached.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = np.where(total > 0, reached[:, 0] / total, np.nan)
    return {
        "interviews": float(interviews),
        "positives": float(total[0]),
        "random_findings": np.nan,
        **_with_interval("recall", recall),
        **_with_interval("per_100", 100 * reached[:, 0] / max(interviews, 1)),
    }


def _times(model: Floats | None, other: Floats) -> dict[str, float]:
    if model is None:
        return {}
    with np.errstate(divide="ignore", invalid="ignore"):
        return _with_interval("times", model[:, 0] / other[:, 0])


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
