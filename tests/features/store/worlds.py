"""A small, crowded world: few phones, names and addresses, so that nearly everything is linked with everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from features.tables.definition import Column, Kind
from features.tables.json_rows import rows_to_table
from features.tables.schema import TABLES

START = dt.datetime(2007, 1, 1, tzinfo=dt.UTC)
Rows = dict[str, list[dict[str, object]]]
SIZES = {
    "establishments": 12, "visa_applications": 90, "landings": 90, "departures": 40, "establishment_actions": 15,
    "employment_reports": 40, "residence_events": 50, "tip_database": 14, "outcomes": 40,
}  # fmt: skip


def world(random: np.random.Generator, *, crowding: int = 20, size: float = 1.0) -> dict[str, pa.Table]:
    """Make all nine tables; the smaller ``crowding`` is, the more records share each identifier."""
    rows: Rows = {}
    for name, count in SIZES.items():
        rows[name] = [_row(random, name, number, rows, crowding) for number in range(int(count * size))]
    tables = {}
    for name in TABLES:
        tables[name], faults = rows_to_table(name, rows[name])
        assert not faults, faults[0].sentence()
    return tables


def _row(random: np.random.Generator, name: str, number: int, rows: Rows, crowding: int) -> dict[str, object]:
    table = TABLES[name]
    row: dict[str, object] = {}
    for column in table.columns:
        if column.nullable and random.random() < 0.35:
            continue
        row[column.name] = _value(random, column, crowding)
    row[table.id_column] = f"{name}-{number}"
    for reference in table.references:
        others = rows.get(reference.table, [])
        if reference.column in row and reference.column != table.id_column and others:
            row[reference.column] = str(
                random.choice([str(record[TABLES[reference.table].id_column]) for record in others])
            )
    if name == "departures":
        row["landing_id"] = f"landings-{number}"
    if name == "outcomes":
        kind = "visa_applications" if row["subject"] == "visa_application" else "landings"
        row["subject_id"] = f"{kind}-{int(random.integers(len(rows[kind])))}"
        if row["arm"] == "random":
            row["inclusion_probability"] = 0.5
    if table.known_at != table.occurred_at:
        happened = str(row[table.occurred_at])[:10]
        late = int(random.integers(0, 200))
        known = dt.datetime.fromisoformat(happened).replace(tzinfo=dt.UTC) + dt.timedelta(days=1 + late)
        row[table.known_at] = known.isoformat().replace("+00:00", "Z")
    return row


_NAMES = ("Aruna", "Bela", "Chika", "Daria", "Emi", "Fai", "Gina", "Hana")


def _name(random: np.random.Generator, crowding: int) -> str:
    pick = int(random.integers(max(2, crowding // 4)))
    return f"{_NAMES[pick % 8]}{'xyz'[pick // 8 % 3]}"


def _value(random: np.random.Generator, column: Column, crowding: int) -> object:  # noqa: PLR0911 (one value per kind)
    pick = int(random.integers(crowding))
    if column.kind is Kind.CATEGORY:
        return str(random.choice(column.allowed))
    if column.kind is Kind.TIMESTAMP:
        # whole days only, so that ties at exactly as_of are common
        return (START + dt.timedelta(days=int(random.integers(1500)))).isoformat().replace("+00:00", "Z")
    if column.kind is Kind.DATE:
        days = int(random.integers(6)) * 700 if "birth" in column.name else int(random.integers(1500))
        return (
            ((START if "birth" not in column.name else START.replace(year=1975)) + dt.timedelta(days=days))
            .date()
            .isoformat()
        )
    if column.kind is Kind.BOOLEAN:
        return bool(random.random() < 0.5)
    if column.kind is Kind.INTEGER:
        return int(random.integers(0, 90))
    if column.kind is Kind.NUMBER:
        return 0.5 if column.name == "inclusion_probability" else float(random.integers(1, 10**6))
    for ending, generate in _TEXTS.items():
        if column.name.endswith(ending):
            return generate(random, pick)
    if "name" in column.name:
        return f"{_name(random, crowding)} {_name(random, crowding)}" if column.name.endswith("_name") and (
            column.name not in {"family_name"}) else _name(random, crowding)  # fmt: skip
    return {"post": "PH-MNL", "port": "NRT", "nationality": "PHL", "former_nationality": "PHL",
            "embarked_at": "MNL", "onward_destination": "JFK"}.get(column.name, f"{column.name}{pick}")  # fmt: skip


_TEXTS: dict[str, Callable[[np.random.Generator, int], str]] = {
    "phone": lambda _, pick: f"090-1234-{5000 + pick}",
    "address": lambda _, pick: f"東京都新宿区百人町 1-2-{1 + pick} #{101 + pick % 3}",
    "fingerprint": lambda random, pick: (
        f"{(0x5A5A1234ABCD0000 + 977 * (pick % 5)) ^ (1 << int(random.integers(5))):016x}"
    ),
    "email": lambda _, pick: f"u{pick}@example.org",
}
