"""Covers: store.waiting_cases, pages.queue_page, pages.all_decisions, pages.case_labels."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from features.database import open_engine
from features.settings import Settings
from serving.decisions.due_dates import counting_moments, due_date
from serving.decisions.service import open_service
from serving.log.verification import verify_log
from serving.store import decision_search, decisions, queue_acts, waiting_cases
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.decision_search import DecisionQuery
from serving.store.decisions import Decision
from tests.serving.conftest import LABELS, Service, close_cases
from tests.serving.decisions.test_shared_findings import application

POST, SAME_MOMENT = "CN-SHA", 62
PROTECT = '{"warnings":[{"code":"protect","feature":null}]}'


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database of its own with a queue: two former victims, three children, and cases of one moment and score."""
    home = tmp_path_factory.mktemp("queue")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    engine = open_service(settings, open_engine(settings)).engine
    with engine.begin() as connection:
        for number in range(2):
            decisions.insert(connection, a_case(f"P-{number}", score=0.1, shown=PROTECT))
        for number in range(3):
            decisions.insert(connection, a_case(f"C-{number}", route="child_procedure", score=0.9 - number / 10))
        for number in range(SAME_MOMENT):
            decisions.insert(connection, a_case(f"S-{number}", score=0.5))
        decisions.insert(connection, a_case("TOP", score=0.7))
        decisions.insert(connection, a_case("NONE", route="no_score", score=None))
        decisions.insert(connection, a_case("ELSEWHERE", score=0.99, post="TH-BKK"))
    yield engine
    engine.dispose()


def a_case(subject_id: str, **changes: Any) -> Decision:
    decision = Decision(
        str(uuid.uuid4()), "visa", subject_id, POST, 1_354_498_200_000_000, 1, 2, "m" * 64, "interview_queue", 0.5, b"", b"",
        '{"warnings":[]}',
    )  # fmt: skip
    return replace(decision, **changes)


@pytest.fixture
def tidy(service: Service) -> Iterator[None]:
    """Leave no case behind that other tests would see."""
    yield
    with service.backend.engine.connect() as connection:
        names = [decision.subject_id for decision in waiting_cases.queue(connection, None, 1000)]
    close_cases(service, "visa", [name for name in names if name.startswith(("A-NEXT-", "A-NAME-"))])


def pages(engine: Engine, size: int, order: str = "priority", post: str | None = POST) -> list[str]:
    """Return the ids of all cases, read page by page."""
    ids: list[str] = []
    after = ""
    with engine.connect() as connection:
        while page := waiting_cases.page(connection, post, size, order=order, after=after):
            ids += [case.decision.subject_id for case in page]
            after = page[-1].decision.decision_id
    return ids


def faults(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return waiting_cases.faults(connection)


def test_former_victims_stand_first_then_children_then_the_score_and_last_who_has_none(engine: Engine) -> None:
    ids = pages(engine, 100)
    assert ids[:6] == ["P-0", "P-1", "C-0", "C-1", "C-2", "TOP"]
    assert ids[-1] == "NONE"
    assert "ELSEWHERE" not in ids
    assert pages(engine, 100, post=None)[5] == "ELSEWHERE"


@pytest.mark.parametrize("order", waiting_cases.ORDERS)
@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_lose_nobody_where_62_cases_have_the_same_moment_and_score(engine: Engine, order: str, size: int) -> None:
    ids = pages(engine, size, order)
    assert len(ids) == len(set(ids)) == 2 + 3 + SAME_MOMENT + 2


def test_a_page_goes_on_where_the_last_case_has_left_the_queue(engine: Engine) -> None:
    with engine.connect() as connection:
        first = waiting_cases.page(connection, POST, 10)
        decisions.mark_interviewed(connection, "visa", first[-1].decision.subject_id, UNKNOWN_ACCOUNT)
        second = waiting_cases.page(connection, POST, 10, after=first[-1].decision.decision_id)
        connection.rollback()
    ids = pages(engine, 100)
    assert [case.decision.subject_id for case in first + second] == ids[:20]


def test_search_by_pages_loses_none_of_the_same_moment(engine: Engine) -> None:
    ids: list[str] = []
    query = DecisionQuery(post=POST)
    with engine.connect() as connection:
        while page := decision_search.search(connection, query, 50):
            ids += [found.decision.subject_id for found in page]
            query = replace(query, before=page[-1].decision.decision_id)
    assert sorted(ids) == sorted(pages(engine, 100))


def test_the_queue_follows_decisions_interviews_and_closings_and_the_log_compares(engine: Engine) -> None:
    with engine.connect() as connection:
        again = a_case("TOP", score=0.2)
        decisions.insert(connection, again)
        assert waiting_cases.queue(connection, POST, 100)[-2].decision_id == again.decision_id
        decisions.mark_interviewed(connection, "visa", "S-3", UNKNOWN_ACCOUNT)
        queue_acts.close(connection, "visa", "S-4", "withdrawn", UNKNOWN_ACCOUNT)
        ids = {decision.subject_id for decision in waiting_cases.queue(connection, POST, 100)}
        assert not {"S-3", "S-4"} & ids
        assert waiting_cases.faults(connection) == []
        connection.execute(text("delete from serving.waiting_case where subject_id = 'TOP'"))
        assert [fault.subject_id for fault in verify_log(connection) if fault.kind == "queue"] == ["visa/TOP"]
        connection.rollback()
    assert faults(engine) == []


def test_counts_are_of_all_waiting_and_not_of_a_page(engine: Engine) -> None:
    now = dt.datetime(2012, 12, 7, 3, tzinfo=dt.UTC)  # Friday; lodged on Monday 3, due on Monday 10
    with engine.connect() as connection:
        counts = waiting_cases.counts(connection, POST, None, *counting_moments(now, POST))
        nobody = waiting_cases.counts(connection, POST, dt.datetime.now(dt.UTC) + dt.timedelta(days=1), 0, 0)
    assert counts == (69, 2, 3, 1, 0, 69, 0)
    assert nobody.waiting == 0


def test_who_leaves_the_queue_soon_without_an_interview_is_counted(engine: Engine) -> None:
    now = dt.datetime.now(dt.UTC)
    with engine.connect() as connection:
        # all arrived just now: their days run out in 29, 7 and less than 7 days
        leaving = [
            waiting_cases.counts(connection, POST, now - dt.timedelta(days=days), 0, 0).leaving for days in (29, 8, 6)
        ]
    assert leaving == [0, 0, 69]


@pytest.mark.parametrize("post", ["CN-SHA", "TH-BKK", "CO-BOG", "NRT"])
def test_the_moments_of_counting_divide_applications_as_their_due_dates_do(post: str) -> None:
    for hours in range(0, 24 * 40, 7):
        now = dt.datetime(2012, 12, 10, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        late, soon = counting_moments(now, post)
        for back in range(0, 24 * 25, 5):
            lodged = int((now - dt.timedelta(hours=back)).timestamp() * 1_000_000)
            due = due_date("visa", lodged, now, post)
            assert due is not None
            assert due.state == ("over" if lodged < late else "soon" if lodged < soon else "open"), (now, back)


@pytest.mark.usefixtures("tidy")
def test_an_answer_of_the_queue_leads_on_to_the_next(service: Service) -> None:
    post = service.world["visa_applications"].column("post")[-1].as_py()
    for number in range(3):
        body = application(service, f"A-NEXT-{number}", post)
        service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed"))
    seen: list[str] = []
    after = ""
    while after is not None:
        url = f"/v1/queue?capacity=2&after={after}"
        answer = service.client.get(url, headers=service.headers("officer")).json()
        seen += [case["subject_id"] for case in answer["cases"]]
        after = answer["next"]
    whole = service.client.get("/v1/queue?capacity=500", headers=service.headers("officer")).json()["cases"]
    assert seen == [case["subject_id"] for case in whole]
    assert {"A-NEXT-0", "A-NEXT-1", "A-NEXT-2"} <= {*seen}


@pytest.mark.usefixtures("tidy")
@pytest.mark.parametrize("name", ["محمد\u202e عبد", "สมชาย ใจดี", "山田\u200b花子", "Ñ" * 200, "<b>Maria</b>"])
def test_any_name_is_shown_apart_and_as_text_and_its_reading_names_the_columns(service: Service, name: str) -> None:
    post = service.world["visa_applications"].column("post")[-1].as_py()
    subject_id = f"A-NAME-{uuid.uuid4()}"
    body = application(service, subject_id, post) | {"family_name": name, "given_names": "Test"}
    sent = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed"))
    service.client.cookies.clear()
    service.sign_in("officer")
    page = service.client.get("/queue?rows=200&lang=en").text
    service.client.cookies.clear()
    escaped = name.replace("<", "&lt;").replace(">", "&gt;")
    assert f"<bdi>{escaped} Test</bdi>" in page
    assert "<b>Maria" not in page
    with service.backend.engine.connect() as connection:
        query = text("select record_table, record_id, fields from serving.reading where decision_id = cast(:id as uuid) "
                     "and view = 'queue' order by reading_id desc limit 1")  # fmt: skip
        table, record_id, fields = connection.execute(query, {"id": sent.json()["decision_id"]}).one()
    assert (table, record_id) == ("visa_applications", subject_id)
    assert {"family_name", "given_names", "birth_date", "guarantor_name"} <= {*fields}
    assert LABELS["queue"]["en"] in page
