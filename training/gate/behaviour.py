"""Does the model behave as promised? Monotone where it must be, blind to excluded attributes, explained in few and steady reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.tables.definition import Use
from features.tables.folder import Records
from features.tables.schema import TABLES
from models.bundle import Explained

Floats = NDArray[np.float64]
Raw = Callable[[Floats], Floats]
Explain = Callable[[Floats], Explained]

MOST_CASES = 2_000
SWAPPED_CASES = 10_000
"""As many as the rule on excluded inputs asks for, where a world has as many."""
NEIGHBOURS = 5
RESAMPLES = 500
TOLD_SHARE = 0.8
_SLACK = 1e-12
"""Sums of leaf values in another order differ by rounding; a true step down is of the size of a leaf."""


@dataclass(frozen=True, slots=True)
class MonotoneCheck:
    """How many single steps in a constrained feature were tried, how many went the forbidden way, and in which features."""

    steps: int
    violations: int
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwapCheck:
    """How many cases were scored again with other excluded attributes, and how many came out with other bits."""

    cases: int
    columns: tuple[str, ...]
    changed: int
    changed_features: int


@dataclass(frozen=True, slots=True)
class ExplanationQuality:
    """Stability: median likeness (cosine) of a case's contributions to those of its nearest neighbours.

    With bounds of 95 %, by drawing the cases anew; a median's noise is that of the cases near it. Compactness: median number of features that make up four fifths of what moves a score.
    """

    cases: int
    stability: float
    stability_low: float
    stability_high: float
    compactness: float


def check_monotone(raw: Raw, values: Floats, catalogue: Catalogue, rng: np.random.Generator) -> MonotoneCheck:
    """Raise each constrained feature of up to `MOST_CASES` cases, each to a larger value that some other case has."""
    rows = values[_some(len(values), rng)]
    before = raw(rows)
    steps, violations, blamed = 0, 0, []
    for index, direction in enumerate(catalogue.monotone):
        now = rows[:, index]
        there = np.unique(now[~np.isnan(now)])
        # where few have anything but zero, a value drawn from all cases would seldom be larger
        larger = len(there) - np.searchsorted(there, np.where(np.isnan(now), np.inf, now), side="right")
        stepping = np.flatnonzero(larger)
        if not direction or not len(stepping):
            continue
        moved = rows[stepping].copy()
        moved[:, index] = there[len(there) - 1 - rng.integers(0, larger[stepping])]
        wrong = direction * (raw(moved) - before[stepping]) < -_SLACK
        steps, violations = steps + len(wrong), violations + int(wrong.sum())
        blamed += [catalogue.names[index]] if wrong.any() else []
    return MonotoneCheck(steps, violations, tuple(blamed))


def check_swaps(explain: Explain, records: Records, subject: str, rng: np.random.Generator) -> SwapCheck:
    """Exchange every excluded attribute between people, compute everything again, and compare bits."""
    recent = _recent(records, subject)
    before = build_matrix(recent, subject)
    after = build_matrix(swapped(recent, rng), subject)
    same = before.values.view(np.int64) == after.values.view(np.int64)
    first, second = explain(before.values), explain(after.values)
    changed = np.flatnonzero(
        (first.raw_score != second.raw_score) | (first.contributions != second.contributions).any(axis=1)
    )
    columns = sorted({name for table in TABLES.values() for name in excluded_columns(table.name)})
    return SwapCheck(len(before.subject_ids), tuple(columns), len(changed), int((~same).any(axis=1).sum()))


def excluded_columns(table: str) -> list[str]:
    """Return the columns that are for audit alone and link nothing."""
    return [column.name for column in TABLES[table].columns if column.use is Use.AUDIT]


def swapped(records: Records, rng: np.random.Generator) -> Records:
    """Return the same records with the values of each excluded column dealt out anew, each on its own."""
    tables = dict(records.tables)
    for name, rows in records.tables.items():
        for column in excluded_columns(name):
            dealt = rows.column(column).take(pa.array(rng.permutation(rows.num_rows)))
            rows = rows.set_column(rows.schema.get_field_index(column), rows.schema.field(column), dealt)  # noqa: PLW2901
        tables[name] = rows
    return Records(tables)


def explanation_quality(values: Floats, contributions: Floats, rng: np.random.Generator) -> ExplanationQuality:
    """Measure how steady and how short explanations are.

    Stability and compactness as in Shapash's quality metrics: explanations of near cases should be near, and a few
    features should carry most of an explanation. Nearness is Euclidean over features scaled to ranks, each counting by its
    share in what moves scores: two files that differ in what the model hardly reads are near for it.
    """
    rows = _some(len(values), rng)
    seen = np.nan_to_num(values[rows], nan=-1.0)
    ranks = np.argsort(np.argsort(seen, axis=0, kind="stable"), axis=0, kind="stable").astype(np.float64)
    for column in range(ranks.shape[1]):  # equal values share their mean rank
        _, at = np.unique(seen[:, column], return_inverse=True)
        ranks[:, column] = (np.bincount(at, ranks[:, column]) / np.bincount(at))[at]
    told = contributions[rows]
    influence = np.abs(told).mean(axis=0)
    ranks *= np.sqrt(influence / influence.sum()) if influence.any() else 1.0
    squares = (ranks**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2.0 * ranks @ ranks.T
    np.fill_diagonal(distance, np.inf)
    nearest = np.argpartition(distance, min(NEIGHBOURS, len(rows) - 1), axis=1)[:, :NEIGHBOURS]
    unit = told / np.maximum(np.linalg.norm(told, axis=1, keepdims=True), 1e-300)
    likeness = np.einsum("nf,nkf->nk", unit, unit[nearest]).mean(axis=1)
    sizes = -np.sort(-np.abs(told), axis=1)
    needed = (np.cumsum(sizes, axis=1) < TOLD_SHARE * sizes.sum(axis=1, keepdims=True)).sum(axis=1) + 1
    drawn = np.median(likeness[rng.integers(0, len(rows), (RESAMPLES, len(rows)))], axis=1)
    low, high = (float(bound) for bound in np.quantile(drawn, (0.025, 0.975)))
    return ExplanationQuality(len(rows), float(np.median(likeness)), low, high, float(np.median(needed)))


def _recent(records: Records, subject: str) -> Records:
    """Return the last `SWAPPED_CASES` cases and all that was recorded since the first of them."""
    table = TABLES[TABLE_OF_SUBJECT[subject]]
    times = np.sort(records[table.name].column(table.known_at).cast(pa.int64()).to_numpy())
    if len(times) <= SWAPPED_CASES:
        return records
    start = pa.scalar(int(times[-SWAPPED_CASES]), pa.int64())
    cut = {
        name: rows.filter(pc.greater_equal(_as_time(rows, TABLES[name].known_at), start))
        for name, rows in records.tables.items()
        if name != "establishments"
    }
    return Records({**cut, "establishments": records["establishments"]})


def _as_time(rows: pa.Table, column: str) -> pa.ChunkedArray:
    return rows.column(column).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())


def _some(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if count <= MOST_CASES:
        return np.arange(count)
    return np.sort(rng.choice(count, MOST_CASES, replace=False))
