"""Feature matrix: the features of each case at its own moment, the same for one case as for millions."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pyarrow as pa

from features.arrays import Floats, Ints
from features.cases import cases_of
from features.catalogue import Catalogue, catalogue
from features.catalogue.measures import Component
from features.events.history import History
from features.facts.layout import LAYOUT
from features.facts.recipes import encode_fact
from features.facts.table_facts import Facts, TableFacts, facts_of_records
from features.kernel.query import SweepKey
from features.kernel.view import View
from features.network.component import Network
from features.parallel import in_parallel
from features.tables.folder import Records
from features.tables.schema import TABLES

TABLE_OF_SUBJECT = {"visa": "visa_applications", "entry": "landings"}
SUBJECT_OF_TABLE = {table: subject for subject, table in TABLE_OF_SUBJECT.items()}


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
        float64[n, f] in the order of the catalogue; NaN for "no answer".
    """

    subject: str
    subject_ids: list[str]
    as_of: Ints
    values: Floats
    catalogue: Catalogue


def make_view(facts: Facts, own: TableFacts, subject: str, hubs: Iterable[int] = ()) -> View:
    """Return the view of cases on facts; for ``hubs`` see `History`."""
    return view_of(History(facts, hubs), own, subject)


def view_of(history: History, own: TableFacts, subject: str, network: Network | None = None) -> View:
    """Return the view of cases on a history, with its network if that is built already."""
    return View(history, cases_of(subject, own, history), catalogue(subject).plans, network)


def values_of(view: View, subject: str) -> Floats:
    """Return float64[n, f]: every feature of every case."""
    features = catalogue(subject).features
    values = np.empty((len(view.cases), len(features)))

    def fill(columns: list[int], sweeps: frozenset[SweepKey]) -> None:
        for column in columns:
            values[:, column] = features[column].measure.values(view)
        for key in sweeps:
            view.forget(key)

    in_parallel([partial(fill, *group) for group in _groups(subject)], len(view.cases))
    return values


@cache
def _groups(subject: str) -> list[tuple[list[int], frozenset[SweepKey]]]:
    """Return columns that share sweeps, each with these; the search for components, the longest, first."""
    groups: dict[object, tuple[list[int], frozenset[SweepKey]]] = {}
    for column, feature in enumerate(catalogue(subject).features):
        sweeps = frozenset(query.sweep_key for query, _ in feature.measure.needs())
        groups.setdefault(sweeps or type(feature.measure), ([], sweeps))[0].append(column)
    return [group for _, group in sorted(groups.items(), key=lambda item: item[0] is not Component)]


def compute(facts: Facts, own: TableFacts, subject: str) -> Floats:
    """Return the features of the given cases against a history.

    Parameters
    ----------
    facts
        Any superset of the records that share a key with the cases, in any order. Rows not known at a case's own
        ``as_of`` do not matter.
    own
        Facts of the cases' own records.
    """
    return values_of(make_view(facts, own, subject), subject)


def history_of(records: Records) -> History:
    """Return the history of records; it serves both subjects."""
    return History(facts_of_records(records.tables))


def build_matrix(
    records: Records | History, subject: str, *, start: dt.datetime | None = None, end: dt.datetime | None = None,
    only: Ints | None = None,
) -> FeatureMatrix:  # fmt: skip
    """Return the features of all cases of a subject, each at its own ``as_of``, in the order of (as_of, subject_id).

    Parameters
    ----------
    records
        Or their `history_of`, where it is needed again.
    start, end
        Only cases with ``start <= as_of < end``; all records still count as history.
    only
        Of these cases, only those at these positions.
    """
    history = records if isinstance(records, History) else history_of(records)
    own = history.facts[TABLE_OF_SUBJECT[subject]]
    rows = case_rows(own.ids, own["known_at"], start, end)
    chosen = own.take(rows if only is None else rows[only])
    values = values_of(view_of(history, chosen, subject), subject)
    return FeatureMatrix(subject, chosen.id_list(), chosen["known_at"], values, catalogue(subject))


def cases_in_order(history: History, subject: str) -> tuple[list[str], Ints]:
    """Return the ids and ``as_of`` of all cases in the order of the matrix, without computing features."""
    own = history.facts[TABLE_OF_SUBJECT[subject]]
    chosen = own.take(case_rows(own.ids, own["known_at"], None, None))
    return chosen.id_list(), chosen["known_at"]


def case_rows(
    ids: pa.Array | Sequence[str], known_at: Ints, start: dt.datetime | None, end: dt.datetime | None
) -> Ints:
    """Return the rows of the cases with ``start <= as_of < end``, in the order of (as_of, id)."""
    kept = np.ones(len(known_at), dtype=bool)
    if start is not None:
        kept &= known_at >= int(start.timestamp() * 1e6)
    if end is not None:
        kept &= known_at < int(end.timestamp() * 1e6)
    names = np.asarray(ids.to_pylist() if hasattr(ids, "to_pylist") else list(ids), dtype=object)
    rows = np.flatnonzero(kept)
    return rows[np.lexsort((names[rows].astype(str), known_at[rows]))]


def known_at_of(name: str, table: pa.Table) -> Ints:
    """Return int64[n], microseconds UTC: when each record of a table became known."""
    [fact] = [fact for fact in LAYOUT[name] if fact.name == TABLES[name].known_at]
    return encode_fact(fact, table)  # type: ignore[return-value]


def take(facts: TableFacts, rows: Ints) -> TableFacts:
    """Return some rows of a table of facts."""
    return facts.take(rows)
