"""Covers: auth.sessions, auth.people, auth.names, auth.passwords, pages.sign_in, store.credentials, store.accounts."""

from __future__ import annotations

import hashlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from sqlalchemy import text

import serving.auth.passwords
from serving.auth.api_keys import add_key
from serving.auth.names import name_is_usable
from serving.auth.passwords import HASHES_AT_ONCE, password_hash, password_matches
from serving.auth.people import account_named, create_person, disable, reset_password
from serving.auth.permissions import Role
from serving.log.leaves import append_state
from serving.refusals import Refusal
from tests.serving.conftest import Service


def set_cookie_line(service: Service, url: str = "/sign-in") -> str:
    form = {"name": "officer", "password": service.passwords["officer"]}
    answer = service.client.post(url, data=form, follow_redirects=False)
    service.client.cookies.clear()
    assert answer.status_code == 303
    return next(line for line in answer.headers.get_list("set-cookie") if "mimamori" in line)


def signed_in(service: Service, role: str) -> str:
    token = service.sign_in(role)
    service.client.cookies.clear()
    return token


def open_queue(service: Service, token: str) -> int:
    answer = service.client.get("/queue", headers={"cookie": f"mimamori={token}"}, follow_redirects=False)
    return answer.status_code


def attempt(service: Service, name: str, password: str) -> tuple[int, str]:
    answer = service.client.post("/sign-in?lang=en", data={"name": name, "password": password}, follow_redirects=False)
    service.client.cookies.clear()
    return answer.status_code, answer.text


def new_person(service: Service, name: str) -> str:
    with service.backend.engine.begin() as connection:
        password = create_person(connection, name, Role.OFFICER, ["XX-ONE", "XX-TWO"])
    assert password is not None
    service.passwords[name] = password
    return password


def test_the_cookie_is_a_random_token_stored_hashed_with_an_end(service: Service) -> None:
    line = set_cookie_line(service)
    token = line.split(";")[0].partition("=")[2]
    assert service.passwords["officer"] not in line
    assert "httponly" in line.lower()
    assert "samesite=strict" in line.lower()
    with service.backend.engine.connect() as connection:
        rows = connection.execute(
            text("select token_hash, ends_at > now(), ends_at < now() + interval '9 hours' from serving.session")
        ).all()
    assert (hashlib.sha256(token.encode()).digest(), True, True) in [(bytes(row[0]), row[1], row[2]) for row in rows]
    assert open_queue(service, token) == 200


def test_over_https_the_cookie_is_bound_to_the_host(service: Service) -> None:
    line = set_cookie_line(service, "https://testserver/sign-in")
    assert line.startswith("__Host-mimamori=")
    assert "secure" in line.lower()
    assert "domain" not in line.lower()
    assert "path=/" in line.lower()


def test_a_password_a_key_and_a_guess_are_no_session(service: Service) -> None:
    for guess in (service.passwords["officer"], service.keys["officer"], "guess", ""):
        assert open_queue(service, guess) == 303


def test_after_sign_out_the_token_is_worth_nothing(service: Service) -> None:
    token = signed_in(service, "officer")
    service.client.post("/sign-out", headers={"cookie": f"mimamori={token}"}, follow_redirects=False)
    assert open_queue(service, token) == 303


def test_a_session_ends_with_its_time_with_a_new_password_and_with_its_account(service: Service) -> None:
    new_person(service, "leaving")
    first, second = (signed_in(service, "leaving") for _ in range(2))
    with service.backend.engine.begin() as connection:
        query = text("update serving.session set ends_at = now() where token_hash = :hash returning session_id")
        values = {"hash": hashlib.sha256(first.encode()).digest()}
        append_state(connection, "session", connection.execute(query, values).scalars().all())
    assert (open_queue(service, first), open_queue(service, second)) == (303, 200)
    with service.backend.engine.begin() as connection:
        account = account_named(connection, "LEAVING")
        assert account is not None
        old, service.passwords["leaving"] = (
            service.passwords["leaving"],
            reset_password(connection, account.account_id),
        )
    assert open_queue(service, second) == 303
    assert attempt(service, "leaving", old)[0] == 401
    third = signed_in(service, "leaving")
    with service.backend.engine.begin() as connection:
        key = add_key(connection, account.account_id, "script")
        disable(connection, account.account_id)
    assert open_queue(service, third) == 303
    assert service.client.get("/v1/queue", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert attempt(service, "leaving", service.passwords["leaving"])[0] == 401


def test_a_name_is_never_used_again_in_any_spelling(service: Service) -> None:
    new_person(service, "taken")
    with service.backend.engine.begin() as connection:
        for spelling in ("taken", "TAKEN", " ｔａｋｅｎ "):
            assert create_person(connection, spelling, Role.ADMIN, []) is None
    assert not any(name_is_usable(name) for name in ("", " ", "a\nb", "<b>", "x" * 65, "a\u202eb"))


def test_an_unknown_name_a_program_and_a_wrong_password_get_the_same_answer_in_the_same_time(service: Service) -> None:
    new_person(service, "known")
    with service.backend.engine.connect() as connection:
        program = connection.execute(text("select name from serving.account where role = 'feed' limit 1")).scalar_one()
    answers, seconds = [], []
    for name in ("known", "unknown", program):
        times = []
        for _ in range(4):
            begun = time.perf_counter()
            answers.append(attempt(service, name, "wrong"))
            times.append(time.perf_counter() - begun)
        seconds.append(statistics.median(times))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    # without the hash an answer takes a tenth of the time
    assert max(seconds) < 3 * min(seconds)


def test_no_more_than_four_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, Lock()

    class Slow:
        def hash(self, _: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.05)
            with lock:
                running -= 1
            return ""

    monkeypatch.setattr(serving.auth.passwords, "_HASHER", Slow())
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(password_hash, ["x"] * 12))
    assert most == HASHES_AT_ONCE


def test_who_waits_too_long_for_a_hash_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.auth.passwords, "WAIT_SECONDS", 0.01)
    stored = password_hash("right")
    assert password_matches(stored, "right")
    assert not password_matches(stored, "wrong")
    assert not password_matches(None, "right")
    assert not password_matches("not a hash", "right")
    for _ in range(HASHES_AT_ONCE):
        serving.auth.passwords._SLOTS.acquire()
    try:
        with pytest.raises(Refusal) as refused:
            password_matches(stored, "right")
        assert refused.value.status == 503
    finally:
        serving.auth.passwords._SLOTS.release(HASHES_AT_ONCE)


@pytest.mark.parametrize(
    ("role", "start"), [("officer", "/queue"), ("auditor", "/decisions"), ("scientist", "/models")]
)
def test_everybody_starts_on_a_page_of_their_own(service: Service, role: str, start: str) -> None:
    form = {"name": role, "password": service.passwords[role]}
    answer = service.client.post("/sign-in", data=form, follow_redirects=False)
    service.client.cookies.clear()
    assert (answer.status_code, answer.headers["location"]) == (303, start)


@pytest.mark.parametrize(
    ("role", "url"),
    [("officer", "/models"), ("officer", "/decisions"), ("scientist", "/queue"), ("scientist", "/decisions")],
)
def test_a_page_of_another_role_is_refused_and_nobodys_asks_to_sign_in(service: Service, role: str, url: str) -> None:
    assert service.client.get(url, follow_redirects=False).headers["location"] == "/sign-in"
    token = signed_in(service, role)
    answer = service.client.get(url, headers={"cookie": f"mimamori={token}", "accept": "text/html"})
    assert answer.status_code == 403
    assert "<h1>" in answer.text


def test_an_officer_of_two_posts_opens_the_queue_of_each_and_of_no_other(service: Service) -> None:
    new_person(service, "two posts")
    cookie = {"cookie": f"mimamori={signed_in(service, 'two posts')}"}
    assert "<small>Post XX-ONE</small>" in service.client.get("/queue?lang=en", headers=cookie).text
    assert "<small>Post XX-TWO</small>" in service.client.get("/queue?lang=en&post=XX-TWO", headers=cookie).text
    assert "<small>Post XX-ONE</small>" in service.client.get("/queue?lang=en&post=PH-MNL", headers=cookie).text
    with service.backend.engine.begin() as connection:
        account = account_named(connection, "two posts")
        assert account is not None
        headers = {"Authorization": f"Bearer {add_key(connection, account.account_id, 'script')}"}
    for post, status in (("XX-ONE", 200), ("XX-TWO", 200), ("PH-MNL", 403), ("NOWHERE", 403)):
        assert service.client.get(f"/v1/queue?post={post}", headers=headers).status_code == status
