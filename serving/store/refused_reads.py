"""SQL of reads of scores that were refused for their role: counted without the person, and sealed."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row


class RefusedReads(NamedTuple):
    """Reads of a role for a purpose that were refused in a period."""

    role: str
    purpose: str
    times: int


def insert(connection: Connection, role: str, purpose: str) -> None:
    """Store a refused read and seal it in the log."""
    query = (
        "insert into serving.refused_read (role, purpose) values (:role, :purpose) "
        "returning read_id::text, row_to_json(refused_read.*)::text"
    )
    read_id, row = connection.execute(text(query), {"role": role, "purpose": purpose}).one()
    append_row(connection, "refused_read", read_id, row)


def counts(connection: Connection, since: dt.datetime, until: dt.datetime) -> list[RefusedReads]:
    """Return the counts of a period ``[since, until)`` by role and purpose."""
    query = (
        "select role, purpose, count(*) from serving.refused_read where refused_at >= :since and refused_at < :until "
        "group by role, purpose order by role, purpose"
    )
    return [RefusedReads(*row) for row in connection.execute(text(query), {"since": since, "until": until})]
