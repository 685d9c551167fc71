"""SQL of readings, each with its leaf in the same transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import Act, append_all, row_content


@dataclass(frozen=True, slots=True)
class Reading:
    """What is about to be shown: a decision, or a record behind it with the columns shown.

    ``view`` is the page or answer: ``case``, ``sheet``, ``history``, ``arrivals``, ``follow_up``, ``correction``, ``changes``, ``linked_person``, ``decision``, ``replay``, ``queue``, ``search``, ``answer``, ``card``,
    ``record``, ``granted_record``, ``urgent_record``, ``request``, ``proof``, ``log``, ``audit`` or ``comparable``.
    """

    view: str
    decision_id: str | None
    record_table: str | None = None
    record_id: str | None = None
    fields: tuple[str, ...] = ()


def insert_readings(connection: Connection, account_id: int, readings: Sequence[Reading], purpose: str | None) -> None:
    """Store readings of an account, and seal them in the log."""
    rows = connection.execute(
        text("select serving.insert_readings(:account, :purpose, cast(:readings as jsonb))"),
        {"account": account_id, "purpose": purpose, "readings": json.dumps([asdict(reading) for reading in readings])},
    ).scalars()
    contents = [row_content(row) for row in rows]
    append_all(connection, [Act("reading", str(content["reading_id"]), content) for content in contents])


class Readers(NamedTuple):
    """Who read about a case in which view and for which purpose; how often, first and last."""

    account: str
    role: str
    view: str
    purpose: str | None
    times: int
    first_at: dt.datetime
    last_at: dt.datetime


def readers_of_case(connection: Connection, subject: str, subject_id: str) -> list[Readers]:
    """Return who read any decision about a case, the last reader first; nobody for who does not reach all posts."""
    query = text("select * from serving.readers_of_case(:subject, :id)")
    return [Readers(*row) for row in connection.execute(query, {"subject": subject, "id": subject_id})]
