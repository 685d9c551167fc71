"""Rows of JSON obey the rules of files, and become the same records. Covers: features.tables.json_rows, features.tables.rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.tables import TABLES, read_folder, rows_to_table
from features.tables.json_rows import row_as_json
from tests.features.tables.folders import GOOD, faults_of, folder, good, typed, with_parquet


def faults_in(table: str, *rows: dict[str, Any]) -> list[tuple[int | None, str | None, str]]:
    return [(fault.row, fault.column, fault.code) for fault in rows_to_table(table, rows)[1]]


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_json_is_the_row_of_a_file(tmp_path: Path, table: str) -> None:
    records, faults = rows_to_table(table, [typed(table, GOOD[table])])
    assert faults == []
    assert records.equals(read_folder(folder(tmp_path))[table])
    again, _ = rows_to_table(table, [row_as_json(records.to_pylist()[0])])
    assert again.equals(records)


VALUES = [
    ("landings", "sex", "Q", "not_allowed"),
    ("landings", "port", "", "missing_value"),
    ("landings", "landing_id", "あ" * 501, "too_long"),
    ("landings", "port", "N\nRT", "control_character"),
    ("landings", "port", "N\u0085RT", "control_character"),
    ("landings", "port", "N\x00RT", "control_character"),
    ("landings", "nationality", "Japan", "pattern"),
    ("landings", "nationality", "PHL\n", "control_character"),
    ("landings", "birth_date", "1985-02-30", "type"),
    ("landings", "birth_date", "2009-W01-1", "type"),
    ("landings", "birth_date", "１９８５-05-01", "type"),
    ("landings", "landed_at", "2009-05-01T10:00:00", "type"),
    ("landings", "landed_at", "2009-05-01T10:00:00+09:00", "type"),
    ("landings", "landed_at", "2009-05-01T24:00:00Z", "type"),
    ("landings", "landed_at", "2009-05-01T10:00:00.1234567Z", "type"),
    ("landings", "permitted_stay_days", "-1", "range"),
    ("landings", "permitted_stay_days", "1.5", "type"),
    ("visa_applications", "marriage_registered_abroad", "yes", "type"),
    ("visa_applications", "statement_fingerprint", "12345", "pattern"),
    ("establishments", "known_at", "2000-12-31T23:59:59Z", "known_before_event"),
    ("outcomes", "inclusion_probability", "0", "range"),
    ("outcomes", "inclusion_probability", "1.01", "range"),
]


@pytest.mark.parametrize(("table", "column", "text", "code"), VALUES)
def test_a_wrong_value_is_the_same_fault_in_json_and_in_a_file(
    tmp_path: Path, table: str, column: str, text: str, code: str
) -> None:
    row = typed(table, GOOD[table])
    number = TABLES[table].column(column).kind in {"number", "integer"}
    row[column] = float(text) if number else text
    assert faults_in(table, row) == [(1, column, code)]
    faults_of_file = faults_of(folder(tmp_path, table, [good(table, **{column: text})]))
    assert [(fault.row, fault.column, fault.code) for fault in faults_of_file if fault.table == table] == [
        (1, column, code)
    ]


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff"])
def test_a_lone_surrogate_is_refused(text: str) -> None:
    assert faults_in("landings", {**typed("landings", GOOD["landings"]), "port": text}) == [
        (1, "port", "control_character")
    ]


@pytest.mark.parametrize("value", [True, "5", 2**53, float("nan"), float("inf"), [], {}])
def test_what_is_no_number_is_refused(value: object) -> None:
    row = {**typed("landings", GOOD["landings"]), "permitted_stay_days": value}
    assert [fault[1:] for fault in faults_in("landings", row)] == [("permitted_stay_days", "type")]


def test_all_faults_of_all_rows_are_named() -> None:
    row = typed("departures", GOOD["departures"])
    assert faults_in("departures", row, {**row, "departed_at": 5}, {**row, "landing_id": None}, {**row, "note": 1}) == [
        (4, None, "unknown_column"),
        (3, "landing_id", "missing_value"),
        (2, "departed_at", "type"),
        (2, "landing_id", "duplicate_id"),
        (4, "landing_id", "duplicate_id"),
    ]


def test_an_empty_text_is_nothing_in_json_too() -> None:
    row = {**typed("tip_database", GOOD["tip_database"]), "phone": ""}
    assert rows_to_table("tip_database", [row])[0].column("phone").to_pylist() == [None]


@pytest.mark.parametrize(
    ("arm", "blocking"), [("random", [True]), ("targeted", [False]), ("referral", []), ("later_identification", [])]
)
def test_a_random_interview_without_its_probability_is_a_fault_and_a_targeted_interview_is_noted(
    tmp_path: Path, arm: str, blocking: list[bool]
) -> None:
    # records.md: null for referrals and later identifications alone
    faults_of_file = faults_of(folder(tmp_path, "outcomes", [good("outcomes", arm=arm, inclusion_probability="")]))
    assert [fault.blocking for fault in faults_of_file if fault.code == "missing_probability"] == blocking
    row = {**typed("outcomes", GOOD["outcomes"]), "arm": arm, "inclusion_probability": None}
    expected = [(1, "inclusion_probability", "missing_probability")] if arm == "random" else []
    assert faults_in("outcomes", row) == expected


def test_a_probability_that_is_no_number_is_missing_in_parquet_too(tmp_path: Path) -> None:
    target = with_parquet(folder(tmp_path), "outcomes", inclusion_probability=pa.array([0.5, float("nan"), None]))
    faults_of_file = [fault for fault in faults_of(target) if fault.code == "missing_probability"]
    assert [(fault.row, fault.blocking) for fault in faults_of_file] == [(2, True), (3, True)]
