"""Evidence: the records behind a feature that an officer can open, the latest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Ints
from features.catalogue import catalogue
from features.catalogue.feature import Text
from features.catalogue.measures import (
    Component,
    DaysSince,
    Measure,
    OtherBearers,
    OwnStays,
    SameStatement,
    WatchList,
)
from features.identity import name_comparison as names
from features.identity.birth_dates import DIFFERENT, DIGIT_DIFFERS, EXCHANGED, SAME, UNKNOWN
from features.kernel.bearers import events_of_others
from features.kernel.query import EventQuery
from features.kernel.view import STATEMENT_WINDOW_DAYS, View
from features.languages import LANGUAGES, texts
from features.statements.same_statements import rows_with_same_statement
from features.tables.times import DAY_US
from features.watchlist.matches import Similarity, similarity

_LIMIT = 20
_BIRTH_DATES = {SAME: "same", EXCHANGED: "exchanged", DIGIT_DIFFERS: "digit_differs", UNKNOWN: "unknown",
                DIFFERENT: "different"}  # fmt: skip
_NAMES = {names.SAME: "same", names.SPELLING: "spelling", names.TYPING_ERROR: "typing_error",
          names.PART_LEFT_OUT: "part_left_out", names.DIFFERENT: "different"}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """Record that an officer can open.

    Attributes
    ----------
    match
        For an entry of the Trafficking in Persons Database, which fields agree and how well, as a sentence; for a record
        of another person under the passport, what differs.
    agreement
        The same by field: ``grade`` is ``exact`` or ``near``, the others as in ``[evidence]`` of the language files.
    """

    table: str
    id: str
    match: Text | None = field(default=None, compare=False)
    agreement: Mapping[str, str] | None = field(default=None, compare=False)


def records_behind(view: View, measure: Measure, case: int = 0) -> list[Record]:
    """Return up to 20 records behind a measure, for a case of a view.

    A measure of the case's own fields, and a measure without any record, points at the case's own record with its
    application and host.
    """
    if isinstance(measure, OwnStays):
        records = _records(view, "landings", view.stays.landing[view.stays.case == case])
    elif isinstance(measure, SameStatement):
        simhash, at = int(view.cases.key("statement")[case]), int(view.cases.as_of[case])
        window = STATEMENT_WINDOW_DAYS * DAY_US
        rows = rows_with_same_statement(view.history, simhash, at, window) if simhash else ()
        records = _records(view, "visa_applications", rows)
    elif isinstance(measure, WatchList):
        records = [_entry(view, case, row) for row in view.watch_list.entries(case, measure.matched)]
    elif isinstance(measure, OtherBearers):
        records = _bearers(view, measure.query, case)
    elif isinstance(measure, Component):
        applications, landings = view.connected_records(measure.name, case)
        records = [*_records(view, "visa_applications", applications), *_records(view, "landings", landings)]
    else:
        is_first = isinstance(measure, DaysSince) and measure.first
        records = _events(view, (query for query, _ in measure.needs()), case, is_first=is_first)
    return sorted(set(records))[:_LIMIT] or own_file(view, case)


def other_records(view: View, subject: str, feature: str, case: int = 0) -> list[Record]:
    """Return the records behind a feature without the case's own file; empty where the file alone states the fact.

    The host establishment is part of the file, but for features of the host.
    """
    records, own = records_behind(view, catalogue(subject).by_name(feature).measure, case), own_file(view, case)
    if set(records) == set(own):
        return [record for record in own if record.table == "establishments" and "host_" in feature]
    return [record for record in records if record not in own or record.table == "establishments"]


def agreement_of(compared: Similarity) -> dict[str, str]:
    """Return which fields of a case and an entry agree, and how well; no value of either.

    A match is exact where all that is compared is the same.

    >>> agreement_of(Similarity(names.TYPING_ERROR, SAME, passport=False, phone=True, address=False))
    {'grade': 'near', 'name': 'typing_error', 'birth_date': 'same', 'phone': 'same'}
    """
    fields = {} if compared.name is None else {"name": _NAMES[compared.name]}
    if compared.birth_date is not None:
        fields["birth_date"] = _BIRTH_DATES[compared.birth_date]
    fields |= {key: "same" for key in ("passport", "phone", "address") if getattr(compared, key)}
    return {"grade": "exact" if set(fields.values()) == {"same"} else "near", **fields}


def agreement_text(agreement: Mapping[str, str]) -> Text:
    """Return an agreement as a sentence, the exact words of each field."""
    words = texts("evidence")
    grade = words[f"grade_{agreement['grade']}"] if "grade" in agreement else dict.fromkeys(LANGUAGES, "")
    parts = [f"{field}_{value}" for field, value in agreement.items() if field != "grade"]
    return Text(**{
        code: grade[code] + words["separator"][code].join(words[part][code] for part in parts)
        for code in LANGUAGES
    })  # fmt: skip


def _records(view: View, table: str, rows: Iterable[int] | Ints) -> list[Record]:
    facts = view.history.facts[table]
    return [Record(table, facts.id_of(int(row))) for row in rows if row >= 0]


def _entry(view: View, case: int, row: int) -> Record:
    facts = view.history.facts
    agreement = agreement_of(similarity(view.watch_list, facts, view.cases, case, row))
    return Record("tip_database", facts["tip_database"].id_of(row), agreement_text(agreement), agreement)


def _bearers(view: View, query: EventQuery, case: int) -> list[Record]:
    """Return the latest records of other persons under a case's passport, and what differs from the case's own."""
    bearers = events_of_others(view, query, np.array([case]))
    table, _ = view.history.events(query.events).sources[0]
    facts = view.history.facts[table]
    records = []
    for at in np.argsort(-facts["occurred_at"][bearers.row], kind="stable")[:_LIMIT].tolist():
        differing = {"name": bearers.other_name[at], "birth_date": bearers.other_birth[at]}
        agreement = {field: "different" for field, differs in differing.items() if differs}
        records.append(Record(table, facts.id_of(int(bearers.row[at])), agreement_text(agreement), agreement))
    return records


def own_file(view: View, case: int = 0) -> list[Record]:
    """Return a case's own record, with its application and host establishment."""
    cases = view.cases
    return [
        Record(cases.own.table, cases.own.id_of(case)),
        *_records(view, "visa_applications", cases.application[case : case + 1]),
        *_records(view, "establishments", cases.host[case : case + 1]),
    ]


def _events(view: View, queries: Iterable[EventQuery], case: int, *, is_first: bool) -> list[Record]:
    """Return the latest records of queries; the first alone of a measure for which no other was fetched."""
    records = []
    at = int(view.cases.as_of[case])
    for query in queries:
        if view.is_hub(query)[case]:
            continue
        events = view.history.events(query.events)
        key = int(view.cases.key(query.case_key)[case])
        kept = (events.keys[query.key] == key) & (key != 0) & (events.known_at < at)
        if query.days is not None:
            kept &= events.occurred_at >= at - query.window
        if query.flag is not None:
            kept &= events.flags[query.flag]
        rows = np.flatnonzero(kept)
        in_order = rows[np.argsort(-events.occurred_at[rows], kind="stable")]
        table, source = events.sources[0]
        records += _records(view, table, source[in_order[-1:] if is_first else in_order[:_LIMIT]])
    return records
