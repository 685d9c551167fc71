"""Covers: decisions.decision_search, store.decision_search."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.decisions.search_words import index_cases_of_before
from serving.log.verification import verify_log
from serving.store import decision_search
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import LABELS, Service
from tests.serving.decisions.test_shared_findings import application, send
from tests.serving.interview_answers import REFERRED, record

PEOPLE = {
    "A-FIND-1": {"family_name": "クヌギバヤシ", "given_names": "サワコ", "passport_number": "FD7654321"},
    "A-FIND-2": {"family_name": "Kunugibayashi", "given_names": "Goro", "submitted_at": "2013-07-02T03:00:00Z", "intended_arrival_on": "2013-09-01"},
    "A-FIND-3": {"family_name": "Kunugibayashi", "given_names": "Maya", "birth_date": "2004-02-29"},
}  # fmt: skip


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, dict[str, Any]]:
    post = service.world["visa_applications"].column("post")[-1].as_py()
    sent = {name: send(service, "feed", "visa-applications", application(service, name, post) | columns)
            for name, columns in PEOPLE.items()}  # fmt: skip
    service.client.cookies.clear()
    service.sign_in("officer")
    record(service.client, sent["A-FIND-1"], **REFERRED)
    service.client.cookies.clear()
    return sent


def listed(service: Service, role: str = "auditor", **form: str) -> list[str]:
    """Return the cases of the page; they are linked, so that each may have been scored again since."""
    service.client.cookies.clear()
    service.sign_in(role)
    page = service.client.post("/decisions?lang=en", data={"name": "kunugibayashi", **form})
    service.client.cookies.clear()
    assert page.status_code == 200, page.text
    return re.findall(r"<td><bdi>(A-FIND-\d+)</bdi>", page.text)


EVERYBODY = ["A-FIND-1", "A-FIND-2", "A-FIND-3"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("form", "names"), [
    ({}, EVERYBODY), ({"name": "Sawako Kunugibayashi"}, ["A-FIND-1"]), ({"name": "櫟林"}, EVERYBODY), ({"name": "Maya Goro"}, []), ({"passport": "fd 765-4321"}, ["A-FIND-1"]),
    ({"subject_id": "A-FIND-2"}, ["A-FIND-2"]), ({"subject": "entry"}, []), ({"route": "child_procedure"}, ["A-FIND-3"]),
    ({"since": "2013-07-02", "until": "2013-07-02"}, ["A-FIND-2"]), ({"since": "2013-07-03"}, []),
    ({"outcome": "indications"}, ["A-FIND-1"]), ({"outcome": "inconclusive"}, []),
    ({"officer": "officer"}, ["A-FIND-1"]), ({"officer": "ｏｆｆｉｃｅｒ"}, ["A-FIND-1"]), ({"officer": "nobody"}, []), ({"officer": "feed"}, []),
    ({"model": "0" * 64}, []), ({"model": "abc"}, []), ({"post": "XX-XXX"}, []),
])  # fmt: skip
def test_a_decision_is_found_by_all_that_is_asked_for(service: Service, form: dict[str, str], names: list[str]) -> None:
    assert sorted(set(listed(service, **form))) == names


def test_a_decision_is_found_by_its_model_and_its_findings(service: Service) -> None:
    table = service.world["visa_applications"]
    for number in range(1, 13):
        body = row_as_json(table.slice(table.num_rows - number, 1).to_pylist()[0]) | {
            "application_id": f"A-FIND-{number + 3}"
        }
        decision = send(service, "feed", "visa-applications", body)
        if decision["reasons"]:
            break
    form = {"name": "", "subject_id": decision["subject_id"]}
    assert listed(service, **form, model=decision["model"]["sha256"][:8])
    shown = {reason["code"] for reason in decision["reasons"]}
    assert shown
    for code in texts("findings.names"):
        assert bool(listed(service, **form, finding=code)) == (code in shown)


@pytest.mark.usefixtures("people")
def test_pages_follow_each_other_without_a_gap(service: Service) -> None:
    ids: list[str] = []
    body: dict[str, object] = {"name": "kunugibayashi", "limit": 1}
    while page := service.client.post("/v1/audit/decisions", json=body, headers=service.headers("auditor")).json():
        ids += [decision["subject_id"] for decision in page]
        body["before"] = page[-1]["decision_id"]
    assert len(ids) == len(listed(service))
    assert sorted(set(ids)) == EVERYBODY
    by_address = service.client.get(
        "/v1/audit/decisions?subject_id=A-FIND-2", headers=service.headers("auditor")
    ).json()
    assert {decision["subject_id"] for decision in by_address} == {"A-FIND-2"}


@pytest.mark.usefixtures("people")
def test_a_corrected_case_is_found_with_its_earlier_decision(service: Service) -> None:
    stored = service.backend.store
    with service.backend.engine.connect() as connection:
        row = stored.rows(connection, "visa_applications", ["A-FIND-2"]).to_pylist()[0]
    body = {"table": "visa_applications", "record": {**row_as_json(row), "stay_phone": "090-5151-0001"}}
    assert service.client.post("/v1/corrections", json=body, headers=service.headers("officer")).status_code == 201
    earlier = len(listed(service, subject_id="A-FIND-2")) - 1
    assert earlier >= 1
    service.sign_in("auditor")
    page = service.client.post("/decisions?lang=en", data={"subject_id": "A-FIND-2"}).text
    service.client.cookies.clear()
    assert page.count(LABELS["superseded"]["en"]) == earlier


@pytest.mark.parametrize("form", [{"name": "・・"}, {"passport": "--"}, {"since": "2012-99-99"}, {"until": "x"}])
def test_what_nothing_can_be_found_by_is_named(service: Service, form: dict[str, str]) -> None:
    service.sign_in("auditor")
    page = service.client.post("/decisions?lang=en", data=form).text
    service.client.cookies.clear()
    [field] = form
    assert LABELS["find_wrong"]["en"].format(field=LABELS[f"find_{field}"]["en"]) in page
    assert 'aria-invalid="true"' in page
    answer = service.client.post("/v1/audit/decisions", json=form, headers=service.headers("auditor"))
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, [field])


@pytest.mark.usefixtures("people")
def test_only_auditors_search_and_each_decision_listed_is_a_reading(service: Service) -> None:
    for role in ("officer", "scientist", "elsewhere"):
        service.sign_in(role)
        assert service.client.post("/decisions", data={"name": "kunugibayashi"}).status_code == 403
        service.client.cookies.clear()
    count = "select count(*) from serving.reading where view = 'search'"
    with service.backend.engine.connect() as connection:
        before = connection.execute(text(count)).scalar_one()
        shown = len(listed(service))
        assert connection.execute(text(count)).scalar_one() == before + shown
        # nothing that was searched for is kept
        rows = connection.execute(
            text("select string_agg(row_to_json(r)::text, '') from serving.reading r")
        ).scalar_one()
    assert "kunugi" not in rows.lower()


@pytest.mark.usefixtures("people")
def test_outcomes_from_before_are_found_once_the_service_opens(service: Service) -> None:
    backend = service.backend
    with backend.engine.connect() as connection:
        connection.execute(text("select set_config('mimamori.reach', 'all', true)"))
        stored = connection.execute(text("select count(*) from serving.case_word")).scalar_one()
        connection.execute(text("delete from serving.case_word"))
        index_cases_of_before(connection, backend.store.data_key, backend.readable_rows)
        again = connection.execute(text("select count(*) from serving.case_word")).scalar_one()
        connection.rollback()
    assert 0 < again <= stored


@pytest.mark.usefixtures("people")
def test_a_decision_hidden_from_the_search_is_a_fault_of_the_log(service: Service) -> None:
    with service.backend.engine.connect() as connection, connection.begin() as work:
        assert decision_search.faults(connection) == []
        number = connection.execute(
            text("delete from serving.decision_finding where (code, number) = (select code, number from "
                 "serving.decision_finding limit 1) returning number::text")
        ).scalar_one()  # fmt: skip
        assert [fault.subject_id for fault in verify_log(connection) if fault.kind == "search"] == [number]
        work.rollback()


@pytest.mark.usefixtures("people")
def test_a_decision_that_is_no_answer_any_more_ends_no_verification(service: Service) -> None:
    with service.backend.engine.connect() as connection, connection.begin() as work:
        connection.execute(text("set local session_replication_role = replica"))
        for shown in ("nonsense", "[]", '{"reasons": 7}', '{"reasons": [7, {}]}'):
            connection.execute(text("update serving.decision set shown = :shown"), {"shown": shown})
            hidden = set(decision_search.faults(connection))
            listed_before = connection.execute(
                text("select distinct number::text from serving.decision_finding")
            ).scalars()
            assert hidden == set(listed_before)
        work.rollback()


def test_the_database_shows_no_post_findings_of_another(service: Service) -> None:
    with transaction(service.backend.for_requests().engine, EVERYTHING) as connection:
        assert connection.execute(text("select count(*) from serving.decision_finding")).scalar_one() > 0
    with service.backend.for_requests().engine.begin() as connection:
        assert connection.execute(text("select count(*) from serving.decision_finding")).scalar_one() == 0
