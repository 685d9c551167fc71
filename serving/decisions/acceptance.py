"""Which records does the service take over HTTP? Those that follow their table, can be true, and are not of the future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from features.tables.faults import IMPOSSIBLE, Fault
from features.tables.json_rows import rows_to_table
from features.tables.plausibility import future_faults, order_faults, plausibility_faults
from features.tables.plausibility_rules import orders
from serving.auth.permissions import ALL_POSTS, Caller
from serving.decisions.service import DecisionService
from serving.refusals import faulty_records

_PLACE = {"visa_applications": "post", "landings": "port"}
"""Column of the post, by table."""


def accepted_rows(
    service: DecisionService, table: str, records: Sequence[Mapping[str, object]], caller: Caller,
    *, ahead: dt.timedelta = dt.timedelta(0),
) -> pa.Table:  # fmt: skip
    """Return records of a table in its own types.

    Parameters
    ----------
    ahead
        How far beyond the clock a record may be: an arrival is announced before the landing.

    A stored record that a given one names counts only if the caller reaches it: a fault would tell that it exists.

    Raises `Refusal` 422 with every fault: a value of another type, a value that cannot be true, a time beyond the clock.
    """
    rows, faults = rows_to_table(table, records)
    if not faults:
        with service.engine.connect() as connection:
            faults = future_faults(table, rows, service.now(connection) + ahead)
            faults += [fault for fault in plausibility_faults(table, rows) if fault.level == IMPOSSIBLE]
            faults += _out_of_order(connection, service, table, rows, caller)
    if faults:
        raise faulty_records(faults)
    return rows


def _out_of_order(
    connection: Connection, service: DecisionService, table: str, rows: pa.Table, caller: Caller
) -> list[Fault]:
    """Return records with a time before that of the stored record they name."""
    tables = {table: rows}
    for rule in orders().get(table, ()):
        ids = sorted({name for name in rows.column(rule.by).to_pylist() if name is not None})
        if rule.cannot_be_true and ids:
            tables[rule.table] = _reached(caller, rule.table, service.readable_rows(connection, rule.table, ids))
    return [fault for fault in order_faults(tables) if fault.level == IMPOSSIBLE and fault.table == table]


def _reached(caller: Caller, table: str, rows: pa.Table) -> pa.Table:
    """Return stored records of the caller's posts."""
    if caller.scope is ALL_POSTS:
        return rows
    place = _PLACE.get(table)
    if place is None:
        return rows.slice(0, 0)
    return rows.filter(pc.is_in(rows.column(place), value_set=pa.array(caller.posts, pa.string())))
