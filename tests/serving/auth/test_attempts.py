"""Covers: auth.attempts, store.attempts.

Limits hold over two workers, tell nothing of accounts, and keep nobody out for good.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from serving.app import create_app
from serving.auth import api_keys, attempts, names, oidc, own_password, passwords, sessions
from serving.auth.api_keys import create_key
from serving.auth.attempts import PER_ADDRESS, PER_KEY, PER_PERSON, PER_PERSON_AND_ADDRESS
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.store import credentials
from tests.serving.conftest import Service


@pytest.fixture(autouse=True)
def empty(service: Service) -> Iterator[None]:
    clear = "delete from serving.attempt"
    with service.backend.engine.begin() as connection:
        connection.execute(text(clear))
    yield
    with service.backend.engine.begin() as connection:
        connection.execute(text(clear))


def client_at(service: Service, address: str) -> TestClient:
    """Return a client of another worker: an application of its own on the same database."""
    return TestClient(create_app(service=service.backend), client=(address, 1))


def attempt(client: TestClient, name: str, password: str = "wrong") -> int:
    form = {"name": name, "password": password}
    return client.post("/sign-in", data=form, follow_redirects=False).status_code


def fill(service: Service, kind: str, content: str, count: int) -> None:
    insert = "insert into serving.attempt (bucket) select sha256(convert_to(:b, 'UTF8')) from generate_series(1, :n)"
    with service.backend.engine.begin() as connection:
        connection.execute(text(insert), {"b": f"{kind}\n{content}", "n": count})


@pytest.mark.parametrize("name", ["elsewhere", "nobody at all"])
def test_two_workers_share_the_limit_and_an_unknown_name_has_the_same(service: Service, name: str) -> None:
    workers = [client_at(service, "10.0.0.1") for _ in range(2)]
    answers = [attempt(workers[at % 2], name) for at in range(PER_PERSON_AND_ADDRESS + 2)]
    assert answers == [401] * PER_PERSON_AND_ADDRESS + [429] * 2
    # the right password does not help any more at this address, and does at another
    right = service.passwords["elsewhere"]
    assert attempt(workers[0], "elsewhere", right) == (429 if name == "elsewhere" else 303)
    assert attempt(client_at(service, "10.0.0.2"), "elsewhere", right) == 303


def test_parallel_attempts_do_not_pass_the_limit(service: Service) -> None:
    worker = client_at(service, "10.0.0.3")
    fill(service, "person and address", "parallel\n10.0.0.3", PER_PERSON_AND_ADDRESS - 2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attempt(worker, "parallel"), range(8)))
    assert sorted(answers) == [401] * 2 + [429] * 6


def test_beyond_the_limit_every_name_is_refused_quickly_and_in_the_same_words(service: Service) -> None:
    worker = client_at(service, "10.0.0.4")
    fill(service, "address", "10.0.0.4", PER_ADDRESS)
    texts, seconds = set(), {}
    people = (("officer", service.passwords["officer"]), ("officer", "wrong"), ("nobody at all", "wrong"))
    for person in people * 15:
        begun = time.perf_counter()
        answer = worker.post(
            "/sign-in", data=dict(zip(("name", "password"), person, strict=True)), follow_redirects=False
        )
        seconds.setdefault(person, []).append(time.perf_counter() - begun)
        texts.add((answer.status_code, answer.text))
    assert len(texts) == 1
    assert texts.pop()[0] == 429
    medians = [statistics.median(times) for times in seconds.values()]
    # the same time for all, and none long enough for a hash
    assert max(medians) < 2 * min(medians)
    begun = time.perf_counter()
    assert attempt(client_at(service, "10.0.0.44"), "officer") == 401
    assert max(medians) < time.perf_counter() - begun


def test_a_person_is_limited_over_all_addresses(service: Service) -> None:
    fill(service, "person", "elsewhere", PER_PERSON)
    assert attempt(client_at(service, "10.0.0.5"), "ELSEWHERE", service.passwords["elsewhere"]) == 429


def test_after_signing_in_the_count_begins_anew(service: Service) -> None:
    worker = client_at(service, "10.0.0.6")
    for _ in range(2):
        for _ in range(PER_PERSON_AND_ADDRESS - 1):
            assert attempt(worker, "elsewhere") == 401
        assert attempt(worker, "elsewhere", service.passwords["elsewhere"]) == 303


def test_old_attempts_do_not_count_and_refused_ones_prolong_nothing(service: Service) -> None:
    worker = client_at(service, "10.0.0.7")
    fill(service, "person and address", "late\n10.0.0.7", PER_PERSON_AND_ADDRESS)
    assert attempt(worker, "late") == 429
    with service.backend.engine.begin() as connection:
        assert connection.execute(text("select count(*) from serving.attempt")).scalar() == PER_PERSON_AND_ADDRESS
        connection.execute(text("update serving.attempt set attempted_at = attempted_at - interval '16 minutes'"))
    assert attempt(worker, "late") == 401


def test_a_key_that_opens_nothing_is_limited_and_a_key_in_use_never(service: Service) -> None:
    worker = client_at(service, "10.0.0.8")
    wrong = {"Authorization": "Bearer mmr_wrong"}
    fill(service, "key", "mmr_wrong", PER_KEY - 1)
    answers = [worker.get("/v1/models", headers=wrong) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 429]
    assert answers[1].json()["error"]["code"] == "attempts"
    fill(service, "address", "10.0.0.8", PER_ADDRESS)
    assert worker.get("/v1/models", headers={"Authorization": "Bearer mmr_other"}).status_code == 429
    assert worker.get("/v1/models", headers=service.headers("feed")).status_code == 200


def test_a_revocation_acts_on_the_next_request_of_every_worker(service: Service) -> None:
    workers = [client_at(service, "10.0.0.9") for _ in range(2)]
    with service.backend.engine.begin() as connection:
        key = create_key(connection, "feed")
        password = create_person(connection, "two workers", Role.AUDITOR, [])
    assert password is not None
    for worker in workers:
        assert attempt(worker, "two workers", password) == 303
    headers = {"Authorization": f"Bearer {key}"}
    assert [w.get("/v1/models", headers=headers).status_code for w in workers] == [200, 200]
    assert [w.get("/decisions").status_code for w in workers] == [200, 200]
    with service.backend.engine.begin() as connection:
        query = text("select key_id from serving.api_key where token_hash = sha256(convert_to(:k, 'UTF8'))")
        assert credentials.revoke_key(connection, connection.execute(query, {"k": key}).scalar_one())
    workers[0].post("/account/sign-out-everywhere")
    assert [w.get("/v1/models", headers=headers).status_code for w in workers] == [401, 401]
    assert [w.get("/decisions", follow_redirects=False).status_code for w in workers] == [303, 303]


def test_nothing_that_was_typed_is_stored(service: Service) -> None:
    attempt(client_at(service, "10.0.0.10"), "planted-name", "planted-password")
    with service.backend.engine.connect() as connection:
        rows = connection.execute(text("select encode(bucket, 'escape') from serving.attempt")).scalars().all()
    assert rows
    assert not any("planted" in row or "10.0" in row for row in rows)


def test_limits_are_those_that_were_decided() -> None:
    decided = {
        "MINUTES": 15, "PER_PERSON_AND_ADDRESS": 10, "PER_PERSON": 50, "PER_KEY": 30, "PER_ADDRESS": 100,
    }  # fmt: skip
    assert {name: getattr(attempts, name) for name in decided} == decided
    assert (passwords.HASHES_AT_ONCE, passwords.WAIT_SECONDS, sessions.HOURS, api_keys.LIFETIME_DAYS) == (
        4,
        2.0,
        8,
        365,
    )
    assert (own_password.FEWEST_CHARACTERS, own_password.MOST_CHARACTERS, names.LONGEST_NAME) == (12, 256, 64)
    assert (oidc.SECONDS, oidc.LEEWAY_SECONDS) == (5.0, 30)
    # RFC 9106, second choice: 64 MiB, three passes, four lanes
    assert passwords.password_hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_old_attempts_of_anybody_are_deleted_when_a_person_signs_in(service: Service) -> None:
    fill(service, "person", "long gone", 3)
    with service.backend.engine.begin() as connection:
        connection.execute(text("update serving.attempt set attempted_at = attempted_at - interval '16 minutes'"))
    fill(service, "person", "recent", 2)
    assert attempt(client_at(service, "10.0.0.11"), "elsewhere", service.passwords["elsewhere"]) == 303
    with service.backend.engine.connect() as connection:
        # what is left is the recent alone: the attempt that signed in is forgiven
        assert connection.execute(text("select count(*) from serving.attempt")).scalar() == 2
