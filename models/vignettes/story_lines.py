"""What does a line of a story say in full? Its copies, the fields of its template, and what follows in a stay."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from features.tables.schema import TABLES

MOMENT = dt.datetime(2011, 6, 1, 3, tzinfo=dt.UTC)
"""When the application of a story is lodged, or its landing takes place if there is none."""
CASE = "case"
"""Id of the line whose record is scored."""
STAYS = "stays"
"""Lines that mean an application, its landing, and what follows."""
COPY = "#"
"""Replaced by the number of the copy, in a line with ``times``."""
ROLES = {
    "guarantor": ("guarantor_name", "guarantor_birth_date"),
    "inviter": ("inviter_name", "inviter_birth_date"),
    "introducer": ("introducer_name", ""),
    "parent": ("acknowledging_parent_name", "acknowledging_parent_birth_date"),
    "spouse": ("", "spouse_birth_date"),
}
"""People of an application beside the applicant, and the columns of their name and birth date."""
SHORT_NAMES = {"statement": "statement_fingerprint", "host": "host_establishment_id", "agency": "agency_id"}
FOLLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "leaves": ("departures", {}),
    "moves": ("residence_events", {"kind": "address_change"}),
    "extends": ("residence_events", {"kind": "extension"}),
    "goes_missing": ("residence_events", {"kind": "missing_report"}),
    "overstays": ("residence_events", {"kind": "overstay"}),
    "divorces": ("residence_events", {"kind": "divorce"}),
    "works": ("employment_reports", {}),
    "interview": ("outcomes", {"subject": "landing"}),
}
"""What may follow in a stay: the table of its record, and what this record says."""

Fields = Mapping[str, Any]
Line = tuple[str, dict[str, Any]]
"""A table, and the fields of a row."""
Templates = Mapping[str, Mapping[str, Fields]]

_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
_DISTANCE = re.compile(r"(\d+) (hour|day|week|month|year)s? (before|after)")
_PLACE = re.compile(r"\{(\w+)\}")
_FINGERPRINTS_FROM = dt.timedelta(days=16 * 365)
_LINE = ("id", "at", "known", "like", "person", "other_spelling", "times", "every_days")
_OF_STAY = ("lands", "landing")
_TRAVELLER = (
    "person", "other_spelling", "passport_number", "family_name", "given_names", "birth_date", "nationality", "sex",
)  # fmt: skip


class StoryFault(Exception):
    """What is wrong with a line, and what was expected."""


def with_distances(value: Any) -> Any:
    """The same with every ``3 weeks before`` as a time span, below zero for before."""
    if isinstance(value, Mapping):
        return {name: with_distances(inner) for name, inner in value.items()}
    match = _DISTANCE.fullmatch(value) if isinstance(value, str) else None
    return (
        value
        if match is None
        else dt.timedelta(days=int(match[1]) * _DAYS[match[2]] * (-1 if match[3] == "before" else 1))
    )


def fields_of(table: str) -> set[str]:
    """Every field that a line about a table may have."""
    if table == STAYS:
        return fields_of("visa_applications") | set(FOLLOWS) | set(_OF_STAY)
    more = {*ROLES, *SHORT_NAMES} if table == "visa_applications" else set()
    definition = TABLES[table]
    return {*_LINE, *more, *definition.column_names} - {
        definition.id_column,
        definition.known_at,
        definition.occurred_at,
    }


def expand(table: str, line: Fields, templates: Templates) -> Iterator[Line]:
    """Rows that a line means: each copy by itself, a stay as its application, its landing and what follows.

    Raises
    ------
    StoryFault
        For a field that there is not, or a copy without its number.
    """
    unknown = sorted(set(line) - fields_of(table))
    if unknown:
        raise StoryFault(f"{unknown[0]}: no such field of {table}; expected of {', '.join(sorted(fields_of(table)))}")
    _check_kinds(line)
    times = line.get("times", 1)
    if (COPY in line["id"]) != (times > 1):
        raise StoryFault(f"times: expected with {COPY} in the id, and {COPY} with times")
    for number in range(times):
        fields = _copy(
            {name: value for name, value in line.items() if name not in {"times", "every_days"}}, str(number + 1)
        )
        if number:
            fields["at"] = span_of(fields, "at") + number * dt.timedelta(days=line.get("every_days", 1))
        yield from _stay(fields, templates) if table == STAYS else [(table, filled(table, fields, templates))]


def filled(table: str, line: Fields, templates: Templates) -> dict[str, Any]:
    """Fields of a line with those of its template, where ``{person}`` is the person of the line itself."""
    kinds = templates.get(table, {})
    like = line.get("like", "ordinary")
    if "like" in line and like not in kinds:
        raise StoryFault(f"like: no template {like}; expected of {', '.join(kinds)}")
    fields = {"person": line["id"], **kinds.get("every", {}), **kinds.get(like, {}), **line}
    for _ in range(3):  # a name may be that of another role: the inviter is the guarantor, who is the parent
        fields = {name: _named(value, fields) for name, value in fields.items()}
    if "at" not in fields and line["id"] != CASE:
        raise StoryFault("at: expected when, like '3 weeks before'")
    return {name: value for name, value in fields.items() if name != "like"}


def landing_of(application: Fields, landed: dt.timedelta, templates: Templates) -> dict[str, Any]:
    """Landing by the visa of an application, so long from the story's moment."""
    under_16 = "birth_date" in application and span_of(application, "birth_date") > landed - _FINGERPRINTS_FROM
    kept = (*_TRAVELLER, "status_of_residence", "stay_address", "stay_phone")
    fields = {name: application[name] for name in kept if name in application} | {
        "id": application["id"], "at": landed, "application_id": application["id"],
        "permitted_stay_days": application["intended_stay_days"],
        "passport_issued_on": application["passport_issued_on"] + span_of(application, "at") - landed,
        **({"biometric_id": ""} if under_16 else {}),
    }  # fmt: skip
    return filled("landings", fields, templates)


def span_of(fields: Fields, name: str) -> dt.timedelta:
    """Time span of a field; zero if it is not there."""
    value = fields.get(name, dt.timedelta())
    if not isinstance(value, dt.timedelta):
        raise StoryFault(f"{name}: expected a distance like '3 weeks before' or '40 days after'")
    return value


def _check_kinds(line: Fields) -> None:
    for name, value in line.items():
        kind: tuple[type, str] | None = None
        if name in {"times", "every_days"}:
            kind = int, "a whole number"
        elif name in {"id", "like", "person", *ROLES}:
            kind = str, "a text"
        elif name in {*FOLLOWS, "landing"}:
            kind = Mapping, "fields in braces"
        if kind is not None and not isinstance(value, kind[0]):
            raise StoryFault(f"{name}: expected {kind[1]}")


def _copy(value: Any, number: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(inner, number) for name, inner in value.items()}
    return value.replace(COPY, number) if isinstance(value, str) else value


def _named(value: Any, fields: Fields) -> Any:
    """A template's text with its roles named; empty where nobody has the role, who then has no phone either."""
    if not isinstance(value, str):
        return value
    roles = _PLACE.findall(value)
    return _PLACE.sub(lambda role: fields[role[1]], value) if all(fields.get(role) for role in roles) else ""


def _stay(line: Fields, templates: Templates) -> Iterator[Line]:
    application = filled(
        "visa_applications",
        {name: value for name, value in line.items() if name not in {*FOLLOWS, *_OF_STAY}},
        templates,
    )
    yield "visa_applications", application
    landed = span_of(application, "at") + span_of(
        line if "lands" in line else {"lands": application["intended_arrival_on"]}, "lands"
    )
    yield "landings", landing_of(application, landed, templates) | line.get("landing", {})
    for name, (table, says) in FOLLOWS.items():
        if name not in line:
            continue
        follows = says | dict(line[name])
        if not isinstance(follows.get("after"), int):
            raise StoryFault(f"{name}: expected after, in days from the landing")
        follows |= {
            "id": line["id"] if table == "departures" else f"{line['id']} {name}",
            "at": landed + dt.timedelta(days=follows.pop("after")),
        }
        if table == "employment_reports":
            follows |= {column: application[column] for column in _TRAVELLER[:-2] if column in application}
        elif table != "departures":
            follows["subject_id" if table == "outcomes" else "landing_id"] = line["id"]
        yield from expand(table, follows, templates)
