"""Files as the world delivers them: compressed, in parts, with very long cells, and workbooks refused in one line."""

from __future__ import annotations

import decimal
import gzip
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.matrix_on_cluster import digests_of
from features.tables import Records, RecordsRejected, read_folder, write_folder
from tests.conftest import run
from tests.features.tables.folders import faults_in, faults_of, folder, good, with_parquet


@pytest.fixture(scope="module")
def plain(world: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plain")
    write_folder(target, Records({name: rows.slice(0, 40) for name, rows in world.tables.items()}), csv=True)
    return target


def same(first: Path, second: Path) -> bool:
    one, other = read_folder(first), read_folder(second)
    return all(one[name].equals(other[name]) for name in one.tables)


@pytest.mark.parametrize("ending", [".csv.gz", ".csv.zip", ".zip"])
def test_a_compressed_file_is_read_as_the_plain_one(plain: Path, tmp_path: Path, ending: str) -> None:
    shutil.copytree(plain, tmp_path / "r")
    for path in list((tmp_path / "r").glob("*.csv")):
        target = path.with_name(path.stem + ending)
        if ending.endswith("gz"):
            target.write_bytes(gzip.compress(path.read_bytes()))
        else:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(path, path.name)
        path.unlink()
    assert same(plain, tmp_path / "r")


@pytest.mark.parametrize(
    "content",
    [b"PK", b"\x1f\x8b\x08", b"no archive", gzip.compress(b"x" * 100_000, mtime=0)[:60]],
    ids=["zip", "gzip", "neither", "cut"],
)
def test_a_broken_archive_is_named(tmp_path: Path, content: bytes) -> None:
    for ending in (".csv.gz", ".zip"):
        target = folder(tmp_path / ending)
        (target / "departures.csv").unlink()
        (target / f"departures{ending}").write_bytes(content)
        assert faults_in(target) == [("departures", None, None, "unreadable")]


def test_a_zip_file_of_several_tables_is_named(tmp_path: Path) -> None:
    target = folder(tmp_path)
    with zipfile.ZipFile(target / "departures.zip", "w") as archive:
        for name in ("departures.csv", "landings.csv"):
            archive.write(target / name, name)
    (target / "departures.csv").unlink()
    assert faults_in(target) == [("departures", None, None, "unreadable")]


@pytest.mark.parametrize("suffix", ["", ".parquet", ".csv"])
def test_a_folder_of_parts_is_one_table(plain: Path, tmp_path: Path, suffix: str) -> None:
    whole = read_folder(plain)
    for name, rows in whole.tables.items():
        parts = tmp_path / f"{name}{suffix}" / "year=2009"
        parts.mkdir(parents=True)
        (parts.parent / "_SUCCESS").write_bytes(b"")
        (parts / ".part-0.crc").write_bytes(b"x")
        pq.write_table(rows.slice(0, 25), parts / "part-0.parquet")
        pq.write_table(rows.slice(25), parts / "part-1.parquet")
    assert same(plain, tmp_path)
    first = digests_of(tmp_path)
    assert len(first) == len(whole.tables)
    pq.write_table(whole["landings"].slice(25, 3), tmp_path / f"landings{suffix}" / "year=2009" / "part-1.parquet")
    assert {name for name, digest in digests_of(tmp_path).items() if digest != first[name]} == {"landings"}


def test_a_row_of_a_later_part_is_named_by_its_number_in_the_whole(tmp_path: Path) -> None:
    target = folder(tmp_path)
    (target / "departures.csv").unlink()
    (target / "departures").mkdir()
    header = b"landing_id,departed_at\n"
    (target / "departures" / "a.csv").write_bytes(header + b"L1,2009-07-01T10:00:00Z\nshort\n")
    (target / "departures" / "b.csv").write_bytes(header + b"L2,2009-07-01T10:00:00Z\nL3,soon\nshort\n")
    named = [fault for fault in faults_in(target) if fault[3] != "dangling_reference"]
    assert named == [
        ("departures", 2, None, "ragged_row"),
        ("departures", 5, None, "ragged_row"),
        ("departures", 4, "departed_at", "type"),
    ]


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_a_workbook_is_refused_in_one_clear_line(tmp_path: Path, ending: str) -> None:
    target = folder(tmp_path / "records")
    (target / "landings.csv").rename(target / f"landings{ending}")
    [fault] = faults_of(target)
    assert fault.code == "workbook"
    for command in (
        ("check", str(target)),
        ("features", str(target), "--subject", "entry", "--out", str(tmp_path / "m.csv")),
    ):
        done = run(*command, home=tmp_path, expect=1)
        assert "save the sheet as CSV UTF-8" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_a_very_long_cell_costs_itself_alone(tmp_path: Path) -> None:
    rows = [good("visa_applications", application_id=f"A{number}") for number in range(1, 6)]
    rows[2]["home_address"] = "x" * 3_000_000
    rows[3]["home_address"] = "y" * 501
    target = folder(tmp_path, "visa_applications", rows)
    assert set(faults_in(target)) == {
        ("visa_applications", 3, "home_address", "too_long"), ("visa_applications", 4, "home_address", "too_long"),
    }  # fmt: skip
    kept = read_folder(target)["visa_applications"]
    assert kept.column("home_address").is_null().to_pylist() == [False, False, True, True, False]


COLUMNS = {
    "nanoseconds": ("submitted_at", pa.array([1238574600000000000], pa.timestamp("ns", "UTC"))),
    "milliseconds": ("submitted_at", pa.array([1238574600000], pa.timestamp("ms", "UTC"))),
    "seconds": ("submitted_at", pa.array([1238574600], pa.timestamp("s", "UTC"))),
    "a dictionary of times": ("submitted_at", pa.array([1238574600000000], pa.timestamp("us", "UTC")).dictionary_encode()),
    "decimals": ("monthly_income_jpy", pa.array([decimal.Decimal("250000.50")])),
    "decimals as whole numbers": ("intended_stay_days", pa.array([decimal.Decimal("90.00")])),
    "half floats": ("intended_stay_days", pa.array([90.0], pa.float16())),
    "large strings": ("family_name", pa.array(["Reyes"], pa.large_string())),
    "string views": ("family_name", pa.array(["Reyes"], pa.string_view())),
    "a categorical": ("lodged_by", pa.array(pd.Categorical(["applicant"]))),
    "a dictionary of large strings": ("family_name", pa.array(["Reyes"], pa.large_string()).dictionary_encode()),
    "bytes": ("family_name", pa.array([b"Reyes"])),
    "midnights": ("birth_date", pa.array([5599 * 86_400_000], pa.timestamp("ms"))),
    "date64": ("birth_date", pa.array([5599 * 86_400_000], pa.date64())),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_other_types_are_read(tmp_path: Path, kind: str) -> None:
    name, array = COLUMNS[kind]
    target = with_parquet(folder(tmp_path), "visa_applications", **{name: array})
    assert [fault for fault in faults_of(target) if fault.blocking] == []
    value = read_folder(target)["visa_applications"].column(name)[0].as_py()
    expected = {"submitted_at": "2009-04-01 08:30:00+00:00", "monthly_income_jpy": "250000.5", "intended_stay_days": "90",
                "family_name": "Reyes", "lodged_by": "applicant", "birth_date": "1985-05-01"}  # fmt: skip
    assert str(value) == expected[name]


@pytest.mark.parametrize(("written", "read"), [("15.0", 15), ("+15", 15), ("1.5e1", 15), ("015", 15)])
def test_a_whole_number_may_be_written_as_a_spreadsheet_does(tmp_path: Path, written: str, read: int) -> None:
    target = folder(tmp_path, "visa_applications", [good("visa_applications", intended_stay_days=written)])
    assert read_folder(target)["visa_applications"].column("intended_stay_days").to_pylist() == [read]


def some(count: int, **changed: str) -> list[dict[str, str]]:
    """Return good applications, the second of them changed."""
    rows = [good("visa_applications", application_id=f"A{number}") for number in range(1, count + 1)]
    rows[1] |= changed
    return rows


def test_a_value_that_cannot_be_read_costs_itself_and_a_record_without_its_own_time_itself(tmp_path: Path) -> None:
    target = folder(tmp_path / "value", "visa_applications", some(10, monthly_income_jpy="much", sex="F"))
    assert read_folder(target)["visa_applications"].num_rows == 10
    target = folder(tmp_path / "record", "visa_applications", some(10, submitted_at="yesterday"))
    kept = read_folder(target)["visa_applications"]
    assert kept.column("application_id").to_pylist() == ["A1", *(f"A{number}" for number in range(3, 11))]
    # the whole of a column is not a record that is hard to read
    with pytest.raises(RecordsRejected):
        read_folder(folder(tmp_path / "column", "visa_applications", [row | {"sex": "Q"} for row in some(10)]))
    with pytest.raises(RecordsRejected):
        read_folder(target, every_record=True)


def test_a_run_says_how_much_it_left_out(tmp_path: Path) -> None:
    rows = some(10, submitted_at="Planted")
    rows[4]["monthly_income_jpy"] = "Planted"
    target = folder(tmp_path / "records", "visa_applications", rows)
    done = run("features", str(target), "--subject", "visa", "--out", str(tmp_path / "m.csv"), home=tmp_path)
    assert "1 records and 1 values cannot be read and are left out; `mimamori check` names them" in done.stderr
    assert "9 cases" in done.stdout
    assert "Planted" not in done.stdout + done.stderr
