"""Records that come late, in any order, at equal times and corrected: a store filled so, and what it held at a position."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.store.records import RecordStore
from features.tables import TABLES
from features.tables.definition import Kind

STEP_US = 30 * 86_400_000_000
"""All times are moments thirty days apart, so that records tie with cases and with one another."""
_CORRECTED = ("guarantor_phone", "stay_address", "introducer_phone", "host_establishment_id", "birth_date", "stay_phone",
              "status_of_residence", "booking_phone", "finding", "kind", "action", "industry", "role", "address",
              "phone", "establishment_id", "landing_id", "departed_at", "passport_number", "known_at")  # fmt: skip


def tied_and_late(random: np.random.Generator, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Move every time to a moment of the grid, and let half of what can be late become known up to two years later."""
    moved = {}
    for name, rows in tables.items():
        table = TABLES[name]
        numbers = {}
        for column in table.columns:
            if column.kind is Kind.TIMESTAMP:
                values = rows.column(column.name)
                at = np.asarray(pc.fill_null(values, 0).cast(pa.int64()).to_numpy())
                numbers[column.name] = (at // STEP_US * STEP_US, np.asarray(values.is_null().to_numpy()))
        if table.known_at != table.occurred_at:
            known, none = numbers[table.known_at]
            happened = rows.column(table.occurred_at).cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
            late = STEP_US * random.integers(0, 25, len(known)) * (random.random(len(known)) < 0.5)
            numbers[table.known_at] = (np.maximum(known, -(-happened // STEP_US) * STEP_US) + late, none)
        for column_name, (at, none) in numbers.items():
            index = rows.schema.get_field_index(column_name)
            array = pa.array(at, pa.timestamp("us", tz="UTC"), mask=none)
            rows = rows.set_column(index, rows.schema.field(index), array)  # noqa: PLW2901
        moved[name] = rows
    return moved


@dataclass
class Filled:
    """A store, and every version of every record with the position at which it came."""

    store: RecordStore
    versions: dict[str, list[tuple[int, pa.Table]]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def held(self, position: int) -> dict[str, pa.Table]:
        """Return the nine tables as they stood at a position: of each record the latest version by then."""
        tables = {}
        for name, table in TABLES.items():
            latest = {
                rows.column(table.id_column)[0].as_py(): rows for at, rows in self.versions[name] if at <= position
            }
            some = list(latest.values())
            tables[name] = pa.concat_tables(some).combine_chunks() if some else table.arrow_schema.empty_table()
        return tables


def fill(random: np.random.Generator, store: RecordStore, tables: dict[str, pa.Table], corrections: int) -> Filled:
    """Store records in a random order in many pieces, with corrections of what came before in between."""
    filled = Filled(store)
    pieces = []
    for name, rows in tables.items():
        order = random.permutation(rows.num_rows)
        pieces += [(name, rows.take(pa.array(part))) for part in np.array_split(order, 6) if len(part)]
    turns = [pieces[at] for at in random.permutation(len(pieces))]
    with store.engine.begin() as connection:
        for number, (name, rows) in enumerate(turns):
            for at, position in enumerate(store.append(connection, name, rows)):
                filled.versions[name].append((position, rows.slice(at, 1)))
            for _ in range(corrections * (number + 1) // len(turns) - corrections * number // len(turns)):
                known = [table_name for table_name in TABLES if filled.versions[table_name]]
                corrected = str(random.choice(known))
                _correct(random, connection, filled, corrected)
    return filled


def _correct(random: np.random.Generator, connection: object, filled: Filled, name: str) -> None:
    table = TABLES[name]
    _, old = filled.versions[name][int(random.integers(len(filled.versions[name])))]
    _, other = filled.versions[name][int(random.integers(len(filled.versions[name])))]
    record_id = old.column(table.id_column)[0].as_py()
    changed = old.to_pylist()[0]
    for column in table.columns:
        if column.name in _CORRECTED and column.name != table.id_column and random.random() < 0.6:
            changed[column.name] = other.column(column.name)[0].as_py()
    changed[table.known_at] = max(changed[table.known_at], _as_time(changed[table.occurred_at]))
    row = pa.Table.from_pylist([changed], schema=table.arrow_schema)
    position = filled.store.supersede(connection, name, record_id, row)  # type: ignore[arg-type]
    filled.versions[name].append((position, row))


def _as_time(moment: dt.date) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time(), dt.UTC)
