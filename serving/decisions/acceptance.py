"""Which records does the service take over HTTP? Those that follow their table, can be true, and are not of the future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from sqlalchemy import Connection

from features.tables.faults import IMPOSSIBLE, Fault
from features.tables.json_rows import rows_to_table
from features.tables.plausibility import future_faults, order_faults, orders, plausibility_faults
from serving.decisions.service import DecisionService
from serving.refusals import faulty_records


def accepted_rows(service: DecisionService, table: str, records: Sequence[Mapping[str, object]]) -> pa.Table:
    """Return records of a table in its own types.

    Raises `Refusal` 422 with every fault: a value of another type, a value that cannot be true, a time beyond the clock.
    """
    rows, faults = rows_to_table(table, records)
    if not faults:
        with service.engine.connect() as connection:
            faults = future_faults(table, rows, service.now(connection))
            faults += [fault for fault in plausibility_faults(table, rows) if fault.level == IMPOSSIBLE]
            faults += _out_of_order(connection, service, table, rows)
    if faults:
        raise faulty_records(faults)
    return rows


def _out_of_order(connection: Connection, service: DecisionService, table: str, rows: pa.Table) -> list[Fault]:
    """Return records with a time before that of the stored record they name."""
    tables = {table: rows}
    for rule in orders().get(table, ()):
        ids = sorted({name for name in rows.column(rule.by).to_pylist() if name is not None})
        if rule.cannot_be_true and ids:
            tables[rule.table] = service.readable_rows(connection, rule.table, ids)
    return [fault for fault in order_faults(tables) if fault.level == IMPOSSIBLE and fault.table == table]
