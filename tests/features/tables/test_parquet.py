"""What Parquet can hold and CSV cannot: other types, empty texts beside nulls, zones, unknown columns. Covers: features.tables.files, features.tables.canonical_columns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.tables import inspect_folder, read_folder, write_folder
from tests.features.tables.folders import faults_in, faults_of, folder, good, with_parquet

DAY = dt.datetime(2009, 7, 1, 10, tzinfo=dt.UTC)


def test_an_empty_text_is_null_in_both_formats(tmp_path: Path) -> None:
    parquet = with_parquet(tmp_path / "p", "tip_database", phone=pa.array(["", None]), given_names=pa.array(["A", ""]))
    records, faults = inspect_folder(parquet)
    assert records is not None
    assert records["tip_database"].column("phone").to_pylist() == [None, None]
    rows = [good("tip_database", entry_id=f"X{at}", given_names=name) for at, name in enumerate(("A", ""))]
    csv, csv_faults = inspect_folder(folder(tmp_path / "c", "tip_database", rows))
    assert csv is not None
    assert csv["tip_database"].equals(records["tip_database"])
    assert faults == csv_faults
    assert [(fault.row, fault.code) for fault in faults] == [(2, "missing_value")]


TIMES = [
    pytest.param(pa.array([DAY] * 2, pa.timestamp("us", "UTC")), [], id="microseconds UTC"),
    pytest.param(pa.array([DAY] * 2, pa.timestamp("ns", "UTC")), [], id="nanoseconds that are whole microseconds"),
    pytest.param(pa.array([10**18, 10**18 + 1]).cast(pa.timestamp("ns", "UTC")), [(2, "precision")], id="nanoseconds"),
    pytest.param(pa.array([DAY] * 2, pa.timestamp("us")), [(None, "time_zone")], id="no zone"),
    pytest.param(pa.array([DAY] * 2, pa.timestamp("us", "Asia/Tokyo")), [(None, "time_zone")], id="Tokyo"),
    pytest.param(pa.array([1, 2]), [(1, "type"), (2, "type")], id="numbers"),
    pytest.param(pa.array(["2009-07-01T10:00:00Z", "2009-07-01 10:00"]), [(2, "type")], id="texts"),
]


@pytest.mark.parametrize(("times", "expected"), TIMES)
def test_a_time_needs_its_zone_and_no_more_than_microseconds(
    tmp_path: Path, times: pa.Array, expected: list[tuple[int | None, str]]
) -> None:
    target = with_parquet(tmp_path, "departures", departed_at=times)
    faults = [fault for fault in faults_of(target) if fault.column == "departed_at"]
    assert [(fault.row, fault.code) for fault in faults] == expected


def test_a_wrong_zone_hides_no_other_fault(tmp_path: Path) -> None:
    naive = pa.array([DAY] * 2, pa.timestamp("us"))
    target = with_parquet(tmp_path, "landings", landed_at=naive, sex=pa.array(["F", "Q"]))
    assert ("landings", 2, "sex", "not_allowed") in faults_in(target)
    assert ("landings", None, "landed_at", "time_zone") in faults_in(target)
    assert not [fault for fault in faults_in(target) if fault[3] == "missing_value"]


def test_a_frame_of_pandas_reads_as_it_was_meant(tmp_path: Path) -> None:
    """Dates as midnights in nanoseconds, whole numbers with gaps as floats, categories, NaN and None."""
    frame = pd.DataFrame({
        "establishment_id": ["E1", "E2"], "name": pd.Categorical(["One", "Two"]), "address": [None, "Umeda 1-2"],
        "phone": ["", None], "industry": pd.Categorical(["care", "other"]), "capacity": [float("nan"), 12.0],
        "opened_on": pd.to_datetime(["2001-01-01", "2002-02-28"]),
        "known_at": pd.to_datetime(["2001-01-02", "2002-03-01"], utc=True),
    })  # fmt: skip
    (folder(tmp_path) / "establishments.csv").unlink()
    frame.to_parquet(tmp_path / "establishments.parquet")
    rows = read_folder(tmp_path)["establishments"].to_pylist()
    assert [row["capacity"] for row in rows] == [None, 12]
    assert [row["opened_on"] for row in rows] == [dt.date(2001, 1, 1), dt.date(2002, 2, 28)]
    assert [row["phone"] for row in rows] == [None, None]
    assert [row["name"] for row in rows] == ["One", "Two"]


def test_the_name_of_a_folder_adds_no_column(tmp_path: Path) -> None:
    target = tmp_path / "year=2009" / "post=PH-MNL"
    records = read_folder(folder(tmp_path / "csv"))
    write_folder(target, records)
    assert faults_of(target) == []


def test_an_unknown_column_is_noted_and_not_read(tmp_path: Path) -> None:
    records = read_folder(folder(tmp_path / "csv"))
    write_folder(tmp_path / "p", records)
    path = tmp_path / "p" / "departures.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.append_column("weather", pa.array(["rain"])), path)
    records_read, faults = inspect_folder(tmp_path / "p")
    assert [(fault.code, fault.blocking) for fault in faults] == [("unknown_column", False)]
    assert records_read is not None
    assert records_read["departures"].equals(records["departures"])


def test_any_byte_changed_in_a_file_gives_faults_or_other_records_but_no_crash(tmp_path: Path) -> None:
    write_folder(tmp_path, read_folder(folder(tmp_path / "csv")))
    path = tmp_path / "departures.parquet"
    content = path.read_bytes()
    for at in range(0, len(content), 29):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        inspect_folder(tmp_path)
    for size in range(0, len(content), 50):
        path.write_bytes(content[:size])
        assert [fault.code for fault in inspect_folder(tmp_path)[1] if fault.table == "departures"] == ["unreadable"]
