"""Faults of a folder whose files, headers or rows are wrong, and the records of a good folder in either format. Covers: features.tables.folder, features.tables.files, features.tables.faults, features.tables.rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.tables import TABLES, RecordsRejected, inspect_folder, read_folder, write_folder
from tests.conftest import run
from tests.features.tables.folders import GOOD, faults_in, faults_of, folder, good, with_bytes

HEADER = b"landing_id,departed_at\n"


def test_a_good_folder_has_no_fault_and_reads_alike_from_csv_and_parquet(tmp_path: Path) -> None:
    records, faults = inspect_folder(folder(tmp_path / "csv"))
    assert faults == []
    assert records is not None
    write_folder(tmp_path / "parquet", records)
    again = read_folder(tmp_path / "parquet")
    for name in TABLES:
        assert again[name].equals(records[name])


FILES = [
    pytest.param(b"", "unreadable", id="not a single byte"),
    pytest.param(b"\n", "unreadable", id="an empty line"),
    pytest.param(b"landing_id;departed_at\nL1;2009-07-01T10:00:00Z\n", "missing_column", id="semicolons"),
    pytest.param(HEADER.decode().encode("utf-16"), "unreadable", id="UTF-16"),
    pytest.param(b"landing_\xff,departed_at\n", "unreadable", id="header that is not UTF-8"),
    pytest.param(b"landing_id,departed_at,landing_id\n", "duplicate_column", id="a column twice"),
    pytest.param(b"landing_id,departed_at,note\n", "unknown_column", id="an unknown column"),
    pytest.param(b"landing_id,departed_at,visa_refused\n", "refusal_column", id="a refusal"),
    pytest.param(b"departed_at\n", "missing_column", id="a column missing"),
]


@pytest.mark.parametrize(("content", "code"), FILES)
def test_a_file_with_a_wrong_beginning_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    faults = faults_of(with_bytes(tmp_path, "departures", content))
    assert (("departures", code)) in {(fault.table, fault.code) for fault in faults}
    assert all(fault.row is None for fault in faults if fault.table == "departures")


ROWS = [
    pytest.param("\ufeff".encode() + HEADER + b"L1,2009-07-01T10:00:00Z\n", [], id="byte-order mark"),
    pytest.param(HEADER + b"L1,2009-07-01T10:00:00Z\r\n", [], id="CRLF"),
    pytest.param(HEADER + b'"L1","2009-07-01T10:00:00Z"\n', [], id="quotes"),
    pytest.param(HEADER + b"L1,2009-07-01T10:00:00Z\nL1\n", [(2, None, "ragged_row")], id="too few fields"),
    pytest.param(HEADER + b"L1,2009-07-01T10:00:00Z,x\n", [(1, None, "ragged_row")], id="too many fields"),
    pytest.param(HEADER + b"L\xff,2009-07-01T10:00:00Z\n", [(1, "landing_id", "encoding")], id="not UTF-8"),
    pytest.param(HEADER + b"L\xed\xa0\x80,2009-07-01T10:00:00Z\n", [(1, "landing_id", "encoding")], id="lone surrogate"),
    pytest.param(HEADER + b'"L\n1",2009-07-01T10:00:00Z\n', [(1, "landing_id", "control_character")], id="line break in an id"),
    pytest.param(HEADER + b"L1,2009-02-30T10:00:00Z\n", [(1, "departed_at", "type")], id="a day that February has not"),
    pytest.param(HEADER + b"L1,\n", [(1, "departed_at", "missing_value")], id="nothing"),
    pytest.param(
        HEADER + b"L1,2009-07-01T10:00:00Z\nL2\nL1,2009-07-01\nL3,x,y\nL1,2009-07-01T10:00:00Z\n",
        [(2, None, "ragged_row"), (3, "departed_at", "type"), (3, "landing_id", "duplicate_id"), (4, None, "ragged_row"),
         (5, "landing_id", "duplicate_id")],
        id="rows after one that was left out keep their numbers",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), ROWS)
def test_a_wrong_row_is_named_by_its_number(
    tmp_path: Path, content: bytes, expected: list[tuple[int, str | None, str]]
) -> None:
    faults = [
        fault for fault in faults_in(with_bytes(tmp_path, "departures", content)) if fault[3] != "dangling_reference"
    ]
    assert sorted(faults, key=str) == sorted([("departures", *fault) for fault in expected], key=str)


def test_rows_left_out_move_no_other_number_in_a_long_file(tmp_path: Path) -> None:
    """Long enough for several threads: 60,000 rows, every 20,000th too short, then one time and one landing wrong."""
    lines = [f"X{at},2009-07-01T10:00:00Z" for at in range(1, 60_001)]
    for row in (20_000, 40_000, 60_000):
        lines[row - 1] = "short"
    lines[50_000 - 1] = "X50000,soon"
    faults = faults_in(with_bytes(tmp_path, "departures", HEADER + "\n".join(lines).encode()))
    named = [fault for fault in faults if fault[3] != "dangling_reference"]
    assert named == [
        *(("departures", row, None, "ragged_row") for row in (20_000, 40_000, 60_000)),
        ("departures", 50_000, "departed_at", "type"),
    ]


def test_a_reference_after_a_row_left_out_is_named_by_its_own_number(tmp_path: Path) -> None:
    content = HEADER + b"short\nL1,2009-07-01T10:00:00Z\nL9,2009-07-01T10:00:00Z\n"
    assert ("departures", 3, "landing_id", "dangling_reference") in faults_in(
        with_bytes(tmp_path, "departures", content)
    )


def test_an_address_may_be_written_on_two_lines(tmp_path: Path) -> None:
    target = folder(
        tmp_path, "visa_applications", [good("visa_applications", home_address="12 Rizal St\r\nQuezon City")]
    )
    records, faults = inspect_folder(target)
    assert faults == []
    assert records is not None
    assert records["visa_applications"].column("home_address").to_pylist() == ["12 Rizal St\r\nQuezon City"]


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    target = folder(tmp_path)
    (target / "departures.csv").unlink()
    assert faults_in(target) == [("departures", None, None, "missing_table")]
    (target / "departures.parquet").mkdir()
    assert faults_in(target) == [("departures", None, None, "unreadable")]
    (target / "departures.parquet").rmdir()
    (target / "departures.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    assert faults_in(target) == [("departures", None, None, "unreadable")]
    (target / "departures.csv").write_bytes(HEADER)
    assert faults_in(target) == [("departures", None, None, "two_files")]


def test_a_folder_that_is_not_there_is_a_single_fault(tmp_path: Path) -> None:
    assert faults_in(tmp_path / "nowhere") == [("records", None, None, "missing_folder")]


def test_faults_of_all_tables_and_rules_are_all_named(tmp_path: Path) -> None:
    target = folder(tmp_path, "landings", [
        good("landings", sex="Q", landed_at="yesterday", permitted_stay_days="-1"),
        good("landings", port="", nationality="Philippines", application_id="A9"),
    ])  # fmt: skip
    (target / "outcomes.csv").unlink()
    assert set(faults_in(target)) == {
        ("landings", 1, "landed_at", "type"),
        ("landings", 1, "sex", "not_allowed"),
        ("landings", 1, "permitted_stay_days", "range"),
        ("landings", 2, "port", "missing_value"),
        ("landings", 2, "nationality", "pattern"),
        ("landings", 2, "landing_id", "duplicate_id"),
        ("landings", 2, "application_id", "dangling_reference"),
        ("outcomes", None, None, "missing_table"),
    }


def test_a_column_that_is_missing_hides_no_other_fault(tmp_path: Path) -> None:
    target = folder(tmp_path, "landings", [good("landings", sex="Q")] * 2, without=["landed_at"])
    assert set(faults_in(target)) == {
        ("landings", None, "landed_at", "missing_column"),
        ("landings", 1, "sex", "not_allowed"),
        ("landings", 2, "sex", "not_allowed"),
        ("landings", 2, "landing_id", "duplicate_id"),
    }


def test_records_are_rejected_with_every_reason_and_no_value(tmp_path: Path) -> None:
    target = folder(tmp_path, "tip_database", [good("tip_database", role="Yamada", birth_date="Hanako")])
    with pytest.raises(RecordsRejected) as rejected:
        read_folder(target)
    assert {fault.code for fault in rejected.value.faults} == {"type", "not_allowed"}
    assert "Yamada" not in str(rejected.value)
    assert "Hanako" not in str(rejected.value)


def test_check_counts_all_faults_though_it_names_a_few(tmp_path: Path) -> None:
    rows = [{"landing_id": f"L{at}", "departed_at": "2009-07-01"} for at in range(2500)]
    target = folder(tmp_path / "records", "departures", rows)
    done = run("check", str(target), "--limit", "3", home=tmp_path, expect=1)
    # 2,500 times without an hour, and all but L1 without a landing: 2,499
    assert "4,999 fault(s)" in done.stdout
    assert done.stdout.count("[type]") == 3
    assert "… and 2,497 more of this kind" in done.stdout


def test_the_good_row_uses_only_columns_that_exist() -> None:
    for name, row in GOOD.items():
        assert set(row) <= set(TABLES[name].column_names)
