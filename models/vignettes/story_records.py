"""Which records does a story mean? Its lines as rows of the nine tables, with fictitious people, phones and addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from features.tables.definition import Column, Kind, Link
from features.tables.schema import TABLES
from models.vignettes.pseudonyms import Pseudonyms
from models.vignettes.story_lines import (
    CASE,
    MOMENT,
    ROLES,
    SHORT_NAMES,
    Fields,
    StoryFault,
    Templates,
    expand,
    landing_of,
    span_of,
)


@dataclass(frozen=True, slots=True)
class Row:
    """Row of a table as JSON, and the id of the line that it comes from."""

    table: str
    line: str
    values: Mapping[str, Any]


def rows_of(story: str, lines: Iterable[tuple[str, Fields]], templates: Templates, names: Pseudonyms) -> list[Row]:
    """Rows of a story's lines, each with its table; the case's application is followed by its landing.

    Parameters
    ----------
    story
        Name space of every id, person, phone and address.

    Raises
    ------
    StoryFault
        For the first line that cannot be read.
    """
    full = []
    for table, line in lines:
        try:
            full += [(part, fields) for part, fields in expand(table, line, templates)]
        except StoryFault as fault:
            raise StoryFault(f"{line['id']}: {fault}") from None
    cases = {table: fields for table, fields in full if fields["id"] == CASE}
    if "visa_applications" in cases and "landings" not in cases:
        application = cases["visa_applications"]
        full.append(("landings", landing_of(application, span_of(application, "intended_arrival_on"), templates)))
    return [_row(story, table, fields, names) for table, fields in full]


def _row(story: str, table: str, fields: Fields, names: Pseudonyms) -> Row:
    definition = TABLES[table]
    at = MOMENT + span_of(fields, "at")
    given = {SHORT_NAMES.get(name, name): value for name, value in fields.items() if value != ""}
    given = _people(story, table, fields, names) | given | {definition.id_column: fields["id"]}
    values: dict[str, Any] = {}
    for column in definition.columns:
        try:
            if column.name == definition.occurred_at:
                values[column.name] = _time(column, at)
            elif column.name == definition.known_at:
                values[column.name] = _time(column, at + span_of(fields, "known"))
            elif column.name in given:
                is_id = column.name in {definition.id_column, "subject_id"}
                values[column.name] = _value(story, column, given, at, names, is_id=is_id)
        except StoryFault as fault:
            raise StoryFault(f"{fields['id']}: {fault}") from None
    return Row(table, fields["id"], values)


def _people(story: str, table: str, fields: Fields, names: Pseudonyms) -> dict[str, str | dt.date]:
    """Names and birth dates of those whom a line names."""
    other = bool(fields.get("other_spelling"))
    columns: dict[str, str | dt.date] = {}
    if "family_name" in TABLES[table].column_names:
        family, given, born = names.person(story, fields["person"], other_spelling=other)
        columns = {"family_name": family, "given_names": given, "birth_date": born}
        if "passport_number" in TABLES[table].column_names:
            columns["passport_number"] = fields["person"]
    for role, (name, birth_date) in ROLES.items() if table == "visa_applications" else ():
        if fields.get(role):
            family, given, born = names.person(story, fields[role], other_spelling=other)
            columns |= {name: f"{given} {family}", birth_date: born}
    return columns


def _value(story: str, column: Column, given: Fields, at: dt.datetime, names: Pseudonyms, *, is_id: bool) -> Any:
    value = given[column.name]
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
        # people are as old as the story says, whenever they apply
        return _time(column, (MOMENT if column.link is Link.BIRTH_DATE else at) + span_of(given, column.name))
    link = Link.IDENTIFIER if is_id else column.link
    if link in {None, Link.NAME}:
        return value
    if not isinstance(value, str):
        raise StoryFault(f"{column.name}: expected a label, the same wherever it is the same thing")
    return names.value(link, story, value)


def _time(column: Column, moment: dt.datetime) -> str:
    return moment.date().isoformat() if column.kind is Kind.DATE else moment.isoformat().replace("+00:00", "Z")
