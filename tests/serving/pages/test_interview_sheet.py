"""Covers: pages.interview_sheet, pages.interview_record, pages.interview_questions, pages.interview_card,
pages.interview_notice, i18n.cards,
decisions.interview_sheets, store.interview_sheets.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.interview_form import form_of
from serving.i18n.cards import cards
from serving.log.verification import verify_log
from serving.store import decisions, interview_sheets
from serving.store.transactions import Reach, transaction
from tests.serving.conftest import Service
from tests.serving.interview_answers import REFERRED, fill_in, good_answers, record

SHEET = {name: texts(f"pages.{name}") for name in ("interview_step", "interview_check", "interview_record")}
RULES = texts("serving.interview_rules")


@pytest.fixture
def signed(service: Service) -> Iterator[Service]:
    """The service with an officer signed in, whose cases do not stay in the queue."""
    service.client.cookies.clear()
    service.sign_in("officer")
    service.client.cookies.set("lang", "en")
    yield service
    service.client.cookies.clear()
    with service.backend.engine.connect() as connection:
        waiting = connection.execute(
            text("select decision_id::text from serving.waiting_case where subject_id like 'A-TALK-%'")
        ).scalars().all()  # fmt: skip
    service.sign_in("officer")
    for name in waiting:
        service.client.post(f"/cases/{name}/close", data={"reason": "duplicate"})
    service.client.cookies.clear()


def decided(service: Service, name: str, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    row = {
        **row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]),
        "application_id": f"A-TALK-{name}",
        **changed,
    }
    answer = service.client.post("/v1/visa-applications", json=row, headers=service.headers("feed"))
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()  # type: ignore[no-any-return]


def waits(service: Service, subject_id: str) -> bool:
    with service.backend.engine.connect() as connection:
        return decisions.is_waiting(connection, "visa", subject_id)


def outcomes(service: Service, subject_id: str) -> list[dict[str, Any]]:
    """Return the present outcomes of a case."""
    backend = service.backend
    with backend.engine.connect() as connection:
        ids = connection.execute(
            text("select distinct outcome_id from serving.interview_sheet where subject_id = :id"), {"id": subject_id}
        ).scalars().all()  # fmt: skip
        return backend.store.rows(connection, "outcomes", list(ids)).to_pylist()


def count(service: Service, table: str, subject_id: str) -> int:
    query = text(f"select count(*) from serving.{table} where subject_id = :id")
    with service.backend.engine.connect() as connection:
        return int(connection.execute(query, {"id": subject_id}).scalar_one())


def no_fault_of_the_log(service: Service) -> None:
    with service.backend.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        kinds = {"interview_draft", "interview_sheet", "record", "supersession", "queue", "queue_removal"}
        assert [str(fault) for fault in verify_log(connection) if fault.kind in kinds] == []


def test_a_sheet_goes_from_the_first_step_to_an_outcome_and_a_confirmation(signed: Service) -> None:
    decision = decided(signed, "WHOLE")
    assert "A-TALK-WHOLE" in signed.client.get("/queue?capacity=200").text
    address = record(signed.client, decision, **REFERRED, remarks="She keeps her own passport.")
    page = html.unescape(signed.client.get(address).text)
    assert SHEET["interview_record"]["recorded_title"]["en"] in page
    assert "<bdi>officer</bdi>" in page
    assert re.search(r"<time>\d{4}-\d\d-\d\d \d\d:\d\d UTC</time>", page)
    assert "She keeps her own passport." in page
    [outcome] = outcomes(signed, "A-TALK-WHOLE")
    assert (outcome["finding"], outcome["typology"], outcome["arm"]) == ("indications", "T5", "targeted")
    assert "A-TALK-WHOLE" not in signed.client.get("/queue?capacity=200").text
    assert address in signed.client.get(f"/cases/{decision['decision_id']}").text
    no_fault_of_the_log(signed)


def test_topics_are_the_questions_of_the_findings_in_both_languages(signed: Service) -> None:
    rows = signed.world["visa_applications"].slice(signed.world["visa_applications"].num_rows - 12).to_pylist()
    for number, row in enumerate(rows):
        own = {**row_as_json(row), "post": decision_post(signed), "application_id": f"A-TALK-TOPICS-{number}"}
        decision = decided(signed, "TOPICS", **own)
        if raised := [reason for reason in decision["reasons"] if reason["direction"] == "raises"]:
            break
    assert raised
    for language, other in (("en", "ja"), ("ja", "en")):
        page = html.unescape(
            signed.client.get(f"/cases/{decision['decision_id']}/interview/topics?lang={language}").text
        )
        for reason in raised:
            assert reason["question"][language] in page
            assert f'lang="{other}">{reason["question"][other]}' in page


def test_every_step_is_saved_encrypted_and_sealed_and_nobody_else_sees_it(signed: Service) -> None:
    decision = decided(signed, "DRAFT")
    url = f"/cases/{decision['decision_id']}/interview/topics"
    for note in ("She said Zanzibar", "She said Zanzibar twice"):
        signed.client.post(url, data={"topic_pay": "unclear", "topic_pay_note": note, "go": "leave"})
    assert "She said Zanzibar twice" in signed.client.get(url).text
    with signed.backend.engine.begin() as connection:
        stored = connection.execute(
            text("select draft_id::text, content from serving.interview_draft where subject_id = 'A-TALK-DRAFT'")
        ).all()
        assert len(stored) == 2
        assert not any(b"Zanzibar" in bytes(row.content) for row in stored)
        leaves = text("select count(*) from serving.log_leaf where kind = 'interview_draft' and subject_id = any(:ids)")
        assert connection.execute(leaves, {"ids": [row.draft_id for row in stored]}).scalar_one() == 2
        post = decision_post(signed)
        colleague = create_person(connection, "colleague-of-sheets", Role.OFFICER, [post])
    with pytest.raises(DBAPIError, match="never changed"), signed.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.interview_draft"))
    with transaction(signed.backend.for_requests().engine, Reach((post,), account_id=-1)) as connection:
        assert connection.execute(text("select count(*) from serving.interview_draft")).scalar_one() == 0
    signed.client.cookies.clear()
    signed.client.post("/sign-in", data={"name": "colleague-of-sheets", "password": colleague or ""})
    assert "Zanzibar" not in signed.client.get(url).text
    no_fault_of_the_log(signed)


def decision_post(service: Service) -> str:
    return str(service.world["visa_applications"].column("post")[-1].as_py())


def test_contradicting_answers_are_refused_with_the_field_and_nothing_is_stored(signed: Service) -> None:
    decision = decided(signed, "CONTRADICTS")
    version = fill_in(signed.client, decision, sign_coercion="sign")
    assert version == ""
    url = f"/cases/{decision['decision_id']}/interview"
    with signed.backend.engine.connect() as connection:
        [version] = connection.execute(text("select max(draft_id)::text from serving.interview_draft where subject_id = 'A-TALK-CONTRADICTS'")).scalars()  # fmt: skip
        head = signed.backend.store.head(connection)
        refused = signed.client.post(url, data={"version": version})
        assert refused.status_code == 422
        assert f'href="{url}/signs#sign_coercion"' in refused.text
        assert RULES["sign_without_outcome"]["en"] in html.unescape(refused.text)
        assert signed.backend.store.head(connection) == head
    assert count(signed, "interview_sheet", "A-TALK-CONTRADICTS") == 0


def test_an_unknown_answer_is_refused_and_not_saved(signed: Service) -> None:
    decision = decided(signed, "UNKNOWN")
    url = f"/cases/{decision['decision_id']}/interview/outcome"
    refused = signed.client.post(url, data={"outcome": "refuse_visa"})
    assert refused.status_code == 422
    assert 'href="#outcome"' in refused.text
    assert count(signed, "interview_draft", "A-TALK-UNKNOWN") == 0
    assert signed.client.get(f"/cases/{decision['decision_id']}/interview/nowhere").status_code == 404


def test_what_is_recorded_is_what_was_checked(signed: Service) -> None:
    decision = decided(signed, "CHECKED")
    version = fill_in(signed.client, decision)
    url = f"/cases/{decision['decision_id']}/interview"
    signed.client.post(f"{url}/outcome", data={"outcome": "further_check", "chosen": "targeted"})
    answer = signed.client.post(url, data={"version": version}, follow_redirects=False)
    assert answer.status_code == 409
    assert SHEET["interview_check"]["changed"]["en"] in answer.text
    assert count(signed, "interview_sheet", "A-TALK-CHECKED") == 0


def test_six_parallel_forms_and_a_double_click_record_exactly_once(signed: Service) -> None:
    decision = decided(signed, "SIX")
    version = fill_in(signed.client, decision)
    url = f"/cases/{decision['decision_id']}/interview"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(
            lambda _: signed.client.post(url, data={"version": version}, follow_redirects=False), range(6)
        ))  # fmt: skip
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    again = signed.client.post(url, data={"version": version}, follow_redirects=False)
    assert again.headers["location"] == answers[0].headers["location"]
    assert count(signed, "interview_sheet", "A-TALK-SIX") == 1
    assert len(outcomes(signed, "A-TALK-SIX")) == 1
    no_fault_of_the_log(signed)


def test_six_parallel_requests_with_one_key_store_exactly_one_outcome(signed: Service) -> None:
    decided(signed, "KEY")
    body = {
        "subject": "visa_application", "subject_id": "A-TALK-KEY", "occurred_at": "2013-01-02T00:00:00Z",
        "known_at": "2013-01-02T00:00:00Z", "arm": "targeted", "inclusion_probability": 1.0, "finding": "no_indication",
    }  # fmt: skip
    headers = {**signed.headers("officer"), "Idempotency-Key": "sheet-key", "Content-Type": "application/json"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(
            lambda _: signed.client.post("/v1/interviews", content=json.dumps(body), headers=headers), range(6)
        ))  # fmt: skip
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    other = {**body, "finding": "inconclusive"}
    assert signed.client.post("/v1/interviews", json=other, headers=headers).status_code == 409
    contradicting = {**body, "typology": "T5"}
    refused = signed.client.post("/v1/interviews", json=contradicting, headers=signed.headers("officer"))
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, ["typology"])


def test_a_sheet_is_superseded_within_the_day_and_the_earlier_stays_readable(signed: Service) -> None:
    decision = decided(signed, "CHANGED")
    first = record(signed.client, decision, **REFERRED)
    assert "T5" not in signed.client.get(first).text  # the kind has a name
    second = record(signed.client, decision, outcome="further_check", sign_exploitation="sign")
    assert first != second
    [outcome] = outcomes(signed, "A-TALK-CHANGED")
    assert (outcome["finding"], outcome["typology"]) == ("inconclusive", None)
    earlier = signed.client.get(first).text
    assert second in earlier
    assert "/withdraw" not in earlier
    assert first in signed.client.get(second).text
    assert count(signed, "interview_sheet", "A-TALK-CHANGED") == 2
    no_fault_of_the_log(signed)


def test_a_withdrawn_interview_lets_the_case_wait_again_and_can_be_recorded_anew(signed: Service) -> None:
    decision = decided(signed, "WITHDRAWN")
    first = record(signed.client, decision, **REFERRED)
    assert signed.client.post(f"{first}/withdraw", data={"reason": "anger"}).status_code == 422
    withdrawal = signed.client.post(f"{first}/withdraw", data={"reason": "wrong_person"})
    assert SHEET["interview_record"]["withdrawn_text"]["en"] in withdrawal.text
    [outcome] = outcomes(signed, "A-TALK-WITHDRAWN")
    assert (outcome["finding"], outcome["typology"]) == ("inconclusive", None)
    assert waits(signed, "A-TALK-WITHDRAWN")
    assert signed.client.post(f"{first}/withdraw", data={"reason": "not_held"}).status_code == 409
    no_fault_of_the_log(signed)
    body = {
        "subject": "visa_application", "subject_id": "A-TALK-WITHDRAWN", "occurred_at": "2013-01-02T00:00:00Z",
        "known_at": "2013-01-02T00:00:00Z", "arm": "targeted", "inclusion_probability": 1.0, "finding": "no_indication",
    }  # fmt: skip
    assert signed.client.post("/v1/interviews", json=body, headers=signed.headers("officer")).status_code == 409
    record(signed.client, decision)
    [outcome] = outcomes(signed, "A-TALK-WITHDRAWN")
    assert outcome["finding"] == "no_indication"
    assert not waits(signed, "A-TALK-WITHDRAWN")
    no_fault_of_the_log(signed)


def test_after_the_day_or_for_another_officer_a_sheet_stays_as_it_is(
    signed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = decided(signed, "LATE")
    address = record(signed.client, decision)
    monkeypatch.setattr(
        interview_sheets, "_SHEETS", interview_sheets._SHEETS.replace("interval '24 hours'", "interval '0 hours'")
    )
    assert "/withdraw" not in signed.client.get(address).text
    assert signed.client.post(f"{address}/withdraw", data={"reason": "not_held"}).status_code == 409
    assert signed.client.get(f"/cases/{decision['decision_id']}/interview/outcome").status_code == 409
    monkeypatch.undo()
    with signed.backend.engine.begin() as connection:
        password = create_person(connection, "other-of-sheets", Role.OFFICER, [decision_post(signed)])
    signed.client.cookies.clear()
    signed.client.post("/sign-in", data={"name": "other-of-sheets", "password": password or ""})
    assert signed.client.get(address).status_code == 200
    assert signed.client.post(f"{address}/withdraw", data={"reason": "not_held"}).status_code == 409
    assert signed.client.get(f"/cases/{decision['decision_id']}/interview/outcome").status_code == 409


def test_another_post_finds_no_sheet(signed: Service) -> None:
    decision = decided(signed, "OURS")
    address = record(signed.client, decision)
    signed.client.cookies.clear()
    signed.sign_in("elsewhere")
    for url in (address, "/interviews/00000000-0000-4000-8000-00000000dead", "/interviews/x"):
        assert signed.client.get(url).status_code == 404
        assert signed.client.post(f"{url}/withdraw", data={"reason": "not_held"}).status_code == 404
    signed.client.cookies.clear()
    signed.sign_in("auditor")
    assert signed.client.get(address).status_code == 200
    assert signed.client.post(f"{address}/withdraw", data={"reason": "not_held"}).status_code == 403


def test_a_child_has_a_sheet_of_its_own(signed: Service) -> None:
    decision = decided(signed, "CHILD", birth_date="2004-02-29", passport_number="ZZ0000010")
    assert decision["route"] == "child_procedure"
    base = f"/cases/{decision['decision_id']}/interview"
    assert signed.client.get(f"{base}/topics").status_code == 404
    page = html.unescape(signed.client.get(f"{base}/conditions").text)
    assert texts("serving.interview_questions")["listener"]["en"] in page
    assert SHEET["interview_step"]["child_sheet"]["en"] in page
    answers = good_answers(form_of(decision))
    assert "alone" not in answers
    record(signed.client, decision, outcome="urgent_protection", partner="child_guidance_centre", child_fear="sign")
    [outcome] = outcomes(signed, "A-TALK-CHILD")
    assert outcome["finding"] == "indications"


def test_ten_languages_have_a_card_with_every_line(signed: Service) -> None:
    assert len(cards()) == 10
    assert len({len(card.lines) for card in cards()}) == 1
    page = html.unescape(signed.client.get("/interview-card").text)
    for card in cards():
        assert f'lang="{card.code}"' in page
        assert all(line in page for line in card.lines)


def test_the_notice_says_everything_in_both_languages(signed: Service) -> None:
    page = html.unescape(signed.client.get("/interview-notice").text)
    for label in texts("serving.interview_notice").values():
        assert all(words in page for words in label.values())


@pytest.mark.timeout(60)
def test_a_step_that_is_opened_before_the_case_stores_its_draw_and_answers(signed: Service) -> None:
    table = signed.world["visa_applications"]
    post = table.column("post")[-1].as_py()
    rows = (row_as_json(table.slice(table.num_rows - at, 1).to_pylist()[0]) for at in range(1, 31))
    sent = (
        decided(signed, f"DRAWN-{at}", **{**row, "application_id": f"A-TALK-DRAWN-{at}", "post": post})
        for at, row in enumerate(rows)
    )
    decision = next(each for each in sent if each["reasons"] and each["route"] == "interview_queue")
    assert signed.client.get(f"/cases/{decision['decision_id']}/interview/conditions").status_code == 200
    assert count(signed, "own_view_draw", decision["subject_id"]) == 1
