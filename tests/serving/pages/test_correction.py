"""Corrections on the case page, the history of a case, and what changed since the reader last looked.

Covers: pages.correction, pages.request_reply, pages.case_history, pages.changes, decisions.correction_forms, store.correction_requests, web.change_banner.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.correction_forms import REQUEST_WORKING_DAYS, due_of_request
from serving.log.verification import verify_log
from serving.store import decisions
from serving.store.correction_requests import CorrectionRequest
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import LABELS, Service, close_cases

PHONE = "090-7171-0001"
CORRECT, REPLY = texts("pages.correction"), texts("serving.request_reply")


@pytest.fixture
def signed(service: Service) -> Iterator[Service]:
    service.sign_in("officer")
    yield service
    service.client.cookies.clear()


def decided(service: Service, name: str, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    record |= {"application_id": name, "passport_number": f"CP{name}", "family_name": f"Corr{name}", **changed}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
def case(signed: Service, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """A case of the officer's post, which leaves the queue after the test."""
    name = f"CP-{abs(hash(request.node.name)) % 10**8}"
    decision = decided(signed, name, stay_phone="090-7171-9999")
    yield decision
    close_cases(signed, "visa", [name])


@contextmanager
def colleague(service: Service, case: dict[str, Any]) -> Iterator[TestClient]:
    """Another officer of the post, signed in."""
    with service.backend.engine.begin() as connection:
        decision = decisions.by_id(connection, case["decision_id"])
        assert decision is not None
        assert decision.post is not None
        name = f"colleague {uuid.uuid4().hex[:6]}"
        password = create_person(connection, name, Role.OFFICER, [decision.post]) or ""
    client = TestClient(service.client.app, raise_server_exceptions=False)
    form = {"name": name, "password": password}
    assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
    yield client


def form_of(page: str) -> dict[str, str]:
    """Return the fields of the correction form as a browser would send them."""
    form = page[page.index('/correct"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form))


def test_a_wrong_phone_is_corrected_with_a_reason_and_the_case_says_what_changed(
    signed: Service, case: dict[str, Any]
) -> None:
    address = f"/cases/{case['decision_id']}"
    assert f"{address}/correct" in signed.client.get(f"{address}?lang=en").text
    form = form_of(signed.client.get(f"{address}/correct").text)
    assert form["stay_phone"] == "090-7171-9999"
    answer = signed.client.post(
        f"{address}/correct", data={**form, "stay_phone": PHONE, "reason": "typing_error"}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    page = signed.client.get(f"{answer.headers['location']}?lang=en").text
    assert "Corrected in the record: Phone of stay" in page or "Corrected in the record:" in page
    assert PHONE in signed.client.get(f"{answer.headers['location']}/correct").text
    # author and reason are sealed
    with transaction(signed.backend.engine, EVERYTHING) as connection:
        latest = decisions.latest(connection, "visa", case["subject_id"])
        assert latest is not None
        from sqlalchemy import text  # noqa: PLC0415

        query = text(
            "select reason, a.name from serving.correction_reason join serving.account a using (account_id) where position = :at"
        )
        assert connection.execute(query, {"at": latest.record_position}).one() == ("typing_error", "officer")
        assert [fault for fault in verify_log(connection) if fault.kind.startswith("correction")] == []


def test_a_value_that_cannot_be_true_is_marked_and_nothing_is_stored(signed: Service, case: dict[str, Any]) -> None:
    address = f"/cases/{case['decision_id']}"
    form = form_of(signed.client.get(f"{address}/correct").text)
    answer = signed.client.post(
        f"{address}/correct?lang=en", data={**form, "birth_date": "2999-01-01", "reason": "document"}
    )
    assert answer.status_code == 422
    assert LABELS["wrong_values"]["en"] in answer.text
    assert re.search(r'id="f-birth_date"[^>]*aria-invalid="true"', answer.text)
    # what was entered is still there
    assert 'value="2999-01-01"' in answer.text
    assert signed.client.get(f"{address}/history").text.count("<li><p>") == 1


@pytest.mark.parametrize(
    ("changed", "key"), [({}, "error_unchanged"), ({"stay_phone": PHONE, "reason": ""}, "error_reason")]
)
def test_a_correction_needs_a_change_and_a_reason(
    signed: Service, case: dict[str, Any], changed: dict[str, str], key: str
) -> None:
    address = f"/cases/{case['decision_id']}"
    form = {**form_of(signed.client.get(f"{address}/correct").text), "reason": "document", **changed}
    answer = signed.client.post(f"{address}/correct?lang=ja", data=form)
    assert answer.status_code == 422
    assert LABELS[key]["ja"] in answer.text


def test_a_record_that_is_not_about_the_person_no_longer_counts(signed: Service) -> None:
    decided(signed, "CP-LINK-A", guarantor_phone=PHONE)
    case = decided(
        signed,
        "CP-LINK-B",
        guarantor_phone=PHONE,
        submitted_at="2013-07-01T00:00:00Z",
        intended_arrival_on="2013-09-01",
    )
    address = f"/cases/{case['decision_id']}"
    page = signed.client.get(f"{address}/correct?lang=en").text
    assert 'value="visa_applications CP-LINK-A"' in page
    form = {"record": "visa_applications CP-LINK-A", "link_reason": "new_owner"}
    answer = signed.client.post(f"{address}/separate", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    again = answer.headers["location"]
    assert "visa_applications/CP-LINK-A" not in signed.client.get(again).text
    assert signed.client.post(f"{address}/separate", data=form).status_code in {404, 409}
    replayed = signed.client.get(
        f"/v1/decisions/{again.rpartition('/')[2]}/replay", headers=signed.headers("auditor")
    ).json()
    assert replayed["identical"] is True, replayed
    # the other case still counts this one
    close_cases(signed, "visa", ["CP-LINK-A", "CP-LINK-B"])


def test_an_applicants_request_has_a_clock_in_working_days_and_an_answer(signed: Service, case: dict[str, Any]) -> None:
    address = f"/cases/{case['decision_id']}"
    form = {"received_on": "2012-12-20", "wrong_stay_phone": "yes"}
    answer = signed.client.post(f"{address}/correction-requests", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    page = signed.client.get(f"{address}/correct?lang=en").text
    # whoever took the request is offered no answer, and a colleague is
    assert CORRECT["error_first_officer"]["en"] in page
    assert "/answer" not in page
    with colleague(signed, case) as other:
        page = other.get(f"{address}/correct?lang=en").text
    [request_id] = set(re.findall(r"correction-requests/([0-9a-f-]{36})/answer", page))
    assert f"<bdi>{case['subject_id']}</bdi>" in signed.client.get("/changes").text
    target = f"{address}/correction-requests/{request_id}/answer"
    assert signed.client.post(target, data={"answer": "refused"}).status_code == 422
    reply = target.replace("/answer", "/letter")
    assert signed.client.get(reply).status_code == 404
    # whoever took the request, or has dealt with the case, does not answer it
    first = signed.client.post(f"{target}?lang=en", data={"answer": "corrected"})
    assert (first.status_code, CORRECT["error_first_officer"]["en"] in first.text) == (403, True)
    with colleague(signed, case) as other:
        assert other.post(target, data={"answer": "corrected"}, follow_redirects=False).status_code == 303
        assert other.post(target, data={"answer": "corrected"}).status_code == 409
    for language in ("en", "ja"):
        text = signed.client.get(f"{reply}?lang={language}").text
        words = REPLY["answer_corrected"]
        assert text.index(words[language]) < text.index(words["ja" if language == "en" else "en"])
    assert case["subject_id"] not in signed.client.get("/changes").text
    for wrong in ({"received_on": "2999-01-01", "wrong_stay_phone": "yes"}, {"received_on": "2012-12-20"}, {}):
        assert signed.client.post(f"{address}/correction-requests", data=wrong).status_code == 422


def test_a_request_is_due_twenty_working_days_after_it_came() -> None:
    request = CorrectionRequest("", "visa", "A", "TH-BKK", dt.date(2012, 12, 3), (), "", None, None)
    # 3 December + 20 days of work: 5 and 10 December are holidays in Thailand, 24 December in Japan, and the turn of the year is free
    due = due_of_request(request, dt.datetime(2012, 12, 3, tzinfo=dt.UTC))
    assert due.left == REQUEST_WORKING_DAYS
    assert due.on > dt.date(2013, 1, 7)


def test_the_forms_of_another_posts_case_are_not_there(service: Service) -> None:
    case = decided(service, "CP-OURS")
    address = f"/cases/{case['decision_id']}"
    service.sign_in("elsewhere")
    assert service.client.get(f"{address}/correct").status_code == 404
    assert service.client.get(f"{address}/history").status_code == 404
    for part in ("correct", "separate", "correction-requests", "correction-requests/x/answer"):
        form = {
            "reason": "document",
            "stay_phone": PHONE,
            "received_on": "2012-01-01",
            "wrong_stay_phone": "yes",
            "answer": "corrected",
        }
        assert service.client.post(f"{address}/{part}", data=form).status_code == 404, part
    service.client.cookies.clear()
    close_cases(service, "visa", ["CP-OURS"])


def test_every_decision_of_a_case_is_reachable_from_its_history(signed: Service, case: dict[str, Any]) -> None:
    address = f"/cases/{case['decision_id']}"
    form = {**form_of(signed.client.get(f"{address}/correct").text), "stay_phone": PHONE, "reason": "typing_error"}
    again = signed.client.post(f"{address}/correct", data=form, follow_redirects=False).headers["location"]
    for place in (address, again):
        page = signed.client.get(f"{place}/history?lang=en").text
        assert f'href="{address}"' in page
        assert f'href="{again}"' in page
        assert "Corrected in the record:" in page
