"""Does the model behave as promised? Monotone features, excluded attributes without effect, steady and short explanations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import rankdata

from features.arrays import Floats, Ints
from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.tables.definition import Use
from features.tables.folder import Records
from features.tables.schema import TABLES
from models.scorer import Explanation

MAX_CASES = 2_000
SWAPPED_CASES = 10_000
"""Number of cases in the rule on excluded attributes."""
NEIGHBOURS = 5
RESAMPLES = 500
COMPACT_SHARE = 0.8
_SLACK = 1e-12
"""Sums of leaves in another order differ by rounding; a true step is the size of a leaf."""


@dataclass(frozen=True, slots=True)
class MonotoneCheck:
    """Single steps tried in constrained features, steps in the forbidden direction, and their features."""

    steps: int
    violations: int
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwapCheck:
    """Cases scored again with other excluded attributes, and the number with other bits."""

    cases: int
    columns: tuple[str, ...]
    changed: int
    changed_features: int


@dataclass(frozen=True, slots=True)
class ExplanationQuality:
    """Stability and compactness of explanations.

    ``stability`` is the median cosine similarity of a case's contributions to those of its nearest neighbours, with a 95 %
    bootstrap interval; ``compactness`` the median number of features that make up four fifths of the contributions.
    """

    cases: int
    stability: float
    stability_low: float
    stability_high: float
    compactness: float


def check_monotone(
    raw: Callable[[Floats], Floats], values: Floats, catalogue: Catalogue, rng: np.random.Generator
) -> MonotoneCheck:
    """Raise each constrained feature of up to `MAX_CASES` cases to a larger value that another case has."""
    rows = values[_some(len(values), rng)]
    before = raw(rows)
    steps, violations, blamed = 0, 0, []
    for index, direction in enumerate(catalogue.monotone):
        now = rows[:, index]
        known = np.unique(now[~np.isnan(now)])
        # drawn among larger values: most values are 0, and a value drawn from all would seldom be larger
        larger = len(known) - np.searchsorted(known, np.where(np.isnan(now), np.inf, now), side="right")
        stepping = np.flatnonzero(larger)
        if not direction or not len(stepping):
            continue
        moved = rows[stepping].copy()
        moved[:, index] = known[len(known) - 1 - rng.integers(0, larger[stepping])]
        wrong = direction * (raw(moved) - before[stepping]) < -_SLACK
        steps, violations = steps + len(wrong), violations + int(wrong.sum())
        blamed += [catalogue.names[index]] if wrong.any() else []
    return MonotoneCheck(steps, violations, tuple(blamed))


def check_swaps(
    explain: Callable[[Floats], Explanation], records: Records, subject: str, rng: np.random.Generator
) -> SwapCheck:
    """Exchange every excluded attribute between people, compute everything again, and compare bits."""
    recent = _recent(records, subject)
    before, after = build_matrix(recent, subject), build_matrix(swapped(recent, rng), subject)
    other_features = (before.values.view(np.int64) != after.values.view(np.int64)).any(axis=1)
    first, second = explain(before.values), explain(after.values)
    changed = (first.raw_score != second.raw_score) | (first.contributions != second.contributions).any(axis=1)
    columns = sorted({name for table in TABLES for name in excluded_columns(table)})
    return SwapCheck(len(before.subject_ids), tuple(columns), int(changed.sum()), int(other_features.sum()))


def excluded_columns(table: str) -> list[str]:
    """Columns for audit alone, which link nothing."""
    return [column.name for column in TABLES[table].columns if column.use is Use.AUDIT]


def swapped(records: Records, rng: np.random.Generator) -> Records:
    """Records with the values of each excluded column permuted, each on its own."""
    tables = dict(records.tables)
    for name, rows in records.tables.items():
        for column in excluded_columns(name):
            permuted = rows.column(column).take(pa.array(rng.permutation(rows.num_rows)))
            rows = rows.set_column(rows.schema.get_field_index(column), rows.schema.field(column), permuted)  # noqa: PLW2901
        tables[name] = rows
    return Records(tables)


def explanation_quality(values: Floats, contributions: Floats, rng: np.random.Generator) -> ExplanationQuality:
    """Stability and compactness, as in Shapash's quality metrics.

    Distance is Euclidean over features as ranks, weighted by their share of contributions: files that differ only in what the
    model hardly reads are near.
    """
    rows = _some(len(values), rng)
    ranks = rankdata(np.nan_to_num(values[rows], nan=-1.0), axis=0) - 1.0
    added = contributions[rows]
    influence = np.abs(added).mean(axis=0)
    ranks *= np.sqrt(influence / influence.sum()) if influence.any() else 1.0
    squares = (ranks**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2.0 * ranks @ ranks.T
    np.fill_diagonal(distance, np.inf)
    nearest = np.argpartition(distance, min(NEIGHBOURS, len(rows) - 1), axis=1)[:, :NEIGHBOURS]
    direction = added / np.maximum(np.linalg.norm(added, axis=1, keepdims=True), 1e-300)
    similarity = np.einsum("nf,nkf->nk", direction, direction[nearest]).mean(axis=1)
    sizes = -np.sort(-np.abs(added), axis=1)
    needed = (np.cumsum(sizes, axis=1) < COMPACT_SHARE * sizes.sum(axis=1, keepdims=True)).sum(axis=1) + 1
    medians = np.median(similarity[rng.integers(0, len(rows), (RESAMPLES, len(rows)))], axis=1)
    low, high = (float(bound) for bound in np.quantile(medians, (0.025, 0.975)))
    return ExplanationQuality(len(rows), float(np.median(similarity)), low, high, float(np.median(needed)))


def _recent(records: Records, subject: str) -> Records:
    """The last `SWAPPED_CASES` cases and all that was recorded since the first of them."""
    table = TABLES[TABLE_OF_SUBJECT[subject]]
    times = np.sort(records[table.name].column(table.known_at).cast(pa.int64()).to_numpy())
    if len(times) <= SWAPPED_CASES:
        return records
    start = pa.scalar(int(times[-SWAPPED_CASES]), pa.int64())
    recent = {
        name: rows.filter(pc.greater_equal(_microseconds(rows, TABLES[name].known_at), start))
        for name, rows in records.tables.items()
        if name != "establishments"
    }
    return Records({**recent, "establishments": records["establishments"]})


def _microseconds(rows: pa.Table, column: str) -> pa.ChunkedArray:
    return rows.column(column).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())


def _some(count: int, rng: np.random.Generator) -> Ints:
    return np.arange(count) if count <= MAX_CASES else np.sort(rng.choice(count, MAX_CASES, replace=False))
