"""SQL of the reading log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Reading:
    """What is about to be shown: a decision, or a record behind it with the columns shown.

    ``view`` is the page or answer: ``case``, ``decision``, ``replay``, ``queue``, ``search``, ``answer``, ``card``,
    ``record``, ``granted_record``, ``urgent_record`` or ``request``.
    """

    view: str
    decision_id: str | None
    record_table: str | None = None
    record_id: str | None = None
    fields: tuple[str, ...] = ()


def insert_readings(connection: Connection, account_id: int, readings: Sequence[Reading], purpose: str | None) -> None:
    """Store readings of an account."""
    connection.execute(
        text(
            "insert into serving.reading (account_id, view, decision_id, record_table, record_id, fields, purpose) "
            "values (:account, :view, cast(:decision as uuid), :table, :id, :fields, :purpose)"
        ),
        [
            {
                "account": account_id, "view": reading.view, "decision": reading.decision_id,
                "table": reading.record_table, "id": reading.record_id, "fields": list(reading.fields), "purpose": purpose,
            }
            for reading in readings
        ],
    )  # fmt: skip
