"""One case: the batch computation over the few records that share a key with it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from features.arrays import Bools, Floats
from features.catalogue import catalogue
from features.evidence import Record, other_records, records_behind
from features.facts.recipes import code_of
from features.facts.table_facts import Facts, TableFacts, facts_of_table
from features.identity.phone_mask import mask_phone
from features.kernel.view import View
from features.matrix import SUBJECT_OF_TABLE, TABLE_OF_SUBJECT, make_view, values_of
from features.record_notes import Note, notes_of_record
from features.store.case_history import history_of_case
from features.store.records import RecordName, RecordStore
from features.tables.times import moment_of
from features.watchlist.matches import PHONES

ADULT_YEARS = 18
LONGEST_LIFE_YEARS = 120
_DATE_LINE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CaseView:
    """Case as it stood at its moment.

    Attributes
    ----------
    as_of
        Microseconds UTC.
    values
        float64[f] in the order of the catalogue.
    is_minor
        Under 18 at ``as_of``: the child procedure applies, whatever the score.
    age_unknown
        The birth date cannot be true, so that the person may be a child.
    victim_match
        The traveller matches a victim's entry of the watch list, and is to be protected.
    status
        Status of residence of the case's own record.
    masked_keys
        Telephone numbers of the case's own record, by key, without their middle digits.
    notes
        What of the case's own record cannot be true, is unlikely, or links nobody.
    case
        Row of the case in the view.
    lookups
        Kind and blinded key of all that was looked up in the store; empty without a store.
    """

    subject: str
    subject_id: str
    as_of: int
    values: Floats
    is_minor: bool
    age_unknown: bool
    victim_match: bool
    view: View
    status: str
    masked_keys: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    case: int = 0
    lookups: frozenset[tuple[int, int]] = frozenset()

    def evidence(self, feature: str) -> list[Record]:
        """Return the records behind a feature."""
        return records_behind(self.view, catalogue(self.subject).by_name(feature).measure, self.case)

    def other_records(self, feature: str) -> list[Record]:
        """Return the records behind a feature without the case's own file; empty where the file alone states the fact.

        The host establishment is part of the file, but for features of the host.
        """
        return other_records(self.view, self.subject, feature, self.case)


def view_case(
    connection: Connection,
    store: RecordStore,
    subject: str,
    row: pa.Table,
    *,
    position: int,
    own: TableFacts | None = None,
    entries: Collection[str] | None = None,
    with_application: bool = True,
) -> CaseView:
    """Compute a case against the store.

    Parameters
    ----------
    row
        A single record, an application or a landing, in canonical types; it need not be stored.
    position
        Position of the store at which the history is read.
    entries
        Ids of the watch list's entries that may match, beside those of victims; None for all.
    with_application
        Whether the application that a landing names counts.
    """
    own = own or facts_of_table(TABLE_OF_SUBJECT[subject], row)
    view, lookups = history_view(
        connection, store, own, position=position, entries=entries, with_application=with_application
    )
    return replace(cases_of_view(view, view.cases.own, subject, row)[0], lookups=lookups)


def history_view(
    connection: Connection,
    store: RecordStore,
    own: TableFacts,
    *,
    position: int,
    seen_at: int | None = None,
    without: Collection[RecordName] = (),
    entries: Collection[str] | None = None,
    with_application: bool = True,
) -> tuple[View, frozenset[tuple[int, int]]]:
    """Return the history of a case in the store, as the case sees it, and kind and blinded key of all that was looked up.

    Parameters
    ----------
    seen_at
        ``as_of`` of a case that is seen again later, microseconds UTC; None for when its record became known.
    without
        Records that do not count; a case that is stored already leaves out its own.

    The others are those of `view_case`.
    """
    if seen_at is not None:
        own = replace(own, columns={**own.columns, "known_at": np.array([seen_at], dtype=np.int64)})
    if not with_application and "application" in own.columns:
        own = replace(own, columns={**own.columns, "application": np.zeros_like(own["application"])})
    history = history_of_case(connection, store, own, position, without=without)
    facts = history.facts if entries is None else _with_entries(history.facts, entries)
    return make_view(facts, own, SUBJECT_OF_TABLE[own.table], history.hubs), history.lookups


def _with_entries(facts: Facts, ids: Collection[str]) -> Facts:
    """Return facts with some entries of the watch list; those of victims stay, as they feed no score."""
    listed = facts["tip_database"]
    is_victim = (listed["role"] == code_of("role", "victim")).tolist()
    kept = [row for row, name in enumerate(listed.id_list()) if is_victim[row] or name in ids]
    return {**facts, "tip_database": listed.take(np.array(kept, dtype=np.int64))}


def case_from_facts(facts: Facts, own: TableFacts, subject: str, row: pa.Table, hubs: Iterable[int] = ()) -> CaseView:
    """Compute a case against given facts; for ``hubs`` see `features.events.history.History`."""
    return cases_of_view(make_view(facts, own, subject, hubs), own, subject, row)[0]


def cases_of_view(view: View, own: TableFacts, subject: str, rows: pa.Table) -> list[CaseView]:
    """Return the cases of a view, each with the same bits as alone.

    Parameters
    ----------
    own, rows
        Facts and records of the cases, in the order of the view.
    """
    values, victims = values_of(view, subject), view.watch_list.victims()
    return [
        _case(view, own.take(np.array([at])) if len(own) > 1 else own, subject, rows.slice(at, 1), at, values, victims)
        for at in range(len(own))
    ]


def _case(
    view: View, own: TableFacts, subject: str, row: pa.Table, at: int, values: Floats, victims: Bools
) -> CaseView:
    as_of = int(own["known_at"][0])
    birth_date = row.column("birth_date")[0].as_py()
    return CaseView(
        subject,
        own.id_of(0),
        as_of,
        values[at],
        is_minor(birth_date, as_of),
        age_years(birth_date, as_of) is None,
        bool(victims[at]),
        view,
        str(row.column("status_of_residence")[0].as_py()),
        _masked_keys(row),
        notes_of_record(TABLE_OF_SUBJECT[subject], row, own),
        at,
    )


def _masked_keys(row: pa.Table) -> dict[str, str]:
    masked = {name: mask_phone(row.column(name)[0].as_py()) for name in PHONES if name in row.column_names}
    return {name: number for name, number in masked.items() if number}


def age_years(birth_date: dt.date | None, as_of: int) -> int | None:
    """Return a person's age in whole years at a moment; None where the birth date is missing or cannot be true."""
    today = moment_of(as_of).date()
    if birth_date is None or birth_date > today + _DATE_LINE:
        return None
    years = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return None if years > LONGEST_LIFE_YEARS else max(years, 0)


def is_minor(birth_date: dt.date | None, as_of: int) -> bool:
    """Return whether a person is known to be under 18 at a moment."""
    years = age_years(birth_date, as_of)
    return years is not None and years < ADULT_YEARS
