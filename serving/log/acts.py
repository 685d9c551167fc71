"""Acts on stored records, and the beginning of the log: what stood in the tables before there was a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, Engine

from serving.log.leaves import Act, append_all, row_content
from serving.store import log_leaves, sealed_rows

START = "log_start"
"""Kind of the leaves with which the log of a kind of rows begins."""
_EARLIER = "0"
_EARLIER_KINDS = frozenset({"decision", "queue_removal", "closing", "record", "supersession"})
"""What earlier logs sealed, under a single beginning."""
_BATCH = 2000


def seal_stored_records(
    connection: Connection, table: str, positions: Sequence[int], superseded: Sequence[int]
) -> None:
    """Seal new outcomes, corrected versions and what they superseded; other records are sealed by decisions on them."""
    if not (superseded or table == "outcomes") or not log_leaves.exists(connection):
        return
    append_all(
        connection,
        [Act("supersession", *_content(row)) for row in sealed_rows.supersession_rows(connection, superseded)],
    )
    for begin in range(0, len(positions), _BATCH):
        rows = sealed_rows.record_rows(connection, positions[begin : begin + _BATCH])
        append_all(connection, [Act("record", *_content(row)) for row in rows])


def seal_rows_of_before(engine: Engine) -> None:
    """Seal every row that is there when the log of its kind begins; does nothing once that has a leaf.

    A row that comes without a leaf later is a fault, which `mimamori log verify` reports.
    """
    with engine.begin() as connection:
        log_leaves.lock(connection)
        log_leaves.see_every_row(connection)
        begun = log_leaves.ids_of(connection, START)
        if _EARLIER in begun:
            begun |= _EARLIER_KINDS
        for kind in sealed_rows.KINDS:
            if kind not in begun:
                append_all(connection, [Act(START, kind, {})])
                _seal_rows(connection, kind)


def _seal_rows(connection: Connection, kind: str) -> None:
    acts = _acts(connection, kind)
    while batch := list(islice(acts, _BATCH)):
        append_all(connection, batch)


def _acts(connection: Connection, kind: str) -> Iterator[Act]:
    for row in sealed_rows.rows(connection, kind):
        yield Act(kind, *_content(row))


def _content(row: tuple[str, str]) -> tuple[str, dict[str, object]]:
    subject_id, values = row
    return subject_id, row_content(values)
