"""Covers: output.world_files, output.shards, output.arrow_tables, world."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from features.tables import TABLES, read_folder
from features.tables.folder import inspect_folder
from synthetic_data.commands import world
from synthetic_data.output import shards
from synthetic_data.output.shards import split
from synthetic_data.output.world_files import write_world
from synthetic_data.scenario import load_scenario, scenario_names
from synthetic_data.world import generate


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_on_one_and_on_two_processes(tmp_path: Path) -> None:
    # more than one district, so that two processes have something to share
    size = shards.DISTRICT_LIMIT + 1
    quick = load_scenario("default", {"exempt_landings": 0.0})
    for name, processes in (("one", 1), ("two", 2)):
        write_world(tmp_path / name, 4, size, quick, processes=processes)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    applications = pq.read_table(tmp_path / "two" / "visa_applications.parquet", columns=["application_id"])
    ids = applications["application_id"].to_pylist()
    assert len(ids) == len(set(ids)) == size


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_world(tmp_path / str(seed), seed, 400, load_scenario("default"))
    item, two = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert all(item[name] != two[name] for name in item)


def test_what_is_written_equals_what_is_generated_in_memory(tmp_path: Path) -> None:
    write_world(tmp_path, 9, 500, load_scenario("default"))
    records, truth = generate(9, 500)
    written = read_folder(tmp_path)
    assert all(written[name].equals(records[name]) for name in TABLES)
    assert pq.read_table(tmp_path / "truth.parquet").equals(truth)


def test_csv_holds_the_same_records(tmp_path: Path) -> None:
    write_world(tmp_path, 9, 400, load_scenario("default"), csv=True)
    records, _ = generate(9, 400)
    written = read_folder(tmp_path)
    for name in TABLES:
        assert written[name].equals(records[name]), name


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("applications", [200, 2500])
def test_every_world_passes_the_check_without_a_fault(tmp_path: Path, name: str, applications: int) -> None:
    write_world(tmp_path, 6, applications, load_scenario(name))
    records, faults = inspect_folder(tmp_path)
    assert faults == []
    assert records is not None
    assert all(records[table].num_rows for table in TABLES)
    assert records["visa_applications"].num_rows == applications


@pytest.mark.parametrize(("applications", "count"), [(200, 1), (60_000, 1), (60_001, 2), (1_000_000, 17)])
def test_districts_hold_all_applications_and_none_is_large(applications: int, count: int) -> None:
    parts = split(applications)
    assert len(parts) == count
    assert sum(part.applications for part in parts) == applications
    assert max(part.applications for part in parts) <= shards.DISTRICT_LIMIT


def test_records_that_no_world_wrote_are_not_touched(tmp_path: Path) -> None:
    table = tmp_path / "visa_applications.csv"
    table.write_text("application_id\n", encoding="utf-8")
    text = CliRunner().invoke(world, ["--out", str(tmp_path), "--applications", "200"])
    assert text.exit_code == 2
    assert "visa_applications.csv" in text.output
    assert [path.name for path in tmp_path.iterdir()] == [table.name]


def test_a_new_world_takes_the_pages_of_the_earlier_one_away(tmp_path: Path) -> None:
    write_world(tmp_path, 1, 200, load_scenario("default"), csv=True)
    for page in ("report.html", "datasheet.md"):
        (tmp_path / page).write_text("the earlier world", encoding="utf-8")
    write_world(tmp_path, 2, 200, load_scenario("default"))
    assert {path.suffix for path in tmp_path.iterdir()} == {".parquet"}
