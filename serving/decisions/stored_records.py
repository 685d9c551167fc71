"""What happens in the transaction that stores records: acts are sealed, and open cases that the records touch are noted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from features.matrix import SUBJECT_OF_TABLE
from serving.log.acts import seal_stored_records
from serving.store import touched_cases


def on_stored(connection: Connection, table: str, positions: Sequence[int], superseded: Sequence[int]) -> None:
    """Note open cases that a finding, an entry, an event or a correction touches; then seal what is sealed.

    A new application or landing is a case of its own. What it adds to others is counts, which they get with what comes of it.
    """
    if (superseded or table not in SUBJECT_OF_TABLE) and touched_cases.exists(connection):
        touched_cases.touch(connection, table, positions, superseded)
    seal_stored_records(connection, table, positions, superseded)
