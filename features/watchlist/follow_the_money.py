"""Entries of the watch list in the JSON lines of FollowTheMoney, schema Person, and back.

The format is public (followthemoney.tech); this file reads and writes the properties below and no others. A person with
several names, birth dates, passports, phones or addresses becomes several entries, ``ID``, ``ID/2`` and so on, since an
entry of the records has one of each.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from features.identity.name_comparison import TYPING_ERROR, compare_names
from features.tables.faults import Fault
from features.tables.json_rows import row_as_json, rows_to_table
from features.tables.schema import TABLES

TABLE = "tip_database"
ROLES = TABLES[TABLE].column("role").allowed
TRAFFICKING = "crime.traffick"
"""Topic of entries other than victims'; the role itself stands among the keywords, since no topic says it."""
NO_GIVEN_NAME = "FNU"
"""What a document writes where a person has a single name; it identifies nobody."""
_MOST_ROWS = 20
_MIDDLE = ("middleName", "secondName")
_PLAIN = ("passportNumber", "phone", "address")


@dataclass(frozen=True, slots=True)
class Import:
    """Entries read, with every fault, and the lines that are no person."""

    entries: pa.Table
    faults: list[Fault]
    others_count: int


def read_entities(lines: Iterable[str], *, role: str | None, listed_at: dt.datetime) -> Import:
    """Return the entries of JSON lines; they are only of use without faults.

    Parameters
    ----------
    role
        Role of people whose keywords and topics name none; without it that is a fault.
    listed_at
        Time of listing of people without ``createdAt``.
    """
    rows: list[dict[str, object]] = []
    faults: list[Fault] = []
    others = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entity = _entity(line)
        if entity is None:
            faults.append(Fault(TABLE, number, None, "no JSON object of FollowTheMoney",
                                "a line with id, schema and properties", "type"))  # fmt: skip
        elif entity["schema"] != "Person":
            others += 1
        elif (known := _role(entity["properties"]) or role) is None:
            faults.append(
                Fault(TABLE, number, "role", "no role among keywords and topics", " ".join(ROLES), "missing_value")
            )
        elif not (names := _names(entity["properties"])):
            faults.append(Fault(TABLE, number, "family_name", "no name", "a name or an alias", "missing_value"))
        else:
            rows += _rows(entity, names, known, listed_at)
    entries, more = rows_to_table(TABLE, rows)
    return Import(entries, faults + more, others)


def entities(entries: pa.Table, *, victims: bool) -> Iterator[str]:
    """Write the entries that are listed without an end, a JSON line each; victims only if they are asked for."""
    for row in entries.to_pylist():
        if row["delisted_at"] is not None or (row["role"] == "victim" and not victims):
            continue
        entry = {name: str(value) for name, value in row_as_json(row).items()}
        properties = {
            "name": f"{entry['given_names']} {entry['family_name']}",
            "firstName": entry["given_names"], "lastName": entry["family_name"], "birthDate": entry.get("birth_date"),
            "passportNumber": entry.get("passport_number"), "phone": entry.get("phone"), "address": entry.get("address"),
            "topics": None if row["role"] == "victim" else TRAFFICKING, "keywords": row["role"],
            "createdAt": entry["listed_at"],
        }  # fmt: skip
        listed = {name: [value] for name, value in properties.items() if value is not None}
        yield json.dumps({"id": entry["entry_id"], "schema": "Person", "properties": listed}, ensure_ascii=False)


def _entity(line: str) -> dict[str, Any] | None:
    """Return an entity of which each property is a list of texts; None for what is none."""
    try:
        entity = json.loads(line)
        properties = entity["properties"].items()
        if not isinstance(entity["id"], str) or not isinstance(entity["schema"], str):
            return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = {name: [value] if isinstance(value, str) else value for name, value in properties}
    if not all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in texts.values()
    ):
        return None
    return {**entity, "properties": texts}


def _role(properties: Mapping[str, list[str]]) -> str | None:
    """Return the role that keywords name; a topic of crime or of a wanted person is a perpetrator's."""
    keywords = {word.casefold() for word in properties.get("keywords", ())}
    for role in ROLES:
        if role in keywords:
            return role
    topics = properties.get("topics", ())
    return "perpetrator" if any(topic.split(".")[0] in {"crime", "wanted"} for topic in topics) else None


def _names(properties: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return (family name, given names) of each name that is not another spelling of an earlier one."""
    parts = [properties.get(name, [])[:1] for name in ("firstName", *_MIDDLE)]
    given, family = " ".join(itertools.chain(*parts)), properties.get("lastName", [])[:1]
    names = [(family[0], given)] if given and family else []
    for name in (*properties.get("name", ()), *properties.get("alias", ()), *properties.get("previousName", ())):
        first, _, last = name.strip().rpartition(" ")
        names.append((last, first) if first else (last, NO_GIVEN_NAME))
    kept: list[tuple[str, str]] = []
    for pair in names:
        whole = " ".join(part for part in pair if part != NO_GIVEN_NAME)
        earlier = [" ".join(part for part in other if part != NO_GIVEN_NAME) for other in kept]
        if pair[0] and not (compare_names([whole] * len(earlier), earlier)[0] >= TYPING_ERROR).any():
            kept.append(pair)
    return kept


def _rows(
    entity: Mapping[str, Any], names: list[tuple[str, str]], role: str, listed_at: dt.datetime
) -> list[dict[str, object]]:
    properties = entity["properties"]
    births = [date for date in properties.get("birthDate", ()) if _is_day(date)] or [None]
    people = list(itertools.product(names, births))
    plain = [properties.get(name, []) for name in _PLAIN]
    count = min(max(len(people), *map(len, plain)), _MOST_ROWS)
    rows: list[dict[str, object]] = []
    for at in range(count):
        (family, given), born = people[at % len(people)]
        passport, phone, address = (values[at] if at < len(values) else None for values in plain)
        rows.append({
            "entry_id": entity["id"] if at == 0 else f"{entity['id']}/{at + 1}", "role": role,
            "listed_at": _moment(properties, listed_at), "family_name": family, "given_names": given,
            "birth_date": born, "passport_number": passport, "phone": phone, "address": address,
        })  # fmt: skip
    return rows


def _is_day(date: str) -> bool:
    """Return whether a date is whole; a year alone identifies nobody."""
    try:
        dt.date.fromisoformat(date)
    except ValueError:
        return False
    return len(date) == len("1985-05-01")


def _moment(properties: Mapping[str, list[str]], otherwise: dt.datetime) -> str:
    for text in properties.get("createdAt", ())[:1]:
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            break
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return otherwise.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
