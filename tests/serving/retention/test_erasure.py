"""After an erasure nobody can read anything about the person, and every proof still holds.

Covers: retention.commands, store.erasures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

import serving.retention.commands
from features.settings import Settings
from features.store.person_texts import PersonErased, encrypt_about
from features.tables.json_rows import row_as_json
from serving.decisions.replay import replay
from serving.decisions.service import DecisionService, open_service
from serving.log.startup import open_on_log
from serving.log.verification import verify_log
from serving.retention.commands import erase
from serving.retention.erasure import NobodyToErase, erase_person, erasures_file
from serving.store import decisions
from tests.proof_size import cases
from tests.serving.conftest import LABELS, Service
from tests.serving.interview_answers import record

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3000)]
PEOPLE, FEW = 1000, 6
NOTE = "Planted note about Qwertzfamily"


def application(service: Service, number: int, **changed: Any) -> dict[str, Any]:
    """An application whose every name, number and address is planted."""
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    planted = {
        "application_id": f"A-ERASE-{number}", "family_name": f"Qwertzfamily{number}x", "given_names": f"Qwertzgiven{number}x",
        "other_names": f"Qwertzother{number}x", "passport_number": f"QWZ{number:06d}", "applicant_email": f"qwertz{number}@example.org",
        "guarantor_name": f"Qwertzguarantor{number}x", "stay_address": f"Qwertzstreet {number}, Minato, Tokyo",
    }  # fmt: skip
    return row | planted | changed


def post(service: Service, row: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/v1/visa-applications", json=row, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def faults(service: DecisionService) -> list[str]:
    with service.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return [str(fault) for fault in verify_log(connection)]


def readable(connection: Connection, backend: DecisionService) -> str:
    """Return all that anybody with every key can read: every record, every sheet, and every other column as text."""
    tables = connection.execute(text(
        "select format('%I.%I', table_schema, table_name) from information_schema.tables "
        "where table_schema in ('records', 'serving') and table_type = 'BASE TABLE'"
    )).scalars().all()  # fmt: skip
    content = [str(connection.execute(text(f"select json_agg(t)::text from {name} t")).scalar()) for name in tables]
    names = connection.execute(text("select record_id from records.record where table_code = 0")).scalars().all()
    content.append(str(backend.store.rows(connection, "visa_applications", list(names)).to_pylist()))
    return "\n".join(content)


def number_of_hits(service: Service) -> int:
    """Return how many decisions an auditor's search by the name of the second person gives."""
    answer = service.client.post(
        "/v1/audit/decisions", json={"name": "Qwertzfamily1x"}, headers=service.headers("auditor")
    )
    assert answer.status_code == 200, answer.text
    return len(answer.json())


def files_with(folder: Path, word: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


@pytest.fixture
def interviewed(service: Service) -> Iterator[dict[str, Any]]:
    """The decision on a case that was interviewed, with a note about the person in its sheet."""
    decision = post(service, application(service, 700))
    service.sign_in("officer")
    record(service.client, decision, sign_exploitation_note=NOTE)
    yield decision
    service.client.cookies.clear()


def test_nothing_about_an_erased_person_can_be_read_and_every_proof_holds(service: Service) -> None:
    backend, count = service.backend, cases(PEOPLE, FEW)
    made = [post(service, application(service, number)) for number in range(count)]
    # the name of the first was corrected, which gave the record another key
    corrected = application(service, 0, given_names="Qwertzgiven0y")
    done = service.client.post(
        "/v1/corrections", json={"table": "visa_applications", "record": corrected}, headers=service.headers("auditor")
    )
    with backend.engine.connect() as connection:
        assert "Qwertzfamily1x" in readable(connection, backend)
    assert number_of_hits(service) > 0
    for number in range(count):
        erase_person(backend, ("visa_applications", f"A-ERASE-{number}"), "request 12")
    assert number_of_hits(service) == 0
    with backend.engine.connect() as connection:
        assert "Qwertz" not in readable(connection, backend)
        assert not decisions.is_waiting(connection, "visa", "A-ERASE-1")
        decision = decisions.by_id(connection, made[1]["decision_id"])
        assert decision is not None
        again = replay(backend, connection, decision)
        with pytest.raises(PersonErased):
            encrypt_about(connection, backend.store.data_key, ("visa_applications", "A-ERASE-1"), b"x", b"y")
    assert (again["erased"], again["differs"], again["contributions"]) == (True, [], True), done.text
    assert "was erased on" in str(again["note"])
    assert faults(backend) == []
    assert not files_with(backend.models.settings.home, "Qwertz")
    service.sign_in("auditor")
    erased = made[1]["decision_id"]
    for path in (
        f"/decisions/{erased}",
        f"/decisions/{erased}?facts=true",
        f"/decisions/{erased}/proof",
        f"/v1/decisions/{erased}",
    ):
        page = service.client.get(path, headers=service.headers("auditor") if path.startswith("/v1/") else {})
        assert (page.status_code < 500, "Qwertz" in page.text) == (True, False), path
    service.client.cookies.clear()
    service.sign_in("officer")
    for part in ("", "/history", "/sheet", "/correct", "/interview/conditions", "/interview/check"):
        page = service.client.get(f"/cases/{erased}{part}")
        assert (page.status_code < 500, "Qwertz" in page.text) == (True, False), part
    service.client.cookies.clear()
    service.sign_in("auditor")
    for language in ("en", "ja"):
        service.client.cookies.set("lang", language)
        page = service.client.get(f"/cases/{made[1]['decision_id']}").text
        assert LABELS["erased"][language].partition("{day}")[2] in page
        assert "Qwertz" not in page
    service.client.cookies.clear()
    with pytest.raises(NobodyToErase):
        erase_person(backend, ("visa_applications", "A-ERASE-1"), "again")


def test_the_sheet_of_an_erased_person_says_nothing_any_more(service: Service, interviewed: dict[str, Any]) -> None:
    page = service.client.get(f"/cases/{interviewed['decision_id']}").text
    sheet = page.partition('href="/interviews/')[2].partition('"')[0]
    assert NOTE in service.client.get(f"/interviews/{sheet}").text
    erase_person(service.backend, ("visa_applications", interviewed["subject_id"]), "request 13")
    after = service.client.get(f"/interviews/{sheet}")
    assert (after.status_code, NOTE in after.text) == (200, False)
    assert faults(service.backend) == []


def test_who_comes_again_after_an_erasure_has_another_key(service: Service) -> None:
    backend = service.backend
    post(service, application(service, 200))
    erase_person(backend, ("visa_applications", "A-ERASE-200"), "request 14")
    post(service, application(service, 200, application_id="A-ERASE-201"))
    with backend.engine.connect() as connection:
        there = backend.store.rows(connection, "visa_applications", ["A-ERASE-200", "A-ERASE-201"])
    assert there.column("application_id").to_pylist() == ["A-ERASE-201"]


def test_a_case_linked_with_an_erased_person_replays_as_before(service: Service) -> None:
    phone = "090-7171-0001"
    post(service, application(service, 300, guarantor_phone=phone))
    other = post(service, application(service, 301, guarantor_phone=phone))
    erase_person(service.backend, ("visa_applications", "A-ERASE-300"), "request 15")
    answer = service.client.get(f"/v1/decisions/{other['decision_id']}/replay", headers=service.headers("auditor"))
    assert answer.json()["identical"], answer.text


def test_a_copy_from_before_comes_back_without_the_key(service: Service) -> None:
    backend, settings = service.backend, service.backend.models.settings
    post(service, application(service, 400))
    backend.engine.dispose()
    url = backend.engine.url
    admin = create_engine(url.set(database="template1"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": url.database}
        )
        connection.execute(text(f"create database before_{url.database} template {url.database}"))
    try:
        erase_person(backend, ("visa_applications", "A-ERASE-400"), "request 16")
        address = url.set(drivername="postgresql", database=f"before_{url.database}").render_as_string(
            hide_password=False
        )
        restored = replace(settings, database_url=address)
        copied = open_service(restored)
        with copied.engine.connect() as connection:
            assert backend.store.rows(connection, "visa_applications", ["A-ERASE-400"]).num_rows == 1
        copied.engine.dispose()
        started = open_on_log(restored)
        with started.engine.connect() as connection:
            assert backend.store.rows(connection, "visa_applications", ["A-ERASE-400"]).num_rows == 0
        assert faults(started) == []
        started.engine.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database before_{url.database} with (force)"))


def test_a_key_that_goes_without_an_erasure_or_comes_back_is_a_fault(service: Service) -> None:
    backend = service.backend
    post(service, application(service, 500))
    key_of = text(
        "select k.* from records.person_key k join records.record r using (key_id) where r.record_id = 'A-ERASE-500'"
    )
    with backend.engine.begin() as connection:
        key = connection.execute(key_of).one()._asdict()
        connection.execute(text("delete from records.person_key where key_id = :key_id"), key)
    assert faults(backend) == [
        f"person_key {key['key_id']}: the key of this person was destroyed, and no erasure says so"
    ]
    with backend.engine.begin() as connection:
        connection.execute(text("insert into records.person_key values (:key_id, :person, :wrapped)"), key)
    assert faults(backend) == []
    erase_person(backend, ("visa_applications", "A-ERASE-500"), "request 17")
    with backend.engine.begin() as connection:
        connection.execute(text("insert into records.person_key values (:key_id, :person, :wrapped)"), key)
    [fault] = faults(backend)
    assert "is there again" in fault
    with backend.engine.begin() as connection:
        connection.execute(text("delete from records.person_key where key_id = :key_id"), key)


def run(monkeypatch: pytest.MonkeyPatch, service: Service, *words: str, answer: str = "") -> Result:
    monkeypatch.setattr(serving.retention.commands, "open_service", lambda _: service.backend)
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: service.backend.models.settings))
    return CliRunner().invoke(erase, list(words), input=answer)


def test_the_command_names_the_records_and_waits_for_a_yes(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    post(service, application(service, 600))
    words = ("visa", "A-ERASE-600", "--reason", "request 18")
    refused = run(monkeypatch, service, *words, answer="n\n")
    assert (refused.exit_code, "visa_applications A-ERASE-600" in refused.output) == (1, True)
    done = run(monkeypatch, service, *words, answer="y\n")
    assert (done.exit_code, "1 records can be read by nobody any more" in done.output) == (0, True)
    unknown = run(monkeypatch, service, "visa", "A-NOBODY", "--reason", "x", "--yes")
    assert (unknown.exit_code, str(NobodyToErase()) in unknown.output) == (1, True)
    lines = erasures_file(service.backend.models.settings).read_text(encoding="ascii").splitlines()
    assert all(isinstance(key, int) for line in lines for key in json.loads(line))
