"""Rules of the records: nulls, allowed values, ranges, patterns, unique ids, times in order, references."""

import re
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """Table with its faults, and what of it can be used.

    Attributes
    ----------
    faults
        Every fault; row numbers count the rows that were read.
    usable
        The records without those that cannot be used; a value that cannot be used is null where its column may be empty.
    records_left_out, values_left_out
        How many records, and how many values of the others, are left out.
    is_unusable
        Whether most records, or most values of a column, would be left out: not some records are wrong then, but the file.
    """

    faults: list[Fault]
    usable: pa.Table
    records_left_out: int
    values_left_out: int
    is_unusable: bool


def check_table(table: Table, read: ReadTable) -> CheckedTable:
    """Return the faults of a table by itself, and the records that can be used in spite of them."""
    faults: list[Fault] = []
    rows = read.rows
    wrong: dict[str, Bools] = {}
    for column in table.columns:
        values, lost = rows.column(column.name), read.lost[column.name]
        bad = lost.copy()
        for broken, actual, expected, code in broken_rules(column, values, lost):
            faults += faults_at(table.name, column.name, broken, actual=actual, expected=expected, code=code)
            bad |= broken
        if bad.any():
            wrong[column.name] = bad
    repeated = _repeated(rows.column(table.id_column))
    faults += faults_at(table.name, table.id_column, repeated, actual="an id of an earlier row",
                        expected="an id that is unique", code="duplicate_id")  # fmt: skip
    out = repeated
    if table.known_at != table.occurred_at:
        occurred = rows.column(table.occurred_at).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
        early = _true(pc.less(rows.column(table.known_at), occurred))
        faults += faults_at(table.name, table.known_at, early, actual=f"a time before {table.occurred_at}",
                            expected=f"known_at at or after {table.occurred_at}", code="known_before_event")  # fmt: skip
        out = out | early
    if table.name == "outcomes":
        unweighted, further = _missing_probabilities(read)
        out, faults = out | unweighted, faults + further
    return _checked(table, rows, faults, wrong, out)


def _checked(table: Table, rows: pa.Table, faults: list[Fault], wrong: Mapping[str, Bools], out: Bools) -> CheckedTable:
    """Return a table without wrong records, and with its wrong values empty where they may be."""
    is_unusable = any(2 * bad.sum() > rows.num_rows for bad in wrong.values())
    for name, bad in wrong.items():
        if not table.column(name).nullable:
            out = out | bad
    emptied = 0
    for name, bad in wrong.items():
        if table.column(name).nullable:
            emptied += int((bad & ~out).sum())
            at = rows.schema.get_field_index(name)
            values = pc.if_else(pa.array(bad), pa.scalar(None, rows.schema.field(at).type), rows.column(name))
            rows = rows.set_column(at, rows.schema.field(at), values)
    is_unusable |= 2 * int(out.sum()) > rows.num_rows
    kept = rows.filter(pa.array(~out)).combine_chunks() if out.any() else rows
    return CheckedTable(faults, kept, int(out.sum()), emptied, bool(is_unusable))


def _missing_probabilities(read: ReadTable) -> tuple[Bools, list[Fault]]:
    """Return interviews without an inclusion probability: blocking for random ones, noted for targeted ones.

    Without it a random interview has no weight. Why officers chose targeted cases is unknown, and no weight is derived
    from it.
    """
    name = "inclusion_probability"
    missing = _true(read.rows.column(name).is_null()) & ~read.lost[name]
    drawn, targeted = (_true(pc.equal(read.rows.column("arm"), arm)) & missing for arm in ("random", "targeted"))
    return drawn, faults_at(
        "outcomes", name, drawn, actual=NO_PROBABILITY, expected=PROBABILITY_EXPECTED, code="missing_probability"
    ) + faults_at(
        "outcomes", name, targeted, actual="nothing beside a targeted interview", code="missing_probability",
        expected="1 where it was certain, otherwise the probability; null only for referrals and later identifications",
        blocking=False,
    )  # fmt: skip


def broken_rules(column: Column, values: pa.ChunkedArray, lost: Bools) -> Iterator[tuple[Bools, str, str, str]]:
    """Yield (bool[n], what is there, what was expected, rule) for each rule of a column that any value breaks."""
    if not column.nullable and values.null_count:
        yield _true(values.is_null()) & ~lost, "nothing", "a value in every row", "missing_value"
    if column.allowed:
        bad = pc.and_(pc.invert(pc.is_in(values, value_set=pa.array(column.allowed))), values.is_valid())
        yield _true(bad), "another word", "one of " + " ".join(column.allowed), "not_allowed"
    if column.minimum is not None:
        yield _true(pc.less(values, column.minimum)), "a smaller number", f"at least {column.minimum:g}", "range"
    if column.maximum is not None:
        yield _true(pc.greater(values, column.maximum)), "a larger number", f"at most {column.maximum:g}", "range"
    if column.name == "inclusion_probability":
        yield _true(pc.equal(values, 0.0)), "zero", "a probability above 0", "range"
    if column.kind is Kind.TEXT:
        long = pc.greater(pc.utf8_length(values), LONGEST_TEXT)
        yield _true(long), "a longer text", f"at most {LONGEST_TEXT} characters", "too_long"
    if column.pattern:
        other = pc.invert(pc.match_substring_regex(values, f"^(?:{column.pattern})$"))
        yield _true(other), "a text of another form", f"the form {column.pattern}", "pattern"


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
