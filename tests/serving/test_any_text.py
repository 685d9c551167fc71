"""Any text in any column is read, refused or left out, and never ends check, features, load or a POST.

Covers: features.facts.readable_rows, features.facts.keyless, features.record_notes, features.error_origin.
"""

from __future__ import annotations

import csv
import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.error_origin import origin
from features.facts.keyless import keyless_faults
from features.facts.readable_rows import of_readable_rows
from features.matrix import build_matrix
from features.tables import TABLES
from features.tables.definition import Kind
from features.tables.folder import inspect, read_folder
from tests.features.tables.folders import GOOD, good, typed
from tests.form_texts import form_text
from tests.proof_size import cases
from tests.serving.conftest import Service

TEXTS = cases(100_000, 2_000)
IN_A_FOLDER = 2_000
URLS = {"visa_applications": "/v1/visa-applications", "landings": "/v1/landings"}
OPEN_COLUMNS = {
    name: [c.name for c in TABLES[name].columns if c.kind is Kind.TEXT and not c.pattern and c.name != TABLES[name].id_column]
    for name in URLS
}  # fmt: skip
"""Columns of cases that take any text."""


def spoiled_folder(target: Path, chance: random.Random, count: int) -> Path:
    """Write good rows, as many again with a text in a column of each, and return the folder."""
    target.mkdir(parents=True)
    weights = {name: len(table.columns) for name, table in TABLES.items()}
    for name, table in TABLES.items():
        share = count * weights[name] // sum(weights.values()) + 1
        rows = []
        for number in range(2 * share):
            row = good(name, **{table.id_column: f"{GOOD[name][table.id_column]}{number or ''}"})
            if number % 2:
                row[chance.choice(table.column_names)] = form_text(chance)
            rows.append(row)
        with (target / f"{name}.csv").open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            writer = csv.DictWriter(file, table.column_names, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    return target


@pytest.mark.proof
def test_any_text_in_any_column_of_a_folder_costs_no_other_record(service: Service, tmp_path: Path) -> None:
    for seed in range(-(-TEXTS // IN_A_FOLDER)):
        chance = random.Random(seed)
        target = spoiled_folder(tmp_path / str(seed), chance, min(TEXTS, IN_A_FOLDER))
        inspection = inspect(target)
        assert inspection.records is not None, seed
        for name, rows in inspection.records.tables.items():
            assert all(fault.sentence() for fault in keyless_faults(name, rows))
        assert all(fault.sentence() for fault in (*inspection.faults, *inspection.implausible))
        records = read_folder(target)
        for name, table in TABLES.items():
            ids = set(records[name].column(table.id_column).to_pylist())
            # every good row is there
            with (target / f"{name}.csv").open(encoding="utf-8", errors="surrogatepass", newline="") as file:
                assert {row[table.id_column] for row in list(csv.DictReader(file))[::2]} <= ids, (seed, name)
        for subject in ("visa", "entry"):
            assert not np.isinf(build_matrix(records, subject).values).any()
        engine = service.backend.engine.execution_options(isolation_level="READ COMMITTED")
        with engine.connect() as connection:
            for name, rows in records.tables.items():
                ids = pa.array([f"{seed}-{number}" for number in range(rows.num_rows)], pa.string())
                service.backend.store.append(connection, name, rows.set_column(0, rows.schema.field(0), ids))
            connection.rollback()


def plain_json(text: str) -> str:
    """Return a text without what no JSON of this service may hold: NUL and half characters, refused with 400."""
    return "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")


def post(service: Service, table: str, row: dict[str, Any]) -> Any:
    content = json.dumps(row)
    headers = {**service.headers("feed"), "Content-Type": "application/json"}
    return service.client.post(URLS[table], content=content, headers=headers)


@pytest.mark.proof
@pytest.mark.parametrize("table", URLS)
def test_any_text_in_every_open_column_of_a_case_gets_a_decision(service: Service, table: str) -> None:
    columns, chance = OPEN_COLUMNS[table], random.Random(table)
    refused = 0
    count = TEXTS // 2 // len(columns) // (1 if TEXTS > 10_000 else 4)
    for number in range(count):
        row = typed(table, good(table))
        for name in columns:
            text = plain_json(form_text(chance, longest=490)[:500])
            # every fourth request keeps its control characters, which are refused by name
            row[name] = text if number % 4 == 0 else re.sub(TABLES[table].column(name).control_pattern, "", text)
        row[TABLES[table].id_column] = f"TEXT-{table}-{number}"
        answer = post(service, table, row)
        assert answer.status_code in {201, 422}, (number, answer.text[:300])
        refused += answer.status_code != 201
        if answer.status_code == 422:
            # a control character or half a character spoils the whole request; the sender gets it by name
            allowed = {*columns}
            assert {entry["column"] for entry in answer.json()["error"]["where"]} <= allowed
            for name in {entry["column"] for entry in answer.json()["error"]["where"]}:
                row[name] = "x"
            assert post(service, table, row).status_code == 201
        elif answer.status_code == 201:
            assert answer.json()["warnings"] is not None
            assert "cannot be computed" not in answer.text
    # most are decided at once, the others after the columns with control characters were mended
    assert refused < count / 2


@pytest.mark.proof
@pytest.mark.parametrize("table", URLS)
def test_any_text_in_a_column_of_a_case_is_answered(service: Service, table: str) -> None:
    chance = random.Random(f"{table} alone")
    for number in range(cases(4_000, 150)):
        row = typed(table, good(table))
        row[TABLES[table].id_column] = f"ALONE-{table}-{number}"
        name = chance.choice(TABLES[table].column_names)
        text = form_text(chance)
        row[name] = chance.choice((text, text, [text], {text: text}, len(text)))
        answer = post(service, table, row)
        assert answer.status_code in {200, 201, 400, 409, 422}, (number, name, answer.text[:300])
        if answer.status_code >= 400 and len(text) > 12:
            assert text not in answer.text, (number, name)


def test_a_row_on_which_a_rule_fails_costs_its_own_value(caplog: pytest.LogCaptureFixture) -> None:
    def rule(numbers: pa.Array) -> np.ndarray:
        if 7 in numbers.to_pylist():
            raise ValueError("Planted")
        return numbers.to_numpy(zero_copy_only=False) * 10

    given = [pa.array([1, 7, 3, 4, 7, 6], pa.int64())]
    read = of_readable_rows(rule, given, lambda rows: np.zeros(rows, dtype=np.int64), np.concatenate)
    assert read.tolist() == [10, 0, 30, 40, 0, 60]
    assert "ValueError" in caplog.text
    assert "Planted" not in caplog.text


def test_an_address_on_which_its_rule_fails_costs_nobody_else_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from features.facts.table_facts import facts_of_table  # noqa: PLC0415
    from features.identity import address, phone  # noqa: PLC0415
    from features.tables import rows_to_table  # noqa: PLC0415

    rows, faults = rows_to_table("visa_applications", [
        typed("visa_applications", good("visa_applications", application_id=f"A{number}", stay_address=f"東京都足立区梅田{number}-2-3",
                                        stay_phone="03-5555-0101" if number else "Planted"))
        for number in range(5)
    ])  # fmt: skip
    assert not faults
    before = facts_of_table("visa_applications", rows)

    def failing(rule: Any, planted: str) -> Any:
        def read(texts: pa.Array) -> Any:
            if any(planted in (text or "") for text in texts.to_pylist()):
                raise RuntimeError(planted)
            return rule(texts)

        return read

    monkeypatch.setattr(address, "address_keys", failing(address.address_keys, "梅田3"))
    monkeypatch.setitem(
        __import__("features.facts.recipes", fromlist=["_RECIPES"])._RECIPES,
        "phone",
        failing(phone.phone_keys, "Planted"),
    )
    after = facts_of_table("visa_applications", rows)
    for name, column in before.columns.items():
        same = column.view(np.int64) == after.columns[name].view(np.int64)
        assert [row for row, equal in enumerate(same.tolist()) if not equal] == (
            [3] if name in {"stay_address", "stay_building"} else []
        ), name
    assert after.columns["stay_address"][3] == 0


def test_the_origin_of_an_error_is_its_line_and_not_its_text() -> None:
    try:
        form_text("Planted")  # type: ignore[arg-type]
    except AttributeError as error:
        assert origin(error).startswith("AttributeError at tests/form_texts.py:")
        assert "Planted" not in origin(error)
