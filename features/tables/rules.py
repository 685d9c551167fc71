"""Rules of the records: nulls, allowed values, ranges, patterns, unique ids, times in order, references."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools
from features.tables.definition import Column, Kind, Reference, Table
from features.tables.faults import Fault, faults_at
from features.tables.schema import TABLES

REFUSAL = re.compile(r"refus|den(y|ied|ial)|reject|visa_(decision|result|granted)|not_issued|(^|_)(flag|score)", re.I)
"""Column names that carry a decision or a score back into the records; such a column is never accepted."""

LONGEST_TEXT = 500
"""Characters; no index of the database takes a longer id."""

NO_PROBABILITY = "nothing beside a random interview"
PROBABILITY_EXPECTED = (
    "the probability with which this file was sampled; null only for referrals and later identifications"
)


@dataclass(frozen=True, slots=True)
class ReadTable:
    """Table in its canonical schema, with what could not be read.

    Attributes
    ----------
    rows
        The records; a value that could not be read is null.
    lost
        bool[n] by column: where a value could not be read. It is not reported again as missing.
    """

    rows: pa.Table
    lost: Mapping[str, Bools]

    def readable(self, column: str) -> bool:
        """Return whether any value of a column could be read."""
        return not (self.rows.num_rows and self.lost[column].all())


def unknown_column(table: str, name: str) -> Fault:
    """Return the fault of a column that no table of records has."""
    shown = re.sub(r"[^\w .-]", "?", name)[:60]
    if REFUSAL.search(name):
        expected = "no column derived from a refusal, a decision, a flag or a score"
        return Fault(table, None, shown, "a column that speaks of a decision", expected, "refusal_column")
    expected = "a column of features/tables/schema; it is not read"
    return Fault(table, None, shown, "an unknown column", expected, "unknown_column", blocking=False)


def check_table(table: Table, read: ReadTable) -> list[Fault]:
    """Return the faults of a table by itself."""
    faults: list[Fault] = []
    rows = read.rows
    for column in table.columns:
        faults += check_column(table.name, column, rows.column(column.name), read.lost[column.name])
    faults += faults_at(table.name, table.id_column, _repeated(rows.column(table.id_column)), actual="an id of an earlier row",
                        expected="an id that is unique", code="duplicate_id")  # fmt: skip
    if table.known_at != table.occurred_at:
        occurred = rows.column(table.occurred_at).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
        early = _true(pc.less(rows.column(table.known_at), occurred))
        faults += faults_at(table.name, table.known_at, early, actual=f"a time before {table.occurred_at}",
                            expected=f"known_at at or after {table.occurred_at}", code="known_before_event")  # fmt: skip
    return faults + (_missing_probabilities(read) if table.name == "outcomes" else [])


def _missing_probabilities(read: ReadTable) -> list[Fault]:
    """Return interviews without an inclusion probability: blocking for random ones, noted for targeted ones.

    Without it a random interview has no weight. Why officers chose targeted cases is unknown, and no weight is derived
    from it.
    """
    name = "inclusion_probability"
    missing = _true(read.rows.column(name).is_null()) & ~read.lost[name]
    drawn, targeted = (_true(pc.equal(read.rows.column("arm"), arm)) & missing for arm in ("random", "targeted"))
    return faults_at(
        "outcomes", name, drawn, actual=NO_PROBABILITY, expected=PROBABILITY_EXPECTED, code="missing_probability"
    ) + faults_at(
        "outcomes", name, targeted, actual="nothing beside a targeted interview", code="missing_probability",
        expected="1 where it was certain, otherwise the probability; null only for referrals and later identifications",
        blocking=False,
    )  # fmt: skip


def check_column(table: str, column: Column, values: pa.ChunkedArray, lost: Bools) -> list[Fault]:
    """Return the faults of a column, except those of values that could not be read."""
    faults: list[Fault] = []

    def report(bad: pa.ChunkedArray | Bools, actual: str, expected: str, code: str) -> None:
        rows = bad if isinstance(bad, np.ndarray) else _true(bad)
        faults.extend(faults_at(table, column.name, rows, actual=actual, expected=expected, code=code))

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
    """Return ids without their record, noted only: a folder cut out of a longer history can be used."""
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
    return faults_at(table, reference.column, _true(bad), actual="an id without its record",
                     expected=f"an id in {reference.table}.{id_column}", code="dangling_reference", blocking=False)  # fmt: skip


def _repeated(ids: pa.ChunkedArray) -> Bools:
    """Return bool[n]: which ids are in an earlier row already."""
    codes = ids.combine_chunks().dictionary_encode().indices
    numbers = np.asarray(codes.fill_null(-1).to_numpy(zero_copy_only=False))
    repeated = np.ones(len(numbers), dtype=bool)
    repeated[np.unique(numbers, return_index=True)[1]] = False
    return repeated & (numbers >= 0)


def _true(mask: pa.ChunkedArray) -> Bools:
    return np.asarray(pc.fill_null(mask, fill_value=False).to_numpy(), dtype=bool)
