"""What may happen after a moment: records known then or later are deleted, changed and added, in all nine tables."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.tables import TABLES
from features.tables.definition import Kind, Table

Row = dict[str, object]


def another_future(random: np.random.Generator, tables: dict[str, pa.Table], cut: dt.datetime) -> dict[str, pa.Table]:
    """Return the tables with another future: every record known before ``cut`` stays, what comes later is made up."""
    return {name: _other(random, TABLES[name], rows, cut) for name, rows in tables.items()}


def _other(random: np.random.Generator, table: Table, rows: pa.Table, cut: dt.datetime) -> pa.Table:
    moment = pa.scalar(cut, pa.timestamp("us", tz="UTC"))
    later = pc.greater_equal(rows.column(table.known_at), moment)
    past, future = rows.filter(pc.invert(later)).to_pylist(), rows.filter(later).to_pylist()
    kept = [row for row in future if random.random() < 0.4]
    changed = [_changed(random, table, row, rows, cut) for row in future if random.random() < 0.3]
    ids = {row[table.id_column] for row in kept}
    changed = [row for row in changed if row[table.id_column] not in ids]
    copies = [past[int(at)] for at in random.integers(0, len(past), min(len(past), 30))] if past else []
    added = [
        _changed(random, table, {**row, table.id_column: f"new-{number}"}, rows, cut, much=0.15)
        for number, row in enumerate(copies)
    ]
    if table.name == "departures":
        added = [{**row, "landing_id": f"landings-{int(random.integers(100))}"} for row in added]
        departed = {row["landing_id"] for row in (*past, *kept, *changed)}
        added = list({row["landing_id"]: row for row in added if row["landing_id"] not in departed}.values())
    if table.name == "tip_database":
        # an entry stops matching at that very time, and no case asks before when that will be
        past = [_delisted_otherwise(random, row, cut) for row in past]
    changed_row = [*past, *kept, *changed, *added]
    order = random.permutation(len(changed_row))
    return pa.Table.from_pylist([changed_row[at] for at in order], schema=rows.schema)


def _changed(
    random: np.random.Generator, table: Table, row: Row, rows: pa.Table, cut: dt.datetime, much: float = 0.6
) -> Row:
    """Return a row with some values of other rows, known at the moment itself or later."""
    changed_row = dict(row)
    for column in table.columns:
        if column.name != table.id_column and random.random() < much:
            changed_row[column.name] = rows.column(column.name)[int(random.integers(rows.num_rows))].as_py()
    changed_row[table.known_at] = cut + dt.timedelta(days=int(random.integers(0, 4)) * int(random.integers(0, 300)))
    happened = changed_row[table.occurred_at]
    at = happened if isinstance(happened, dt.datetime) else dt.datetime.combine(happened, dt.time(), dt.UTC)  # type: ignore[arg-type]
    if at > changed_row[table.known_at]:  # type: ignore[operator]
        as_date = table.column(table.occurred_at).kind is Kind.DATE
        changed_row[table.occurred_at] = cut.date() if as_date else changed_row[table.known_at]
    return changed_row


def _delisted_otherwise(random: np.random.Generator, row: Row, cut: dt.datetime) -> Row:
    until = row["delisted_at"]
    if until is not None and until <= cut:  # type: ignore[operator]
        return row
    later = cut + dt.timedelta(days=int(random.integers(1, 500)))
    return {**row, "delisted_at": None if random.random() < 0.5 else later}
