"""What are the numbers of each case? The feature matrix, the same for one case as for millions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue, Feature, catalogue
from features.catalogue.measures import Ring
from features.facts.facts import Facts, TableFacts, facts_of_records
from features.facts.layout import LAYOUT
from features.facts.recipes import make_fact
from features.parallel import together
from features.tables.folder import Records
from features.tables.nine_tables import TABLES
from features.windows.cases import Cases, entry_cases, visa_cases
from features.windows.history import History
from features.windows.ring import RingMaker
from features.windows.view import View

Counted = frozenset[tuple[str, str, str]]
"""What features count together: (stream, its key, the case's key)."""
TABLE_OF_SUBJECT = {"visa": "visa_applications", "entry": "landings"}


@dataclass(frozen=True, slots=True)
class FeatureMatrix:
    """n cases by f features.

    Attributes
    ----------
    subject_ids
        n record ids.
    as_of
        int64[n], microseconds UTC.
    values
        float64[n, f] in the order of the catalogue; NaN where a feature says nothing.
    """

    subject: str
    subject_ids: list[str]
    as_of: NDArray[np.int64]
    values: NDArray[np.float64]
    catalogue: Catalogue


def make_view(facts: Facts, own: TableFacts, subject: str, hubs: Iterable[int] = ()) -> View:
    """Look at a history as cases of a subject do; for ``hubs`` see `History`."""
    return look(History(facts, hubs), own, subject)


def look(history: History, own: TableFacts, subject: str, rings: RingMaker | None = None) -> View:
    """Look at a history that is already joined, with its graph if that is already built."""
    cases: Cases = visa_cases(own, history) if subject == "visa" else entry_cases(own, history)
    return View(history, cases, catalogue(subject).plans, rings)


def values_of(view: View, subject: str) -> NDArray[np.float64]:
    """Return float64[n, f]: every feature of every case, those that are counted together one after another."""
    features = catalogue(subject).features
    values = np.empty((len(view.cases), len(features)))

    def fill(columns: list[int], counted: Counted) -> None:
        for column in columns:
            values[:, column] = features[column].measure.values(view)
        for what in counted:
            view.forget(what)

    together([partial(fill, *group) for group in _groups(subject)], len(view.cases))
    return values


@cache
def _groups(subject: str) -> list[tuple[list[int], Counted]]:
    """Return the columns that are counted together, each with what is counted; the walk through rings, the longest, first."""
    groups: dict[Hashable, tuple[list[int], Counted]] = {}
    for column, feature in enumerate(catalogue(subject).features):
        counted = _counted(feature)
        groups.setdefault(counted or type(feature.measure), ([], counted))[0].append(column)
    return [group for _, group in sorted(groups.items(), key=lambda item: item[0] is not Ring)]


def _counted(feature: Feature) -> Counted:
    return frozenset((seen.stream, seen.key, seen.asked) for seen, _ in feature.measure.needs())


def compute(facts: Facts, own: TableFacts, subject: str) -> NDArray[np.float64]:
    """Compute the features of the given cases against a history.

    Parameters
    ----------
    facts
        The history: any superset of what shares a key with the cases. Rows that were not yet known at a case's own
        ``as_of`` do not matter, and neither does their order.
    own
        The facts of the cases' own records.
    """
    return values_of(make_view(facts, own, subject), subject)


def history_of(records: Records) -> History:
    """Return the facts of records, to be joined on first use; one history serves both subjects."""
    return History(facts_of_records(records.tables))


def build_matrix(
    records: Records | History, subject: str, *, start: dt.datetime | None = None, end: dt.datetime | None = None,
    only: NDArray[np.int64] | None = None,
) -> FeatureMatrix:  # fmt: skip
    """Compute the features of all cases of a subject, each at its own ``as_of``.

    Parameters
    ----------
    records
        Or their `history_of`, where it is needed again.
    start, end
        Only cases with ``start <= as_of < end``; all records still count as history.
    only
        Of these cases, only those at these positions of their order.

    Returns
    -------
    FeatureMatrix
        In the order of (as_of, subject_id).
    """
    history = records if isinstance(records, History) else history_of(records)
    own = history.facts[TABLE_OF_SUBJECT[subject]]
    rows = case_rows(own.ids, own["known_at"], start, end)
    chosen = take(own, rows if only is None else rows[only])
    values = values_of(look(history, chosen, subject), subject)
    ids = chosen.ids.to_pylist() if hasattr(chosen.ids, "to_pylist") else chosen.ids
    return FeatureMatrix(subject, [str(name) for name in ids], chosen["known_at"], values, catalogue(subject))


def cases_in_order(history: History, subject: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the ids and ``as_of`` of all cases, in the order of the matrix, without computing any feature."""
    own = history.facts[TABLE_OF_SUBJECT[subject]]
    rows = case_rows(own.ids, own["known_at"], None, None)
    return own.ids.take(pa.array(rows)).to_pylist(), own["known_at"][rows]  # type: ignore[union-attr]


def case_rows(
    ids: pa.Array | Sequence[str], known_at: NDArray[np.int64], start: dt.datetime | None, end: dt.datetime | None
) -> NDArray[np.int64]:
    """Return the rows of the cases with ``start <= as_of < end``, in the order of (as_of, id)."""
    kept = np.ones(len(known_at), dtype=bool)
    if start is not None:
        kept &= known_at >= int(start.timestamp() * 1e6)
    if end is not None:
        kept &= known_at < int(end.timestamp() * 1e6)
    names = np.asarray(ids.to_pylist() if hasattr(ids, "to_pylist") else list(ids), dtype=object)
    rows = np.flatnonzero(kept)
    return rows[np.lexsort((names[rows].astype(str), known_at[rows]))]


def known_at_of(name: str, table: pa.Table) -> NDArray[np.int64]:
    """Return int64[n], microseconds UTC: when each record of a table became known, without encoding the rest."""
    [fact] = [fact for fact in LAYOUT[name] if fact.name == TABLES[name].known_at]
    return make_fact(fact, table)  # type: ignore[return-value]


def take(facts: TableFacts, rows: NDArray[np.int64]) -> TableFacts:
    """Return some rows of a table of facts."""
    ids = [facts.id_of(int(row)) for row in rows] if len(rows) < 1000 else facts.ids.take(rows)  # type: ignore[union-attr]
    names = None if facts.names is None else facts.names.take(pa.array(rows))
    return TableFacts(facts.table, {name: column[rows] for name, column in facts.columns.items()}, ids, names)
