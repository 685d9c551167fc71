"""Entries of the watch list as FollowTheMoney's JSON lines, and back. Covers: features.watchlist.commands."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from features.command_line import main
from features.tables import rows_to_table
from features.watchlist.follow_the_money import Import, entities, read_entities
from tests.features.tables.folders import folder, good, typed

NOW = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)


def person(**properties: list[str] | str) -> str:
    return json.dumps({"id": "Q1", "schema": "Person", "datasets": ["x"], "properties": properties})


def read(*lines: str, role: str | None = None) -> Import:
    return read_entities(lines, role=role, listed_at=NOW)


def test_a_person_becomes_an_entry() -> None:
    line = person(
        name=["Grace Reyes"], birthDate=["1985-05-01"], passportNumber=["P1"], phone=["+639171234567"],
        address=["Quezon City 12"], topics=["crime.traffick"], nationality=["ph"], createdAt=["2009-04-01T08:30:00"],
    )  # fmt: skip
    imported = read(line)
    assert imported.faults == []
    (row,) = imported.entries.to_pylist()
    assert row == {
        "entry_id": "Q1", "listed_at": dt.datetime(2009, 4, 1, 8, 30, tzinfo=dt.UTC), "delisted_at": None,
        "role": "perpetrator", "family_name": "Reyes", "given_names": "Grace", "birth_date": dt.date(1985, 5, 1),
        "passport_number": "P1", "phone": "+639171234567", "address": "Quezon City 12",
    }  # fmt: skip


def test_parts_of_the_name_go_before_the_whole_and_an_alias_is_an_entry_of_its_own() -> None:
    line = person(
        name="Maria Grace Dela Cruz", firstName="Maria", middleName="Grace", lastName="Dela Cruz",
        alias=["DELACRUZ, Maria Grace", "Ana Santos", "Madonna"], topics=["crime"],
    )  # fmt: skip
    rows = read(line).entries.to_pylist()
    assert [(row["entry_id"], row["family_name"], row["given_names"]) for row in rows] == [
        ("Q1", "Dela Cruz", "Maria Grace"), ("Q1/2", "Santos", "Ana"), ("Q1/3", "Madonna", "FNU"),
    ]  # fmt: skip
    assert {row["listed_at"] for row in rows} == {NOW}


def test_several_dates_and_numbers_are_entries_and_a_year_alone_is_no_birth_date() -> None:
    rows = read(person(name=["Grace Reyes"], birthDate=["1985", "1985-05-01", "1985-01-05"], passportNumber=["P1", "P2", "P3"]),
                role="facilitator").entries.to_pylist()  # fmt: skip
    assert [(row["birth_date"].isoformat(), row["passport_number"]) for row in rows] == [
        ("1985-05-01", "P1"), ("1985-01-05", "P2"), ("1985-05-01", "P3"),
    ]  # fmt: skip
    (row,) = read(person(name=["Grace Reyes"], birthDate=["1985"]), role="facilitator").entries.to_pylist()
    assert row["birth_date"] is None


@pytest.mark.parametrize(
    ("properties", "role"),
    [
        ({"keywords": ["Victim"], "topics": ["crime"]}, "victim"),
        ({"keywords": ["facilitator"]}, "facilitator"),
        ({"topics": ["crime.traffick"]}, "perpetrator"),
        ({"topics": ["wanted"]}, "perpetrator"),
    ],
)
def test_the_role_is_read_from_keywords_then_topics(properties: dict[str, list[str]], role: str) -> None:
    assert read(person(name=["A B"], **properties)).entries.column("role").to_pylist() == [role]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (person(name=["A B"]), "role"),
        (person(topics=["crime"]), "family_name"),
        ("{", None),
        ("[]", None),
        ('"Grace"', None),
        ('{"id": 5, "schema": "Person", "properties": {}}', None),
        ('{"id": "a", "schema": "Person", "properties": {"name": [5]}}', None),
        ("[" * 100_000, None),
    ],
)
def test_what_cannot_be_read_is_a_fault_of_its_line(line: str, column: str | None) -> None:
    faults = read(person(name=["A B"], topics=["crime"]), "", line).faults
    assert [(fault.row, fault.column) for fault in faults] == [(3, column)]


def test_entries_go_out_and_come_back_without_victims_and_delisted_ones() -> None:
    row = typed("tip_database", good("tip_database"))
    rows = [
        {**row, "entry_id": "T1", "role": "facilitator", "delisted_at": None},
        {**row, "entry_id": "T2", "role": "victim", "delisted_at": None},
        {**row, "entry_id": "T3", "role": "facilitator", "delisted_at": "2012-01-01T00:00:00Z"},
    ]
    table, faults = rows_to_table("tip_database", rows)
    assert not faults
    again = read(*entities(table, victims=False))
    assert again.entries.equals(table.slice(0, 1))
    assert read(*entities(table, victims=True)).entries.equals(table.slice(0, 2))


def test_the_commands_write_a_table_of_records_and_lines(tmp_path: Path) -> None:
    source, out = tmp_path / "people.json", tmp_path / "tip_database.parquet"
    source.write_text(
        "\ufeff" + person(name=["Grace Reyes"], topics=["crime"]) + '\n{"id":"o","schema":"Company","properties":{}}\n'
    )
    run = CliRunner().invoke(main, ["watch-list", "import", str(source), "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert run.output.startswith("1 entries written") and "1 lines are no person" in run.output
    assert pq.read_table(out).num_rows == 1
    # an earlier file stays
    assert CliRunner().invoke(main, ["watch-list", "import", str(source), "--out", str(out)]).exit_code == 1
    source.write_text("{")
    failed = CliRunner().invoke(main, ["watch-list", "import", str(source), "--out", str(tmp_path / "b.csv")])
    assert failed.exit_code == 1
    assert not (tmp_path / "b.csv").exists()
    lines = tmp_path / "entries.json"
    records = folder(tmp_path / "records")
    run = CliRunner().invoke(main, ["watch-list", "export", str(records), "--out", str(lines), "--victims"])
    assert run.exit_code == 0, run.output
    assert all(json.loads(line)["schema"] == "Person" for line in lines.read_text().splitlines())
