"""Case examples: from confirmed findings, without anything personal, released by another person than the writer.

Covers: store.case_examples, pages.case_examples.
"""

from __future__ import annotations

import pytest
from sqlalchemy import text

from features.languages import texts
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.log.verification import verify_log
from serving.store import decisions
from tests.serving.conftest import Service

GOOD = {
    "en": "A young worker owed the broker two years of wages.\nThe passport was kept at the dormitory.",
    "ja": "若い実習生が仲介者に二年分の賃金に当たる借金を負っていた。\n旅券は寮で保管されていた。",
}
CONFIRMED, CLEAR = "A-MEASURED-0", "A-MEASURED-1"
"""Every eighth case called in by score has a confirmed finding, and so the first; the second has none."""


@pytest.fixture(scope="module", autouse=True)
def second_auditor(measured: Service) -> None:
    with measured.backend.engine.begin() as connection:
        measured.passwords["reviewer"] = create_person(connection, "reviewer", Role.AUDITOR, []) or ""


def sign_in(service: Service, name: str) -> None:
    service.client.cookies.clear()
    service.sign_in(name)
    service.client.cookies.set("lang", "en")


def case(service: Service, subject_id: str) -> str:
    with service.backend.engine.connect() as connection:
        decision = decisions.latest(connection, "visa", subject_id)
    assert decision is not None
    return decision.decision_id


def write(service: Service, subject_id: str = CONFIRMED, **changes: str) -> int:
    form = {"case": case(service, subject_id), **GOOD, **changes}
    return service.client.post("/examples", data=form, follow_redirects=False).status_code


def waiting(service: Service) -> str:
    query = text("select example_id::text from serving.case_example order by written_at desc limit 1")
    with service.backend.engine.connect() as connection:
        return str(connection.execute(query).scalar_one())


def test_an_example_is_read_by_officers_once_another_person_released_it(measured: Service) -> None:
    sign_in(measured, "auditor")
    assert write(measured) == 303
    name = waiting(measured)
    # the writer cannot release it, and officers do not see it yet
    assert measured.client.post(f"/examples/{name}/release", follow_redirects=False).status_code == 404
    sign_in(measured, "officer")
    assert "owed the broker" not in measured.client.get("/examples").text
    assert measured.client.post(f"/examples/{name}/release", follow_redirects=False).status_code == 403
    sign_in(measured, "reviewer")
    page = measured.client.get("/examples").text
    assert texts("pages.case_examples")["waits"]["en"] in page
    assert all(line in page for words in GOOD.values() for line in words.splitlines())
    assert measured.client.post(f"/examples/{name}/release", follow_redirects=False).status_code == 303
    assert measured.client.post(f"/examples/{name}/release", follow_redirects=False).status_code == 404
    sign_in(measured, "officer")
    shown = measured.client.get("/examples").text
    assert "owed the broker" in shown
    assert 'action="/examples"' not in shown


def test_the_database_itself_refuses_a_release_by_the_writer(measured: Service) -> None:
    sign_in(measured, "auditor")
    write(measured)
    query = text(
        "insert into serving.case_example_release (example_id, writer_id, account_id) "
        "select example_id, account_id, account_id from serving.case_example limit 1"
    )
    with pytest.raises(Exception, match="check constraint"), measured.backend.engine.begin() as connection:
        connection.execute(query)


def test_only_a_confirmed_finding_becomes_an_example(measured: Service) -> None:
    sign_in(measured, "auditor")
    assert write(measured, CLEAR) == 409
    assert measured.client.post("/examples", data={"case": "nothing", **GOOD}).status_code == 404
    assert write(measured, ja=" ") == 422


@pytest.mark.parametrize("column", ["family_name", "given_names", "passport_number", "application_id", "home_address"])
def test_what_names_or_reaches_a_person_of_the_case_is_refused(measured: Service, column: str) -> None:
    sign_in(measured, "auditor")
    with measured.backend.engine.connect() as connection:
        [row] = measured.backend.store.rows(connection, "visa_applications", [CONFIRMED]).to_pylist()
    if row[column] is None:
        pytest.skip("this record has none")
    for language, words in GOOD.items():
        assert write(measured, **{language: f"{words} ({str(row[column]).upper()})"}) == 422


@pytest.mark.parametrize("words", ["Call 090-4242-4242.", "Passport 12345.", "a@b.example", "On 2011-03-04 she left.", "２０１１年３月４日に出国した。"])  # fmt: skip
def test_numbers_addresses_and_exact_dates_are_refused(measured: Service, words: str) -> None:
    sign_in(measured, "auditor")
    assert write(measured, en=words) == 422
    assert write(measured, ja=words) == 422


def test_examples_are_encrypted_and_the_log_seals_them_with_their_releases(measured: Service) -> None:
    sign_in(measured, "auditor")
    write(measured)
    with measured.backend.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        stored = connection.execute(text("select content from serving.case_example")).scalars().all()
        assert not [content for content in stored if b"broker" in bytes(content)]
        kinds = {"case_example", "case_example_release"}
        assert not [fault for fault in verify_log(connection) if fault.kind in kinds]
