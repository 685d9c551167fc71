"""Kinds of postings: under which keys each record is stored, and which of them a case looks up.

A record is posted under its own keys. An event that counts under keys of another record (a departure under the guarantor
of the visa) is posted under those too. A case then fetches what its features count, not all that a hub ever touched.
"""

from typing import NamedTuple

from features.catalogue import catalogue
from features.catalogue.measures import DaysSince
from features.facts.postings import POSTINGS, STATEMENT_BLOCKS
from features.kernel.view import STATEMENT_WINDOW_DAYS
from features.tables.schema import TABLES

Key = tuple[str, int]
"""Kind of posting and link key."""
TABLE_CODES = {name: code for code, name in enumerate(TABLES)}
DERIVED_EVENTS = {
    "departures": "departures", "residence_events": "residence_events", "findings": "findings",
    "findings_by_phone": "findings_by_phone", "employment_reports_of_sponsored": "all_employment_reports_of_sponsored",
}  # fmt: skip
"""Events that are posted under keys of other records, and the events that are posted for each."""
_POSTED_AS = {
    "actions_on_employers": "employment_reports",
    "actions_on_employers_of_sponsored": "employment_reports_of_sponsored",
    "spouse_applications": "applications",
    "child_applications": "applications",
}
_OWN_KINDS = {
    "applications": {column: kind for kind, column in POSTINGS["visa_applications"]},
    "applications_by_phone": {"phone": "phone"},
    "applications_by_address": {"address": "address"},
    "landings": {column: kind for kind, column in POSTINGS["landings"]},
    "employment_reports": {column: kind for kind, column in POSTINGS["employment_reports"]},
    "establishments": {column: kind for kind, column in POSTINGS["establishments"]},
    "actions": {
        "establishment": "establishment_action",
        "address": "establishment_address",
        "phone": "establishment_phone",
    },
}
KINDS = {
    kind: code
    for code, kind in enumerate((
        "establishment_action", "agency", "applicant_home", "applicant_stay", "application", "biometric", "booking",
        "booking_phone", "building", "coe", "departure", "email", "establishment", "residence_event", "flight_day",
        "given_name_and_birth", "guarantor_phone", "guarantor_address", "host", "introducer", "introducer_phone",
        "employment_of_passport", "employment_of_person", "landing", "landing_of_application", "statement_block",
        "outcome_of_application", "outcome_of_landing", "passport", "person", "phone", "establishment_phone",
        "establishment_address", "sponsor", "traveller_phone", "traveller_stay", "address", "watch_list",
        "findings/guarantor", "findings/introducer_phone", "findings/stay_address", "findings_by_phone/phone",
        "employment_reports_of_sponsored/guarantor", "employment_reports_of_sponsored/guarantor_phone",
        "employment_reports_of_sponsored/introducer_phone", "employment_reports_of_sponsored/stay_address",
        "departures/agency", "departures/guarantor", "residence_events/agency", "residence_events/guarantor",
        "residence_events/guarantor_phone", "residence_events/host", "residence_events/introducer_phone",
        "residence_events/moved_to",
    ))
}  # fmt: skip
"""Code of each kind in the database. Codes are stored: a new kind is appended, none moves."""


class Need(NamedTuple):
    """What a case looks up: all records under a key, or only the earliest.

    Attributes
    ----------
    kind, column
        Kind of posting, and the case's own key.
    days
        Days before ``as_of`` in which the records became known; None for all time.
    earliest
        Only the first record matters.
    """

    kind: str
    column: str
    days: int | None
    earliest: bool = False


def kind_of(events: str, key: str) -> str:
    """Return the kind of posting of events under a key; raises `KeyError` if the store does not post them."""
    events = _POSTED_AS.get(events, events)
    return f"{events}/{key}" if events in DERIVED_EVENTS else _OWN_KINDS[events][key]


def needs_of(subject: str) -> tuple[Need, ...]:
    """Return what the features of a subject look up, each (kind, column) with its widest window."""
    windows: dict[tuple[str, str], set[int | None]] = {("person", "person"): {None}}
    for block in STATEMENT_BLOCKS:
        windows["statement_block", block] = {STATEMENT_WINDOW_DAYS}
    earliest = set()
    for feature in catalogue(subject).features:
        for query, _ in feature.measure.needs():
            key = (kind_of(query.events, query.key), query.case_key)
            if isinstance(feature.measure, DaysSince) and feature.measure.first:
                earliest.add(key)
            else:
                windows.setdefault(key, set()).add(query.days)
    needs = [Need(*key, None, earliest=True) for key in earliest]
    for key, days in windows.items():
        needs.append(Need(*key, None if None in days else max(day for day in days if day is not None)))
    return tuple(sorted(needs, key=lambda need: (need.kind, need.column, not need.earliest)))


NEEDS = {subject: needs_of(subject) for subject in ("visa", "entry")}
DERIVED = tuple(
    sorted({(events, need.kind.partition("/")[2], need.kind) for needs in NEEDS.values() for need in needs
            for events in DERIVED_EVENTS if need.kind.startswith(f"{events}/")})
)  # fmt: skip
"""(events, their key, kind of posting) of all that is posted under keys of other records."""
