"""Under which kinds of keys is each record found, and by which numbers do they go in the database?

A record is posted under its own keys, and an event that counts under the keys of another record (a departure under the
guarantor of the visa that the traveller used) is posted under those too: a case then fetches what its features count
and not everything that a hub ever touched.
"""

from __future__ import annotations

from typing import NamedTuple

from features.catalogue import catalogue
from features.catalogue.measures import DaysSince
from features.facts.layout import POSTINGS
from features.tables.nine_tables import TABLES

Key = tuple[str, int]
"""A kind of posting and a link key."""
TABLE_CODES = {name: code for code, name in enumerate(TABLES)}
DERIVED_STREAMS = {
    "returns": "returns", "troubles": "troubles", "findings": "findings", "findings_by_phone": "findings_by_phone",
    "jobs_of_sponsored": "work_reports_of_sponsored",
}  # fmt: skip
"""Streams whose events are posted under keys of other records, and the stream that is posted for each."""
_LIKE = {"actions_on_jobs": "jobs", "actions_on_jobs_of_sponsored": "jobs_of_sponsored",
         "spouse_applications": "applications", "child_applications": "applications"}  # fmt: skip
_OWN_KINDS = {
    "applications": {column: kind for kind, column in POSTINGS["visa_applications"]},
    "applications_by_phone": {"phone": "phone"},
    "applications_by_unit": {"unit": "unit"},
    "landings": {column: kind for kind, column in POSTINGS["landings"]},
    "jobs": {column: kind for kind, column in POSTINGS["employment_reports"]},
    "places": {column: kind for kind, column in POSTINGS["establishments"]},
    "actions": {"establishment": "action_at", "place_unit": "place_unit", "phone": "place_phone"},
}
_LANDINGS_OF_PERSON = ("person", "person")
_LETTERS = tuple(("letter", f"letter_{number}") for number in range(4))
_LETTER_DAYS = 365


class Need(NamedTuple):
    """What a case looks up: all records under a key, or only the earliest one.

    Attributes
    ----------
    kind, column
        The kind of posting, and the case's own key that is looked up.
    days
        How far back the records can have become known; None for all time.
    earliest
        Only the first record matters.
    """

    kind: str
    column: str
    days: int | None
    earliest: bool = False


def kind_of(stream: str, key: str) -> str:
    """Return the kind of posting under which a stream's events are found.

    Raises
    ------
    KeyError
        If the store does not post them: a feature was added that it could not serve.
    """
    stream = _LIKE.get(stream, stream)
    if stream in DERIVED_STREAMS:
        return f"{stream}/{key}"
    return _OWN_KINDS[stream][key]


def needs_of(subject: str) -> tuple[Need, ...]:
    """Return what the features of a subject look up, each (kind, column) once with its widest window."""
    windows: dict[tuple[str, str], list[int | None]] = {}
    for feature in catalogue(subject).features:  # type: ignore[arg-type]
        for seen, _ in feature.measure.needs():
            first = isinstance(feature.measure, DaysSince) and feature.measure.first
            windows.setdefault((kind_of(seen.stream, seen.key), seen.asked), []).append(0 if first else seen.days)
    windows.setdefault(_LANDINGS_OF_PERSON, []).append(None)
    for letter in _LETTERS:
        windows.setdefault(letter, []).append(_LETTER_DAYS)
    needs = []
    for (kind, column), days in sorted(windows.items()):
        if any(one == 0 for one in days):
            needs.append(Need(kind, column, None, earliest=True))
        whole = [one for one in days if one != 0]
        if whole:
            needs.append(Need(kind, column, None if None in whole else max(one for one in whole if one is not None)))
    return tuple(needs)


NEEDS = {subject: needs_of(subject) for subject in ("visa", "entry")}
DERIVED = tuple(
    sorted({(stream, need.kind.partition("/")[2], need.kind) for needs in NEEDS.values() for need in needs
            for stream in DERIVED_STREAMS if need.kind.startswith(f"{stream}/")})
)  # fmt: skip
"""(stream, its key, kind of posting) of every event that is posted under keys of other records."""
KINDS = {
    kind: code
    for code, kind in enumerate(
        [*sorted({kind for keys in POSTINGS.values() for kind, _ in keys}), *sorted(kind for _, _, kind in DERIVED)]
    )
}
