"""Which cases would the score select, and which would it miss? Rates by group and crossing, with sizes and intervals.

`training.fairness.disparity` tests the differences. Intervals are those of a share at an effective sample size: case groups
are selected, or missed, as a whole, and weights differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from features.arrays import Bools, Floats, Ints
from training.statistics.intervals import share_bounds
from training.statistics.randomisation_test import MIN_GROUP_COUNT
from training.statistics.resampling import group_numbers

ATTRIBUTES = ("nationality", "sex", "age_band", "status", "post")
MIN_SHOWN = 5
"""Rates of fewer people are hidden: they would identify persons."""

_Group = tuple[str, str]
_Sums = dict[tuple[_Group, str], list[_Group]]
"""A total, and a table whose cells add up to it, to these cells."""


@dataclass(frozen=True, slots=True)
class AuditedCases:
    """Columns of n cases for the fairness report.

    Attributes
    ----------
    chosen
        bool[n]: within interview capacity by the score.
    finding
        float64[n]: 1 with indications, 0 without, NaN without an interview.
    weight
        float64[n]: cases represented; 0 outside the sample.
    groups
        Attribute to str[n].
    exploited
        bool[n]: truth of a synthetic world.
    arm, stratum
        str[n]: origin of the interview; cases compared with each other (the status if None).
    ring, case_group
        int64[n]: ring by truth, and group of connected confirmed positives; negative for all others, None if unknown.
    """

    chosen: Bools
    finding: Floats
    weight: Floats
    groups: Mapping[str, NDArray[np.str_]]
    exploited: Bools | None = None
    arm: NDArray[np.str_] | None = None
    stratum: NDArray[np.str_] | None = None
    ring: Ints | None = None
    case_group: Ints | None = None

    @staticmethod
    def of(frame: pd.DataFrame, chosen: Bools) -> AuditedCases:
        """Columns of an evaluation frame."""
        truth = frame["truth"].to_numpy(dtype=np.float64)
        return AuditedCases(
            chosen, frame["label"].to_numpy(dtype=np.float64), frame["weight"].to_numpy(dtype=np.float64),
            {name: frame[name].fillna("unknown").to_numpy(dtype=np.str_) for name in ATTRIBUTES},
            None if np.isnan(truth).any() or not len(truth) else truth == 1.0,
            frame["arm"].to_numpy(dtype=np.str_), frame["stratum"].fillna("unknown").to_numpy(dtype=np.str_),
            np.asarray(pd.factorize(frame["ring"])[0], dtype=np.int64),
            frame["case_group"].to_numpy(dtype=np.int64) if "case_group" in frame else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table; ``value`` is None where hidden."""

    attribute: str
    group: str
    metric: str
    people: int
    value: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, object]:
        """JSON of the row; small groups without their size."""
        hidden = f"fewer than {MIN_SHOWN}" if self.people < MIN_SHOWN else "not shown"
        return asdict(self) | {"people": self.people if self.value is not None else hidden}


@dataclass(frozen=True, slots=True)
class Denominator:
    """Population of a share, bool[n], whether weighted, and its case groups, int64[n] (a number per group or person)."""

    people: Bools
    weighted: bool
    case_group: Ints


def denominators(cases: AuditedCases) -> dict[str, Denominator]:
    """Population of each metric, of which it is the share chosen.

    All (selection rate); interviewed without indications (false-positive rate); interviewed with indications (recall); in
    synthetic worlds the last two by truth, with rings.
    """
    n = len(cases.chosen)
    numbers = [np.full(n, -1) if column is None else column for column in (cases.case_group, cases.ring)]
    known, true_ring = (group_numbers(column) for column in numbers)
    populations = {
        "selection_rate": Denominator(np.ones(n, dtype=bool), False, known),
        "false_positive_rate_interviewed": Denominator((cases.finding == 0.0) & (cases.weight > 0), True, known),
        "recall_interviewed": Denominator((cases.finding == 1.0) & (cases.weight > 0), True, known),
    }
    if cases.exploited is not None:
        populations["false_positive_rate_latent"] = Denominator(~cases.exploited, False, true_ring)
        populations["recall_latent"] = Denominator(cases.exploited, False, true_ring)
    return populations


def fairness_table(cases: AuditedCases, *, crossed: bool = True) -> list[Cell]:
    """Every metric for everybody, each group, and each crossing of two attributes."""
    names = list(cases.groups)
    keys = [("all",), *((name,) for name in names), *(combinations(names, 2) if crossed else ())]
    cells: list[Cell] = []
    sums: _Sums = {}
    for key in keys:
        labels, codes = crossing(cases, key)
        attribute = " x ".join(key)
        _add_sums(sums, cases, key, labels, codes)
        for metric, of in denominators(cases).items():
            counts = np.bincount(codes[of.people], minlength=len(labels))
            weight = cases.weight if of.weighted else np.ones(len(codes))
            values, sizes = _rates(cases.chosen, codes, of, weight, len(labels))
            cells += [
                _cell(attribute, label, metric, int(counts[at]), values[at], sizes[at])
                for at, label in enumerate(labels)
            ]
    return _without_remainders(cells, sums)


def crossing(cases: AuditedCases, key: tuple[str, ...]) -> tuple[list[str], Ints]:
    """Names of the groups of a crossing of attributes, and the group of each case, int64[n]."""
    if key == ("all",):
        return ["everybody"], np.zeros(len(cases.chosen), dtype=np.int64)
    names = cases.groups[key[0]]
    for attribute in key[1:]:
        names = np.char.add(np.char.add(names, " x "), cases.groups[attribute])
    labels, codes = np.unique(names, return_inverse=True)
    return labels.tolist(), codes.astype(np.int64)


def by_name(cells: Iterable[Cell]) -> dict[tuple[str, str, str], Cell]:
    """Cells by (attribute, group, metric)."""
    return {(cell.attribute, cell.group, cell.metric): cell for cell in cells}


def _add_sums(sums: _Sums, cases: AuditedCases, key: tuple[str, ...], labels: list[str], codes: Ints) -> None:
    """Cells of a crossing add up to each of its two groups, those of an attribute to everybody."""
    attribute, first = " x ".join(key), np.unique(codes, return_index=True)[1]
    for name in key if key != ("all",) else ():
        crossed = len(key) > 1
        for label, at in zip(labels, first, strict=True):
            whole = (name, str(cases.groups[name][at])) if crossed else ("all", "everybody")
            sums.setdefault((whole, attribute), []).append((attribute, label))


def _cell(attribute: str, group: str, metric: str, people: int, value: float, size: float) -> Cell:
    if people < MIN_SHOWN or not np.isfinite(value):
        return Cell(attribute, group, metric, people, None, None, None)
    return Cell(attribute, group, metric, people, float(value), *share_bounds(float(value), float(size)))


def _without_remainders(cells: list[Cell], sums: _Sums) -> list[Cell]:
    """Hide more cells until no hidden cell follows from a total: the smallest beside it, else the total."""
    named = by_name(cells)
    hidden = {key for key, cell in named.items() if cell.value is None}
    metrics = {cell.metric for cell in cells}
    before = -1
    while before < len(hidden):
        before = len(hidden)
        for metric in metrics:
            for (whole, _), parts in sums.items():
                total, rest = (*whole, metric), [(*part, metric) for part in parts]
                if sum(key in hidden for key in (total, *rest)) == 1:
                    shown = [key for key in rest if key not in hidden]
                    hidden.add(min(shown, key=lambda key: named[key].people) if shown else total)
    return [
        replace(cell, value=None, low=None, high=None) if (cell.attribute, cell.group, cell.metric) in hidden else cell
        for cell in cells
    ]


def _rates(chosen: Bools, codes: Ints, of: Denominator, weight: Floats, groups: int) -> tuple[Floats, Floats]:
    """Rate and effective sample size of each group, float64[groups] each.

    The size is that of a simple sample with the same (linearised) variance between case groups, with Student's t for their
    number (Korn and Graubard 1998), at most Kish's (1965). Where all or none are chosen each case group counts as a person.
    """
    rows = np.flatnonzero(of.people)
    group, weights = codes[rows], weight[rows]
    total = np.bincount(group, weights, groups)
    kinds, cluster = np.unique(of.case_group[rows], return_inverse=True)
    pairs, pair = np.unique(group * max(len(kinds), 1) + cluster, return_inverse=True)
    owner = pairs // max(len(kinds), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(np.bincount(group, weights * chosen[rows], groups) / total)
        residual = np.bincount(pair, weights * (chosen[rows] - value[group]), len(pairs))
        people, clusters = np.bincount(group, minlength=groups), np.bincount(owner, minlength=groups)
        variance = np.bincount(owner, residual**2, groups) / total**2 * clusters / (clusters - 1)
        alone = total**2 / np.bincount(group, weights**2, groups)
        by_cluster = total**2 / np.bincount(owner, np.bincount(pair, weights, len(pairs)) ** 2, groups)
        few = (student.ppf(0.975, people - 1) / student.ppf(0.975, clusters - 1)) ** 2
        size = np.minimum(value * (1 - value) / variance * few, alone)
    return value, np.where((clusters >= MIN_GROUP_COUNT) & (variance > 0), size, by_cluster)
