"""Whom would the score call in, and whom would it miss? A table of metric by group and crossing, with sizes and intervals.

A table and not a verdict: `training.fairness.disparity` says where a difference is more than noise, the gate what follows. Intervals
are those of a share at an effective sample size: rings are called in, or missed, together, and weights differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from training.fairness.randomisation import LEAST_UNITS
from training.statistics.intervals import share_bounds
from training.statistics.resampling import ring_units

ATTRIBUTES = ("nationality", "sex", "age_band", "status", "post")
LEAST_SHOWN = 5
"""Cells of fewer people are counted, but their rates are not shown: they would speak of persons, not of groups."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
_Group = tuple[str, str]
_Sums = dict[tuple[_Group, str], list[_Group]]
"""A total, and the table whose cells add up to it: these."""


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
    ring, together
        int64[n]: the ring somebody belongs to in truth, and that of people confirmed who are connected
        (`training.data.kinship.found_together`); negative for everybody else, None where nothing is known of rings.
    """

    chosen: NDArray[np.bool_]
    finding: Floats
    weight: Floats
    groups: Mapping[str, NDArray[np.str_]]
    exploited: NDArray[np.bool_] | None = None
    arm: NDArray[np.str_] | None = None
    like: NDArray[np.str_] | None = None
    ring: Ints | None = None
    together: Ints | None = None

    @staticmethod
    def of(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> AuditedCases:
        """Take the columns of an evaluation frame (`training.data.judgement.evaluation_frame`)."""
        truth = frame["truth"].to_numpy(dtype=np.float64)
        return AuditedCases(
            chosen,
            frame["label"].to_numpy(dtype=np.float64),
            frame["weight"].to_numpy(dtype=np.float64),
            {name: frame[name].fillna("unknown").to_numpy(dtype=np.str_) for name in ATTRIBUTES},
            None if np.isnan(truth).any() or not len(truth) else truth == 1.0,
            frame["arm"].to_numpy(dtype=np.str_),
            frame["like"].fillna("unknown").to_numpy(dtype=np.str_),
            np.asarray(pd.factorize(frame["ring"])[0], dtype=np.int64),
            frame["together"].to_numpy(dtype=np.int64) if "together" in frame else None,
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
        hidden = f"fewer than {LEAST_SHOWN}" if self.people < LEAST_SHOWN else "not shown"
        people = self.people if self.value is not None else hidden
        return {
            "attribute": self.attribute,
            "group": self.group,
            "metric": self.metric,
            "people": people,
            "value": self.value,
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True, slots=True)
class Denominator:
    """Of whom (bool[n]) a share is taken, whether by weight, and who came together: int64[n], one number for each ring and each single person."""

    people: Bools
    weighted: bool
    unit: Ints


def denominators(cases: AuditedCases) -> dict[str, Denominator]:
    """Return for each metric the people it is a share of.

    Every metric is the share of chosen among: all; interviewed without indications (false-positive rate); interviewed
    with indications (recall); and in synthetic worlds the same two over the latent truth, where rings are known, too.
    """
    n = len(cases.chosen)
    told, in_truth = (np.full(n, -1) if one is None else one for one in (cases.together, cases.ring))
    known, latent = ring_units(told), ring_units(in_truth)
    found = {
        "selection_rate": Denominator(np.ones(n, dtype=bool), False, known),
        "false_positive_rate_interviewed": Denominator((cases.finding == 0.0) & (cases.weight > 0), True, known),
        "recall_interviewed": Denominator((cases.finding == 1.0) & (cases.weight > 0), True, known),
    }
    if cases.exploited is not None:
        found["false_positive_rate_latent"] = Denominator(~cases.exploited, False, latent)
        found["recall_latent"] = Denominator(cases.exploited, False, latent)
    return found


def fairness_table(cases: AuditedCases, *, crossed: bool = True) -> list[Cell]:
    """Return every metric for everybody, each group, and each crossing of two attributes."""
    names = list(cases.groups)
    keys = [("all",), *((name,) for name in names), *(combinations(names, 2) if crossed else ())]
    cells: list[Cell] = []
    sums: _Sums = {}
    for key in keys:
        labels, codes = crossing(cases, key)
        named = " x ".join(key)
        first = np.unique(codes, return_index=True)[1]
        for name in key if len(key) > 1 else key[: key != ("all",)]:
            # those of a crossing add up to each of its two groups, those of one attribute to everybody
            above = [cases.groups[name][at] for at in first] if len(key) > 1 else ["everybody"] * len(labels)
            for label, total in zip(labels, above, strict=True):
                whole = (name if len(key) > 1 else "all", str(total))
                sums.setdefault((whole, named), []).append((named, label))
        for metric, of in denominators(cases).items():
            counted = np.bincount(codes[of.people], minlength=len(labels))
            weight = cases.weight if of.weighted else np.ones(len(codes))
            values, sizes = _rates(cases.chosen, codes, of, weight, len(labels))
            cells += [
                _cell(" x ".join(key), label, metric, int(counted[at]), values[at], sizes[at])
                for at, label in enumerate(labels)
            ]
    return _without_remainders(cells, sums)


def crossing(cases: AuditedCases, key: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the groups of a crossing of attributes, and int64[n]: the group of each case."""
    if key == ("all",):
        return ["everybody"], np.zeros(len(cases.chosen), dtype=np.int64)
    joined = cases.groups[key[0]]
    for name in key[1:]:
        joined = np.char.add(np.char.add(joined, " x "), cases.groups[name])
    labels, codes = np.unique(joined, return_inverse=True)
    return labels.tolist(), codes.astype(np.int64)


def by_name(cells: Iterable[Cell]) -> dict[tuple[str, str, str], Cell]:
    """Look cells up by (attribute, group, metric)."""
    return {(cell.attribute, cell.group, cell.metric): cell for cell in cells}


def _cell(attribute: str, group: str, metric: str, people: int, value: float, size: float) -> Cell:
    if people < LEAST_SHOWN or not np.isfinite(value):
        return Cell(attribute, group, metric, people, None, None, None)
    return Cell(attribute, group, metric, people, float(value), *share_bounds(float(value), float(size)))


def _without_remainders(cells: list[Cell], sums: _Sums) -> list[Cell]:
    """Hide more cells until none is what shown ones leave of a shown total: the smallest beside it, else the total itself."""
    found = by_name(cells)
    hidden = {key for key, cell in found.items() if cell.value is None}
    again = True
    while again:
        again = False
        for metric in {cell.metric for cell in cells}:
            for (whole, _), parts in sums.items():
                total, rest = (*whole, metric), [(*part, metric) for part in parts]
                if sum(key in hidden for key in (total, *rest)) == 1:
                    shown = [key for key in rest if key not in hidden]
                    hidden.add(min(shown, key=lambda key: found[key].people) if shown else total)
                    again = True
    return [
        replace(one, value=None, low=None, high=None) if (one.attribute, one.group, one.metric) in hidden else one
        for one in cells
    ]


def _rates(chosen: Bools, codes: Ints, of: Denominator, weight: Floats, groups: int) -> tuple[Floats, Floats]:
    """Return rate and effective sample size of each group, float64[groups] each.

    The size is that of a simple sample whose share would vary as much as this one does between rings and single people
    (linearised variance), with Student's t for as many as there are (Korn and Graubard 1998), and never more than the
    weights allow (Kish 1965). Where all or none are chosen no spread is seen: then each ring counts as one person.
    """
    rows = np.flatnonzero(of.people)
    group, weights = codes[rows], weight[rows]
    total = np.bincount(group, weights, groups)
    kinds, unit = np.unique(of.unit[rows], return_inverse=True)
    pairs, pair = np.unique(group * max(len(kinds), 1) + unit, return_inverse=True)
    owner = pairs // max(len(kinds), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(np.bincount(group, weights * chosen[rows], groups) / total)
        beside = np.bincount(pair, weights * (chosen[rows] - value[group]), len(pairs))
        people, units = np.bincount(group, minlength=groups), np.bincount(owner, minlength=groups)
        variance = np.bincount(owner, beside**2, groups) / total**2 * units / (units - 1)
        alone = total**2 / np.bincount(group, weights**2, groups)
        by_unit = total**2 / np.bincount(owner, np.bincount(pair, weights, len(pairs)) ** 2, groups)
        few = (student.ppf(0.975, people - 1) / student.ppf(0.975, units - 1)) ** 2
        size = np.minimum(value * (1 - value) / variance * few, alone)
    return value, np.where((units >= LEAST_UNITS) & (variance > 0), size, by_unit)
