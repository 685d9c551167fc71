"""Records that an officer enters by hand: their id carries the post.

They stand in a name space of their own. So they neither take an id that a feed is about to send, nor tell whether another
post has a record of that id; and everybody who sees the id knows that no feed vouches for the record.
"""

from __future__ import annotations

import pyarrow as pa

from features.tables.schema import TABLES

_MARK = "@"


def entered_by_hand(table: str, row: pa.Table, post: str) -> pa.Table:
    """Return a record under the id that it has when an officer of this post enters it.

    Parameters
    ----------
    row
        A single record of the table; one that is marked already stays as it is.
    """
    column = TABLES[table].id_column
    given = str(row.column(column)[0].as_py())
    ending = f"{_MARK}{post}"
    marked = given if given.endswith(ending) else given + ending
    return row.set_column(row.schema.get_field_index(column), row.schema.field(column), pa.array([marked], pa.string()))


def id_given(record_id: str) -> str:
    """Return the id under which a record was sent.

    >>> id_given("A-1@PH-MNL")
    'A-1'
    """
    return record_id.rpartition(_MARK)[0] or record_id


def is_hand_entry(record_id: str, post: str | None) -> bool:
    """Return whether an officer of this post entered a record by hand."""
    return post is not None and record_id.endswith(f"{_MARK}{post}")
