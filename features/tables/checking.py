"""Do the records keep the rules? Nulls, allowed values, ranges, patterns, unique ids, times in order, references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.tables.description import Column, Kind, Reference, Table
from features.tables.faults import Fault, faults_at
from features.tables.nine_tables import TABLES

REFUSAL = re.compile(r"refus|den(y|ied|ial)|reject|visa_(decision|result|granted)|not_issued|(^|_)(flag|score)", re.I)
"""A column with such a name carries a decision or a score back into the records; it is not accepted anywhere."""

LONGEST_TEXT = 500
"""Characters; a longer id could be put into no index of the database."""

WITHOUT_A_CHANCE = "nothing beside a random interview"
CHANCE_EXPECTED = "the probability with which the lot drew this file; null only for referrals and later identifications"

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One table in its canonical schema, with what could not be read.

    Attributes
    ----------
    rows
        The records; a value that could not be read is null.
    lost
        For each column bool[n]: where a value was there and could not be read. It is not reported again as missing.
    """

    rows: pa.Table
    lost: Mapping[str, Bools]

    def readable(self, column: str) -> bool:
        """Say whether anything of a column could be read."""
        return not (self.rows.num_rows and self.lost[column].all())


def unknown_column(table: str, name: str) -> Fault:
    """Return the fault of a column that no table of records has."""
    shown = re.sub(r"[^\w .-]", "?", name)[:60]
    if REFUSAL.search(name):
        expected = "no column made from a refusal, a decision, a flag or a score"
        return Fault(table, None, shown, "a column that speaks of a decision", expected, "refusal_column")
    return Fault(table, None, shown, "an unknown column", "a column of features/tables/nine_tables.py; it is not read",
                 "unknown_column", blocking=False)  # fmt: skip


def check_table(table: Table, read: ReadTable) -> list[Fault]:
    """Check one table of records by itself: whatever could be read of it."""
    faults: list[Fault] = []
    rows = read.rows
    for column in table.columns:
        faults += check_column(table.name, column, rows.column(column.name), read.lost[column.name])
    faults += faults_at(table.name, table.id_column, _again(rows.column(table.id_column)), found="an id met before",
                        expected="an id that is unique", code="duplicate_id")  # fmt: skip
    if table.known_at != table.occurred_at:
        occurred = rows.column(table.occurred_at).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
        early = _true(pc.less(rows.column(table.known_at), occurred))
        faults += faults_at(table.name, table.known_at, early, found=f"a time before {table.occurred_at}",
                            expected=f"known_at at or after {table.occurred_at}", code="known_before_event")  # fmt: skip
    return faults + (_without_a_chance(read) if table.name == "outcomes" else [])


def _without_a_chance(read: ReadTable) -> list[Fault]:
    """Interviews without an inclusion probability: a random one stands for nobody then; of a targeted one it is only noted.

    Why officers chose somebody is not known for the time before there was a random arm, and no weight is made of it.
    """
    name = "inclusion_probability"
    missing = _true(read.rows.column(name).is_null()) & ~read.lost[name]
    drawn, chosen = (_true(pc.equal(read.rows.column("arm"), arm)) & missing for arm in ("random", "targeted"))
    faults = faults_at(
        "outcomes", name, drawn, found=WITHOUT_A_CHANCE, expected=CHANCE_EXPECTED, code="missing_probability"
    )
    return faults + faults_at(
        "outcomes", name, chosen, found="nothing beside a targeted interview", code="missing_probability", blocking=False,
        expected="1 where it was certain, otherwise the probability; null only for referrals and later identifications",
    )  # fmt: skip


def check_column(table: str, column: Column, values: pa.ChunkedArray, lost: Bools) -> list[Fault]:
    """Check the values of one column, except those that could not be read."""
    faults: list[Fault] = []

    def report(bad: pa.ChunkedArray | Bools, found: str, expected: str, code: str) -> None:
        rows = bad if isinstance(bad, np.ndarray) else _true(bad)
        faults.extend(faults_at(table, column.name, rows, found=found, expected=expected, code=code))

    if not column.nullable and values.null_count:
        report(_true(values.is_null()) & ~lost, "nothing", "a value in every row", "missing_value")
    if column.allowed:
        bad = pc.and_(pc.invert(pc.is_in(values, value_set=pa.array(column.allowed))), values.is_valid())
        report(bad, "another word", "one of " + " ".join(column.allowed), "not_allowed")
    if column.minimum is not None:
        report(pc.less(values, column.minimum), "a smaller number", f"at least {column.minimum:g}", "range")
    if column.maximum is not None:
        report(pc.greater(values, column.maximum), "a larger number", f"at most {column.maximum:g}", "range")
    if column.name == "inclusion_probability":
        report(pc.equal(values, 0.0), "zero", "a probability above 0", "range")
    if column.kind is Kind.TEXT:
        long = pc.greater(pc.utf8_length(values), LONGEST_TEXT)
        report(long, "a longer text", f"at most {LONGEST_TEXT} characters", "too_long")
    if column.pattern:
        other = pc.invert(pc.match_substring_regex(values, f"^(?:{column.pattern})$"))
        report(other, "a text of another form", f"the form {column.pattern}", "pattern")
    return faults


def check_references(tables: Mapping[str, ReadTable]) -> list[Fault]:
    """Check that each id that is named exists, among the tables that could be read.

    Only noted: a folder cut out of a longer history may still be used.
    """
    faults: list[Fault] = []
    for name, read in tables.items():
        for reference in TABLES[name].references:
            target = tables.get(reference.table)
            if target is not None and target.readable(TABLES[reference.table].id_column):
                faults += _dangling(name, read.rows, reference, target.rows)
    return faults


def _dangling(table: str, rows: pa.Table, reference: Reference, target: pa.Table) -> list[Fault]:
    id_column = TABLES[reference.table].id_column
    names = rows.column(reference.column)
    bad = pc.and_(names.is_valid(), pc.invert(pc.is_in(names, value_set=target.column(id_column).combine_chunks())))
    if reference.when is not None:
        bad = pc.and_(bad, pc.equal(rows.column(reference.when[0]), reference.when[1]))
    return faults_at(table, reference.column, _true(bad), found="an id without its record",
                     expected=f"an id in {reference.table}.{id_column}", code="dangling_reference", blocking=False)  # fmt: skip


def _again(ids: pa.ChunkedArray) -> Bools:
    """Say which ids stand in an earlier row already."""
    codes = ids.combine_chunks().dictionary_encode().indices
    numbers = np.asarray(codes.fill_null(-1).to_numpy(zero_copy_only=False))
    again = np.ones(len(numbers), dtype=bool)
    again[np.unique(numbers, return_index=True)[1]] = False
    return again & (numbers >= 0)


def _true(found: pa.ChunkedArray) -> Bools:
    return np.asarray(pc.fill_null(found, fill_value=False).to_numpy(), dtype=bool)
