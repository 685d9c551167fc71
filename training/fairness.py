"""Whom would the score call in, and whom would it miss? A table of metric by group and crossing, with sizes and intervals.

A table and not a verdict: `training.disparity` says where a difference is more than noise, the gate what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ATTRIBUTES = ("nationality", "sex", "age_band", "status", "post")
RESAMPLES = 400
LEAST_SHOWN = 5
"""Cells of fewer people are counted, but their rates are not shown: they would speak of persons, not of groups."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AuditedCases:
    """n cases as the fairness report sees them.

    Attributes
    ----------
    chosen
        bool[n]: within interview capacity by the score.
    finding
        float64[n]: 1 for indications found, 0 for none, NaN where nobody was interviewed.
    weight
        float64[n]: how many cases an interviewed one stands for; 0 for those that were not sampled.
    groups
        Attribute to str[n].
    exploited
        bool[n]: latent truth, which only a synthetic world has.
    arm
        str[n]: why a case was interviewed, if it was.
    like
        str[n]: who is compared with whom; the status if None.
    """

    chosen: NDArray[np.bool_]
    finding: Floats
    weight: Floats
    groups: Mapping[str, NDArray[np.str_]]
    exploited: NDArray[np.bool_] | None = None
    arm: NDArray[np.str_] | None = None
    like: NDArray[np.str_] | None = None

    @staticmethod
    def of(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> AuditedCases:
        """Take the columns of an evaluation frame (`training.judgement.evaluation_frame`)."""
        truth = frame["truth"].to_numpy(dtype=np.float64)
        return AuditedCases(
            chosen,
            frame["label"].to_numpy(dtype=np.float64),
            frame["weight"].to_numpy(dtype=np.float64),
            {name: frame[name].fillna("unknown").to_numpy(dtype=np.str_) for name in ATTRIBUTES},
            None if np.isnan(truth).any() or not len(truth) else truth == 1.0,
            frame["arm"].to_numpy(dtype=np.str_),
            frame["like"].fillna("unknown").to_numpy(dtype=np.str_),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table; ``value`` is None where fewer than `LEAST_SHOWN` people are in the denominator."""

    attribute: str
    group: str
    metric: str
    people: int
    value: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, object]:
        """Return the line as the report keeps it; groups of a few people are not counted out."""
        people = self.people if self.value is not None else f"fewer than {LEAST_SHOWN}"
        return {
            "attribute": self.attribute,
            "group": self.group,
            "metric": self.metric,
            "people": people,
            "value": self.value,
            "low": self.low,
            "high": self.high,
        }


def denominators(cases: AuditedCases) -> dict[str, tuple[NDArray[np.bool_], bool]]:
    """Return for each metric the people it is a share of, and whether they are weighted.

    Every metric is the share of chosen among: all; interviewed without indications (false-positive rate); interviewed
    with indications (recall); and in synthetic worlds the same two over the latent truth.
    """
    found: dict[str, tuple[NDArray[np.bool_], bool]] = {
        "selection_rate": (np.ones(len(cases.chosen), dtype=bool), False),
        "false_positive_rate_interviewed": ((cases.finding == 0.0) & (cases.weight > 0), True),
        "recall_interviewed": ((cases.finding == 1.0) & (cases.weight > 0), True),
    }
    if cases.exploited is not None:
        found["false_positive_rate_latent"] = (~cases.exploited, False)
        found["recall_latent"] = (cases.exploited, False)
    return found


def fairness_table(cases: AuditedCases, rng: np.random.Generator, *, crossed: bool = True) -> list[Cell]:
    """Return every metric for everybody, each group, and each crossing of two attributes."""
    names = list(cases.groups)
    keys = [("all",), *((name,) for name in names), *(combinations(names, 2) if crossed else ())]
    cells = []
    for key in keys:
        labels, codes = _coded(cases, key)
        for metric, (people, weighted) in denominators(cases).items():
            counted = np.bincount(codes[people], minlength=len(labels))
            weight = cases.weight if weighted else np.ones(len(codes))
            values, low, high = _rates(cases.chosen, codes, people, weight, len(labels), rng)
            cells += [
                _cell(" x ".join(key), labels[at], metric, int(counted[at]), (values[at], low[at], high[at]))
                for at in range(len(labels))
            ]
    return cells


def by_name(cells: Iterable[Cell]) -> dict[tuple[str, str, str], Cell]:
    """Look cells up by (attribute, group, metric)."""
    return {(cell.attribute, cell.group, cell.metric): cell for cell in cells}


def _cell(attribute: str, group: str, metric: str, people: int, figures: tuple[float, float, float]) -> Cell:
    if people < LEAST_SHOWN or not np.isfinite(figures).all():
        return Cell(attribute, group, metric, people, None, None, None)
    return Cell(attribute, group, metric, people, *(float(figure) for figure in figures))


def _coded(cases: AuditedCases, key: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64]]:
    if key == ("all",):
        return ["everybody"], np.zeros(len(cases.chosen), dtype=np.int64)
    joined = cases.groups[key[0]]
    for name in key[1:]:
        joined = np.char.add(np.char.add(joined, " x "), cases.groups[name])
    labels, codes = np.unique(joined, return_inverse=True)
    return labels.tolist(), codes.astype(np.int64)


def _rates(
    chosen: NDArray[np.bool_], codes: NDArray[np.int64], people: NDArray[np.bool_], weight: Floats, groups: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Return rate and 95 % bootstrap bounds of each group, float64[groups] each.

    People of one group with the same weight and the same lot are exchangeable, so drawing them anew is drawing Poisson
    counts for such cells: the bootstrap costs the same for a thousand people and for a million.
    """
    rows = np.flatnonzero(people)
    kinds, kind = np.unique(weight[rows], return_inverse=True)
    cells, counts = np.unique((codes[rows] * len(kinds) + kind) * 2 + chosen[rows], return_counts=True)
    group, weights, hit = cells // (2 * len(kinds)), kinds[cells // 2 % len(kinds)], cells % 2

    def rates(drawn: NDArray[np.int64]) -> Floats:
        total = np.bincount(group, drawn * weights, groups)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.bincount(group, drawn * weights * hit, groups) / total)

    drawn = np.stack([rates(np.asarray(rng.poisson(counts))) for _ in range(RESAMPLES)])
    empty = np.isnan(drawn).all(axis=0)
    drawn[:, empty] = 0.0
    low, high = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    return rates(counts), np.where(empty, np.nan, low), np.where(empty, np.nan, high)
