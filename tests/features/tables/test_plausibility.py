"""Cases of what cannot be true and what is unlikely, readable by an expert of the forms; each row of the file a test. Covers: features.tables.plausibility, features.tables.plausibility_rules."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.tables import Records, rows_to_table
from features.tables.folder import inspect
from features.tables.plausibility import implausible, order_faults, without_faults
from features.tables.plausibility_rules import orders, rules_of
from features.tables.schema import TABLES
from tests.conftest import run
from tests.features.tables.folders import folder, good, typed

_FILE = Path(__file__).with_name("cases_plausibility.csv")


def read_cases() -> dict[tuple[str, str], set[tuple[str, str, str]]]:
    """Return (column, code, level) of what is wrong, by table and changes of a good row."""
    cases: dict[tuple[str, str], set[tuple[str, str, str]]] = defaultdict(set)
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected = cases[row["table"], row["changes"]]
            if row["code"]:
                expected.add((row["column"], row["code"], row["level"]))
    return cases


CASES = read_cases()


def changed(changes: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in changes.split(";"))


@pytest.mark.parametrize(("table", "changes"), CASES, ids=str)
def test_a_record_is_judged_as_the_table_of_cases_says(tmp_path: Path, table: str, changes: str) -> None:
    row = good(table, **changed(changes))
    known = TABLES[table].known_at
    if table == "employment_reports" or "occurred_at" in changes:
        row[known] = max(row[known], "2010-01-01T00:00:00Z")
    actual = {
        (fault.column, fault.code, fault.level or "fault")
        for inspection in [inspect(folder(tmp_path, table, [row]))]
        for fault in (*inspection.faults, *inspection.implausible)
        if fault.table == table and fault.code != "known_before_event"
    }
    assert actual == CASES[table, changes]


def test_every_rule_has_a_case() -> None:
    rules = {rule.code for name in TABLES for rule in (*rules_of(name), *orders().get(name, ()))}
    assert rules <= {code for expected in CASES.values() for _, code, _ in expected}
    assert sum(not expected for expected in CASES.values()) >= 15


def test_a_value_that_cannot_be_true_costs_itself_alone() -> None:
    row = typed("visa_applications", good("visa_applications", birth_date="2528-05-01", intended_stay_days="999999999",
                                          monthly_income_jpy="250000000", submitted_at="2552-04-01T08:30:00Z"))  # fmt: skip
    rows, faults = rows_to_table("visa_applications", [row, row | {"application_id": "A2"}])
    assert not faults
    kept = without_faults("visa_applications", rows)
    different = {name for name in rows.column_names if not rows.column(name).equals(kept.column(name))}
    # an unlikely amount stays, and so do the time of the record and the birth date, which link it to others
    assert different == {"intended_stay_days"}
    assert kept.column("intended_stay_days").null_count == 2


def test_few_ordinary_records_break_a_rule(world: Records) -> None:
    for name, rows in world.tables.items():
        assert sum(bad.mean() for _, bad in implausible(name, rows)) < 0.02, name
    assert not order_faults(world.tables)


def test_a_table_without_rows_or_columns_breaks_no_rule() -> None:
    for name, table in TABLES.items():
        empty = table.arrow_schema.empty_table()
        assert without_faults(name, empty).equals(empty)
        nulls = pa.table([pa.nulls(3, field.type) for field in table.arrow_schema], schema=table.arrow_schema)
        assert without_faults(name, nulls).equals(nulls)
        assert np.isfinite([bound for rule in rules_of(name) for bound in (rule.least, rule.most)]).any()


def test_a_record_of_the_future_is_named_by_check(tmp_path: Path) -> None:
    rows = [good("visa_applications"), good("visa_applications", application_id="A2", submitted_at="2099-04-01T08:30:00Z",
                                            intended_arrival_on="2099-05-01")]  # fmt: skip
    done = run("check", str(folder(tmp_path / "records", "visa_applications", rows)), home=tmp_path, expect=1)
    assert "visa_applications.submitted_at row 2: found a time beyond the clock" in done.stdout
    assert "1 fault(s)" in done.stdout


def test_notes_alone_are_no_problem(tmp_path: Path) -> None:
    rows = [good("visa_applications", monthly_income_jpy="25000000", guarantor_phone="0000", guarantor_address="同上")]
    done = run("check", str(folder(tmp_path / "records", "visa_applications", rows)), home=tmp_path)
    assert "0 fault(s), 3 note(s)" in done.stdout
    assert "a text that links nobody: it refers to another field of the form" in done.stdout


@pytest.mark.parametrize(("table", "changes"), CASES, ids=str)
def test_a_record_alone_is_judged_as_among_others(table: str, changes: str) -> None:
    odd = typed(table, good(table, **changed(changes)))
    row, _ = rows_to_table(table, [odd])
    others, _ = rows_to_table(table, [typed(table, good(table)), odd])
    alone = [rule for rule, _ in implausible(table, row)]
    assert alone == [rule for rule, bad in implausible(table, others) if bad[1]]
    assert not any(bad[0] for _, bad in implausible(table, others))
