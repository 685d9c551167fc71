"""Do the records keep the rules? Nulls, allowed values, ranges, patterns, unique ids, times in order, references."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.tables.conversion import FAULTS_PER_COLUMN
from features.tables.description import Column, Kind, Table
from features.tables.faults import Fault, kind_of
from features.tables.nine_tables import TABLES

REFUSAL = re.compile(r"refus|den(y|ied|ial)|reject|visa_(decision|result|granted)|not_issued|(^|_)(flag|score)", re.I)
"""A column with such a name carries a decision or a score back into the records; it is not accepted anywhere."""


def unknown_column(table: str, name: str) -> Fault:
    """Return the fault of a column that ``records.md`` does not have."""
    if REFUSAL.search(name):
        expected = "no column made from a refusal, a decision, a flag or a score"
        return Fault(table, None, name[:60], "a column that speaks of a decision", expected, "refusal_column")
    return Fault(table, None, name[:60], "an unknown column", "a column of records.md; it is not read",
                 "unknown_column", blocking=False)  # fmt: skip


def check_table(table: Table, rows: pa.Table) -> list[Fault]:
    """Check one table of records by itself."""
    faults: list[Fault] = []
    for column in table.columns:
        faults += check_column(table.name, column, rows.column(column.name))
    ids = rows.column(table.id_column)
    codes = ids.combine_chunks().dictionary_encode().indices
    numbers = np.asarray(codes.fill_null(-1).to_numpy(zero_copy_only=False))
    _, first = np.unique(numbers, return_index=True)
    again = np.ones(len(numbers), dtype=bool)
    again[first] = False
    again &= numbers >= 0
    faults += _at(
        table.name,
        table.id_column,
        pa.array(again),
        "an id met before",
        "an id that is unique",
        "duplicate_id",
    )
    if table.known_at != table.occurred_at:
        occurred = (
            rows.column(table.occurred_at).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"), safe=False)
        )
        early = pc.less(rows.column(table.known_at), occurred)
        faults += _at(table.name, table.known_at, early, f"a time before {table.occurred_at}",
                      f"known_at at or after {table.occurred_at}", "known_before_event")  # fmt: skip
    return faults


def check_column(table: str, column: Column, values: pa.ChunkedArray) -> list[Fault]:
    """Check the values of one column."""
    faults: list[Fault] = []
    if not column.nullable and values.null_count:
        faults += _at(table, column.name, values.is_null(), "nothing", "a value in every row", "missing_value")
    if column.allowed:
        bad = pc.and_(pc.invert(pc.is_in(values, value_set=pa.array(column.allowed))), values.is_valid())
        expected = "one of " + " ".join(column.allowed)
        faults += _at(table, column.name, bad, "another word", expected, "not_allowed")
    if column.minimum is not None:
        faults += _at(table, column.name, pc.less(values, column.minimum), "a smaller number",
                      f"at least {column.minimum:g}", "range")  # fmt: skip
    if column.maximum is not None:
        faults += _at(table, column.name, pc.greater(values, column.maximum), "a larger number",
                      f"at most {column.maximum:g}", "range")  # fmt: skip
    if column.name == "inclusion_probability":
        faults += _at(table, column.name, pc.equal(values, 0.0), "zero", "a probability above 0", "range")
    if column.pattern:
        good = pc.match_substring_regex(values, f"^(?:{column.pattern})$")
        faults += _at(
            table,
            column.name,
            pc.invert(good),
            "a text of another form",
            f"the form {column.pattern}",
            "pattern",
        )
    if column.kind is Kind.TEXT and not column.nullable:
        faults += _at(
            table,
            column.name,
            pc.equal(pc.utf8_length(values), 0),
            "an empty text",
            "a text",
            "missing_value",
        )
    return faults


def check_references(tables: dict[str, pa.Table]) -> list[Fault]:
    """Check that each id that is named exists; a folder cut out of a longer history may still be used."""
    faults: list[Fault] = []
    for table in TABLES.values():
        for reference in table.references:
            rows = tables[table.name]
            target = TABLES[reference.table]
            known = tables[target.name].column(target.id_column).combine_chunks()
            names = rows.column(reference.column)
            bad = pc.and_(names.is_valid(), pc.invert(pc.is_in(names, value_set=known)))
            if reference.when is not None:
                bad = pc.and_(bad, pc.equal(rows.column(reference.when[0]), reference.when[1]))
            faults += _at(table.name, reference.column, bad, "an id without its record",
                          f"an id in {target.name}.{target.id_column}", "dangling_reference", blocking=False)  # fmt: skip
    return faults


def _at(
    table: str,
    column: str,
    bad: pa.Array | pa.ChunkedArray,
    found: str,
    expected: str,
    code: str,
    *,
    blocking: bool = True,
) -> list[Fault]:
    rows = np.flatnonzero(np.asarray(pc.fill_null(bad, fill_value=False).to_numpy(zero_copy_only=False))
                          if isinstance(bad, pa.Array) else np.asarray(pc.fill_null(bad, fill_value=False).to_numpy()))  # fmt: skip
    return [Fault(table, int(row) + 1, column, found, expected, code, blocking) for row in rows[:FAULTS_PER_COLUMN]]


__all__ = ["check_column", "check_references", "check_table", "kind_of", "unknown_column"]
