"""The pack of a period. Covers: appraisal.pack, appraisal.parts, appraisal.measured_parts, appraisal.report, appraisal.pack_folder, store.appraisal."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from features.languages import LANGUAGES, texts
from features.tables.json_rows import row_as_json
from serving.appraisal.pack import Chart, PackOrder, Section, table_of, write_sections
from serving.appraisal.pack_folder import write_pack
from serving.appraisal.parts import PARTS, stability
from serving.appraisal.report import bar_chart, report, value_label
from serving.log import verifier
from serving.store import appraisal, scoring_stops
from serving.store.appraisal import TABLES, Period
from serving.store.transactions import EVERYTHING, set_reach
from tests.serving.conftest import Service
from tests.serving.interview_answers import REFERRED, record
from tests.serving.processes import environment_of

NAMES = ("Packfamilyname", "Packgivenname", "PK7654321", "Pack street 7", "090-7171-7171")
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_AGAIN = (
    "import sys, pathlib, datetime; from features.settings import Settings; from serving.appraisal.pack_folder import write_pack; "
    "from serving.decisions.service import open_service; from serving.store.appraisal import Period; "
    "moments = [datetime.datetime.fromisoformat(each) for each in sys.argv[2:4]]; "
    "write_pack(open_service(Settings.from_environment()), Period(*moments), pathlib.Path(sys.argv[1]), ('ja', 'en'))"
)


@dataclass(frozen=True)
class Pack:
    folder: Path
    period: Period
    files: dict[str, bytes]

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
            return list(csv.DictReader(file))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def send(service: Service, name: str, **columns: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    body = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]) | {"application_id": name} | columns
    answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def pack(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """A pack up to now, after an interview, a stop of scoring and readings; what comes later is not in it."""
    family, given, passport, street, phone = NAMES
    names = {
        "family_name": family,
        "given_names": given,
        "passport_number": passport,
        "home_address": street,
        "applicant_phone": phone,
    }
    post = service.world["visa_applications"].column("post")[-1].as_py()
    decision = send(service, "A-PACK-1", **names, post=post)
    send(service, "A-PACK-2", **names, post=post)
    service.client.cookies.clear()
    service.sign_in("officer")
    record(service.client, decision, **REFERRED)
    service.client.cookies.clear()
    with service.backend.engine.begin() as connection:
        for stopped in (True, False):
            scoring_stops.insert_switch(
                connection, "post", "PK-AAA", is_stopped=stopped, reason="checked", account_id=0
            )
    models, folder = service.backend.models, tmp_path_factory.mktemp("pack")
    before = models.settings
    models.settings = replace(before, log_key_path=folder / "log.pem")
    with service.backend.engine.connect() as connection:
        now = connection.execute(text("select clock_timestamp()")).scalar_one()
    period = Period(SINCE, now)
    write_pack(service.backend, period, folder / "first", ("ja", "en"))
    yield Pack(folder / "first", period, files_of(folder / "first"))
    models.settings = before


def test_another_process_makes_the_same_bytes_after_more_has_happened(service: Service, pack: Pack) -> None:
    send(service, "A-PACK-3")
    service.client.cookies.clear()
    service.sign_in("auditor")
    service.client.post("/decisions", data={"subject_id": "A-PACK-1"})
    service.client.cookies.clear()
    environment = environment_of(service) | {"MIMAMORI_LOG_KEY": str(pack.folder.parent / "log.pem")}
    again = pack.folder.parent / "again"
    moments = [moment.isoformat() for moment in pack.period]
    subprocess.run([sys.executable, "-c", _AGAIN, str(again), *moments], env=environment, check=True, timeout=250)
    second = files_of(again)
    assert [name for name in pack.files if pack.files[name] != second.get(name)] == []
    assert set(second) == set(pack.files)


def test_every_file_is_listed_with_its_hash(pack: Pack) -> None:
    listed = dict(reversed(line.split("  ")) for line in pack.files["SHA256SUMS"].decode().splitlines())  # type: ignore[misc]
    assert listed == {name: sha256(content).hexdigest() for name, content in pack.files.items() if name != "SHA256SUMS"}


def test_every_table_is_csv_and_parquet_with_the_same_rows(pack: Pack) -> None:
    names = {path.stem for path in (pack.folder / "tables").iterdir()}
    assert set(TABLES) <= names
    for name in names:
        rows = pq.read_table(pack.folder / "tables" / f"{name}.parquet")
        assert rows.num_rows == len(pack.rows(name))
        assert rows.column_names == list(
            next(csv.reader((pack.folder / "tables" / f"{name}.csv").open(encoding="utf-8")))
        )


def test_the_counts_are_those_of_the_database(service: Service, pack: Pack) -> None:
    with service.backend.engine.connect() as connection:

        def count(table: str, column: str) -> int:
            query = text(f"select count(*) from serving.{table} where {column} < :until")
            return int(connection.execute(query, {"until": pack.period.until}).scalar_one())

        for name, number, (table, column) in (
            ("decisions", "decisions", ("decision", "created_at")), ("interviews", "interviews", ("interview_sheet", "recorded_at")),
            ("readings", "readings", ("reading", "read_at")),
        ):  # fmt: skip
            assert sum(int(row[number]) for row in pack.rows(name)) == count(table, column) > 0
    stops = [row for row in pack.rows("stops") if row["name"] == "PK-AAA"]
    assert [row["is_stopped"] for row in stops] == ["true", "false"]


def test_the_log_is_verified_by_what_the_pack_brings_and_a_changed_row_is_seen(pack: Pack, tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(pack.folder / "log" / "verifier.py")]
    words = [str(pack.folder / "log"), "--key", str(pack.folder / "log" / "log.pub")]
    assert subprocess.run([*command, *words], capture_output=True, text=True, check=True).stdout == "no fault\n"
    for name, content in pack.files.items():
        if name.startswith("log/"):
            (tmp_path / name.removeprefix("log/")).write_bytes(content)
    rows = (tmp_path / "rows.jsonl").read_text(encoding="ascii").splitlines()
    at = next(at for at, line in enumerate(rows) if '"kind": "decision"' in line)
    rows[at] = rows[at].replace("interview_queue", "no_score")
    (tmp_path / "rows.jsonl").write_text("\n".join(rows) + "\n", encoding="ascii")
    assert verifier.main([str(tmp_path), "--key", str(tmp_path / "log.pub")]) == 1


def test_the_sample_is_drawn_by_the_period_and_identical(pack: Pack) -> None:
    rows = pack.rows("replay_sample")
    assert rows
    assert {row["fault"] for row in rows if row["is_identical"] == "true"} == {""}
    assert sum(row["is_identical"] == "true" for row in rows) >= len(rows) // 2


def test_the_papers_of_the_models_in_use_are_there(pack: Pack) -> None:
    used = {row["model_sha256"] for row in pack.rows("decisions") if row["model_sha256"]}
    assert used
    for row in pack.rows("models"):
        approval = pack.files[
            f"models/{row['subject']}-{row['model_sha256'][:12]}/{row['subject']}-{row['model_sha256']}.json"
        ]
        assert json.loads(approval)["approval"]["approvers"] == row["approvers"].split(", ")
    assert used == {row["model_sha256"] for row in pack.rows("models")}
    assert "papers/model_card.md" in pack.files


def test_no_applicant_is_named_anywhere_in_it(pack: Pack) -> None:
    held = [(name, word) for name, content in pack.files.items() for word in NAMES if word.encode() in content]
    assert held == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_stands_alone_and_links_every_table(pack: Pack, language: str) -> None:
    page = pack.files[f"report-{language}.html"].decode()
    words = texts("appraisal")
    assert all(
        words[part][language] in page
        for part in ("decided", "interviewed", "drift", "models", "replayed", "incidents", "sealed")
    )
    assert all(f'href="tables/{path.stem}.csv"' in page for path in (pack.folder / "tables").glob("*.csv"))
    assert "http:" not in page
    assert "https:" not in page
    assert "<script" not in page
    assert page.count("<svg") >= 4


def test_another_part_is_added_in_a_line(service: Service, tmp_path: Path) -> None:
    def fairness(order: PackOrder) -> Section:
        return Section(
            "decided",
            {"decisions": table_of(["month", "decisions"], [("2026-01", 7)])},
            (Chart("decided_chart", [("2026-01", 7)]),),
        )

    period = Period(SINCE, SINCE + dt.timedelta(days=1))
    with service.backend.engine.connect() as connection:
        set_reach(connection, EVERYTHING)
        sections = write_sections(PackOrder(service.backend, connection, period, tmp_path), [*PARTS[:1], fairness])
        assert sections[0].tables["decisions"].num_rows == 0
    assert (tmp_path / "tables" / "decisions.csv").read_text(encoding="utf-8").endswith('"2026-01",7\n')
    assert ">7</text>" in report(period, sections, "en")
    assert texts("appraisal")["none"]["en"] in report(period, sections, "en")


def test_the_stability_index_is_that_of_its_formula() -> None:
    rows = table_of(["month", "subject", "model_sha256", "tenth", "decisions"], [
        ("2026-01", "visa", "m", 0, 50), ("2026-01", "visa", "m", 1, 50), ("2026-02", "visa", "m", 0, 80), ("2026-02", "visa", "m", 1, 20),
    ])  # fmt: skip
    # (0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5)
    expected = 0.3 * math.log(1.6) - 0.3 * math.log(0.4)
    assert [row["stability_index"] for row in stability(rows).to_pylist()] == [0.0, pytest.approx(expected, abs=1e-4)]


def test_a_chart_says_every_number_and_escapes_its_labels() -> None:
    drawn = bar_chart(Chart("decided_chart", [("<b>", 1200), ("no_score", 0)]), "Title", "en")
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn
    assert "1,200" in drawn
    assert value_label("no_score", "ja") in drawn or value_label("no_score", "en") in drawn


def test_every_column_and_value_of_a_table_has_a_label(service: Service) -> None:
    with service.backend.engine.connect() as connection:
        set_reach(connection, EVERYTHING)
        for name in TABLES:
            columns, _ = appraisal.table(connection, name, Period(SINCE, SINCE))
            assert set(columns) <= set(texts("appraisal.columns"))


def test_fairness_and_harm_stand_in_the_pack(pack: Pack) -> None:
    for name in ("disparities", "harm", "refused_reads"):
        rows = pcsv.read_csv(pack.folder / "tables" / f"{name}.csv")
        assert set(rows.column_names) <= set(texts("appraisal.columns"))
    measured = pcsv.read_csv(pack.folder / "tables" / "harm.csv")
    assert measured.column("measure").to_pylist() == ["waited", "again", "not_landed"]
