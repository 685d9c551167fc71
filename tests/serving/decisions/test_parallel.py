"""Covers: store.transactions, decisions.service, decisions.corrections."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from features.store.records import _lock
from features.tables.json_rows import row_as_json
from tests.serving.conftest import Service

AT_ONCE = 8


def application(service: Service, name: str) -> dict[str, Any]:
    table = service.world["visa_applications"]
    return {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": name}


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Does the work in eight threads that start together."""
    barrier = Barrier(AT_ONCE)

    def item(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(item, range(AT_ONCE)))


def decided(service: Service, name: str) -> int:
    with service.backend.engine.connect() as connection:
        result = connection.execute(text("select count(*) from serving.decision where subject_id = :id"), {"id": name})
        return int(result.scalar_one())


def posted(service: Service, record: dict[str, Any], key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return service.client.post("/v1/visa-applications", json=record, headers={**service.headers("feed"), **headers})


@pytest.mark.parametrize("turn", range(3))
def test_parallel_first_requests_with_one_key_get_one_decision_and_the_same_answer(service: Service, turn: int) -> None:
    name = f"A-ONCE-{turn}"
    answers = at_once(lambda _: posted(service, application(service, name), f"key-{name}"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert decided(service, name) == 1


def test_parallel_posts_of_one_record_without_a_key_get_one_decision(service: Service) -> None:
    answers = at_once(lambda _: posted(service, application(service, "A-PLAIN")))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    assert decided(service, "A-PLAIN") == 1


def test_parallel_posts_of_different_records_are_all_stored_and_replay(service: Service) -> None:
    answers = at_once(lambda number: posted(service, application(service, f"A-MANY-{number}"), f"many-{number}"))
    assert {answer.status_code for answer in answers} == {201}
    for answer in answers:
        url = f"/v1/decisions/{answer.json()['decision_id']}/replay"
        assert service.client.get(url, headers=service.headers("auditor")).json()["identical"] is True


def test_one_key_with_different_bodies_at_once_stores_one_and_refuses_the_others(service: Service) -> None:
    answers = at_once(lambda number: posted(service, application(service, f"A-MIXED-{number}"), "mixed"))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert sum(decided(service, f"A-MIXED-{number}") for number in range(AT_ONCE)) == 1


def test_a_key_is_remembered_although_the_record_was_stored_before(service: Service) -> None:
    record = application(service, "A-BEFORE")
    first = posted(service, record)
    assert posted(service, record, "late").content == first.content
    # the key is now taken, so that another body under it is a conflict and not a second decision
    other = posted(service, application(service, "A-OTHER"), "late")
    assert other.status_code == 409
    assert other.json()["error"]["code"] == "idempotency"
    assert decided(service, "A-OTHER") == 0


def test_two_callers_may_use_the_same_word_as_their_key(service: Service) -> None:
    record = application(service, "A-FEED")
    assert posted(service, record, "word").status_code == 201
    headers = {**service.headers("officer"), "Idempotency-Key": "word"}
    own = {**application(service, "A-OFFICER"), "post": record["post"]}
    answer = service.client.post("/v1/visa-applications", json=own, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["subject_id"] == f"A-OFFICER@{record['post']}"


@pytest.mark.parametrize("key", ["", "x" * 201, "\u00e9"])
def test_a_key_that_cannot_be_kept_is_refused(service: Service, key: str) -> None:
    headers = {**service.headers("feed"), "Idempotency-Key": key.encode("latin-1")}
    answer = service.client.post("/v1/visa-applications", json=application(service, "A-KEY"), headers=headers)
    assert answer.status_code == 400
    assert decided(service, "A-KEY") == 0


def test_simultaneous_corrections_follow_one_another_and_all_replay(service: Service) -> None:
    record = application(service, "A-FIX")
    posted(service, record)

    def correct(number: int) -> Any:
        body = {"table": "visa_applications", "record": {**record, "intended_stay_days": 20 + number}}
        return service.client.post("/v1/corrections", json=body, headers=service.headers("auditor"))

    answers = at_once(correct)
    assert {answer.status_code for answer in answers} == {201}
    created = [answer.json() for answer in answers if answer.status_code == 201]
    assert len(created) == AT_ONCE
    assert len({item["position"] for item in created}) == len(created)
    assert decided(service, "A-FIX") == 1 + len(created)
    for item in created:
        url = f"/v1/decisions/{item['decision']['decision_id']}/replay"
        assert service.client.get(url, headers=service.headers("auditor")).json()["identical"] is True
    # each saw what it replaced: every correction changed exactly the one column
    assert all(item["changed"] == ["intended_stay_days"] for item in created)


def test_a_post_that_the_database_breaks_off_is_answered_busy_and_leaves_nothing(service: Service) -> None:
    record, waiting = (
        application(service, "A-BROKEN-OFF"),
        "select pid from pg_stat_activity where wait_event = 'advisory'",
    )
    with service.backend.engine.connect() as holder, service.backend.engine.connect() as operator:
        _lock(holder.execution_options(isolation_level="READ COMMITTED"))
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(posted, service, record)
            while not (pids := operator.execute(text(waiting)).scalars().all()):
                assert not answer.done(), "it does not wait for the lock"
                operator.rollback()
                time.sleep(0.01)
            operator.execute(text("select pg_cancel_backend(:pid)"), {"pid": pids[0]})
        assert answer.result().status_code == 503
        assert decided(service, "A-BROKEN-OFF") == 0
        holder.rollback()
    assert posted(service, record).status_code == 201
