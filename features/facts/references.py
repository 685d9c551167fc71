"""Fields that refer to the guarantor: 同上 in an inviter's field is the guarantor's value."""

import pyarrow as pa
import pyarrow.compute as pc

from features.identity.no_values import references

_FIELDS = ("name", "address", "phone")


def with_references(name: str, table: pa.Table) -> pa.Table:
    """Return a table of records in which an inviter who is "same as above" has the guarantor's values.

    Where the name says so, the birth date, address and phone that were left empty are the guarantor's too.
    """
    columns = set(table.column_names)
    if name != "visa_applications" or not {"inviter_name", "guarantor_name"} <= columns:
        return table
    same = {field: _refers(table.column(f"inviter_{field}")) for field in _FIELDS if f"inviter_{field}" in columns}
    if not any(pc.any(rows).as_py() for rows in same.values()):
        return table
    for field in ("birth_date", *_FIELDS):
        column = f"inviter_{field}"
        if {column, f"guarantor_{field}"} <= columns:
            empty = pc.and_(same["name"], table.column(column).is_null())
            values = pc.if_else(
                pc.or_(empty, same.get(field, empty)), table.column(f"guarantor_{field}"), table.column(column)
            )
            table = table.set_column(table.column_names.index(column), table.schema.field(column), values)
    return table


def _refers(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    if texts.null_count == len(texts):
        return pc.is_valid(texts)
    return pc.is_in(pc.utf8_trim(pc.utf8_lower(texts), " \u3000.。"), value_set=references())
