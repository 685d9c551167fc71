"""A folder of records with one good row in each table, to be spoiled in one place."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.tables import TABLES, rows_to_table
from features.tables.faults import Fault
from features.tables.folder import inspect_folder

Row = dict[str, str]

GOOD: dict[str, Row] = {
    "visa_applications": {
        "application_id": "A1", "submitted_at": "2009-04-01T08:30:00Z", "post": "PH-MNL", "lodged_by": "applicant",
        "passport_number": "P1", "passport_issued_on": "2008-01-01", "nationality": "PHL", "family_name": "Reyes",
        "given_names": "Grace", "birth_date": "1985-05-01", "sex": "F", "status_of_residence": "entertainer",
        "intended_arrival_on": "2009-05-01", "intended_stay_days": "90", "travel_paid_by": "self",
        "accompanying_minors": "0", "home_address": "Quezon City 12",
    },
    "landings": {
        "landing_id": "L1", "landed_at": "2009-05-01T10:00:00Z", "port": "NRT", "passport_number": "P1",
        "passport_issued_on": "2008-01-01", "nationality": "PHL", "family_name": "Reyes", "given_names": "Grace",
        "birth_date": "1985-05-01", "sex": "F", "application_id": "A1", "status_of_residence": "entertainer",
        "permitted_stay_days": "90",
    },
    "departures": {"landing_id": "L1", "departed_at": "2009-07-01T10:00:00Z"},
    "establishments": {
        "establishment_id": "E1", "name": "Stage One", "industry": "performing_arts", "opened_on": "2001-01-01",
        "known_at": "2001-02-01T00:00:00Z", "capacity": "40",
    },
    "establishment_actions": {
        "action_id": "C1", "establishment_id": "E1", "occurred_at": "2005-01-01T00:00:00Z",
        "known_at": "2005-02-01T00:00:00Z", "action": "inspection_clean",
    },
    "employment_reports": {
        "report_id": "R1", "passport_number": "P1", "family_name": "Reyes", "given_names": "Grace",
        "birth_date": "1985-05-01", "establishment_id": "E1", "started_on": "2009-05-02",
        "known_at": "2009-06-01T00:00:00Z", "source": "registration",
    },
    "residence_events": {
        "event_id": "V1", "landing_id": "L1", "occurred_at": "2009-06-01T00:00:00Z",
        "known_at": "2009-06-02T00:00:00Z", "kind": "address_change",
    },
    "tip_database": {
        "entry_id": "T1", "listed_at": "2007-01-01T00:00:00Z", "role": "perpetrator", "family_name": "Sato",
        "given_names": "Ken",
    },
    "outcomes": {
        "outcome_id": "O1", "subject": "visa_application", "subject_id": "A1", "occurred_at": "2009-05-01T00:00:00Z",
        "known_at": "2009-05-02T00:00:00Z", "arm": "random", "inclusion_probability": "0.5",
        "finding": "no_indication",
    },
}  # fmt: skip


def good(table: str, **changed: str) -> Row:
    return {**GOOD[table], **changed}


def folder(target: Path, table: str = "", rows: Sequence[Row] = (), *, without: Sequence[str] = ()) -> Path:
    """Write nine CSV files with one good row each; one table gets the given rows."""
    target.mkdir(parents=True, exist_ok=True)
    for name, definition in TABLES.items():
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            columns = [column for column in definition.column_names if name != table or column not in without]
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows if name == table else [GOOD[name]])
    return target


def with_bytes(target: Path, table: str, content: bytes) -> Path:
    """Write a good folder in which one CSV file has exactly this content."""
    (folder(target) / f"{table}.csv").write_bytes(content)
    return target


def with_parquet(target: Path, table: str, **columns: pa.Array) -> Path:
    """Write a good folder in which one table is Parquet, with some columns of other types (the good row repeated)."""
    (folder(target) / f"{table}.csv").unlink()
    count = len(next(iter(columns.values())))
    rows = [typed(table, good(table, **{TABLES[table].id_column: f"X{at}"})) for at in range(count)]
    rows_read, faults = rows_to_table(table, rows)
    assert not faults
    for name, array in columns.items():
        rows_read = rows_read.set_column(rows_read.schema.get_field_index(name), name, array)
    pq.write_table(rows_read, target / f"{table}.parquet")
    return target


def typed(table: str, row: Row) -> dict[str, object]:
    """Return a row of texts as JSON values."""
    rows_read: dict[str, object] = {}
    for name, text in row.items():
        kind = TABLES[table].column(name).kind
        rows_read[name] = (
            float(text) if kind in {"number", "integer"} else text == "True" if kind == "boolean" else text
        )
    return rows_read


def faults_of(target: Path) -> list[Fault]:
    return inspect_folder(target)[1]


def faults_in(target: Path) -> list[tuple[str, int | None, str | None, str]]:
    """Return (table, row, column, rule) of each fault."""
    return [(fault.table, fault.row, fault.column, fault.code) for fault in faults_of(target)]
