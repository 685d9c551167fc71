"""Covers: auth.sessions, auth.api_keys, pages.sign_in, store.credentials."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from serving.auth.api_keys import create_key
from tests.serving.conftest import Service

FORM = {"content-type": "application/x-www-form-urlencoded"}


def sign_in(service: Service, key: str, **headers: str) -> str:
    """Returns the Set-Cookie line of the token."""
    answer = service.client.post("/sign-in", data={"key": key}, headers=headers, follow_redirects=False)
    service.client.cookies.clear()
    assert answer.status_code == 303
    return next(line for line in answer.headers.get_list("set-cookie") if "mimamori" in line)


def open_queue(service: Service, token: str) -> int:
    answer = service.client.get("/queue", headers={"cookie": f"mimamori={token}"}, follow_redirects=False)
    return answer.status_code


def test_the_cookie_is_a_random_token_stored_hashed_with_an_end(service: Service) -> None:
    line = sign_in(service, service.keys["officer"])
    token = line.split(";")[0].partition("=")[2]
    assert service.keys["officer"] not in line
    assert "httponly" in line.lower()
    assert "samesite=strict" in line.lower()
    with service.backend.engine.connect() as connection:
        rows = connection.execute(
            text("select token_hash, ends_at > now(), ends_at < now() + interval '9 hours' from serving.session")
        ).all()
    assert (hashlib.sha256(token.encode()).digest(), True, True) in [(bytes(row[0]), row[1], row[2]) for row in rows]
    assert open_queue(service, token) == 200


def test_over_https_the_cookie_is_bound_to_the_host(service: Service) -> None:
    answer = service.client.post(
        "https://testserver/sign-in", data={"key": service.keys["officer"]}, follow_redirects=False
    )
    service.client.cookies.clear()
    line = next(line for line in answer.headers.get_list("set-cookie") if "mimamori" in line)
    assert line.startswith("__Host-mimamori=")
    assert "secure" in line.lower()
    assert "domain" not in line.lower()
    assert "path=/" in line.lower()


def test_the_key_itself_and_a_guess_open_nothing(service: Service) -> None:
    assert open_queue(service, service.keys["officer"]) == 303
    assert open_queue(service, "guess") == 303
    assert open_queue(service, "") == 303


def test_after_sign_out_the_token_is_worth_nothing(service: Service) -> None:
    token = sign_in(service, service.keys["officer"]).split(";")[0].partition("=")[2]
    service.client.post("/sign-out", headers={"cookie": f"mimamori={token}"}, follow_redirects=False)
    assert open_queue(service, token) == 303


def test_a_sign_in_ends_with_its_time_and_with_its_key(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        key = create_key(connection, "officer", "XX-END")
    first, second = (sign_in(service, key).split(";")[0].partition("=")[2] for _ in range(2))
    with service.backend.engine.begin() as connection:
        connection.execute(
            text("update serving.session set ends_at = now() where token_hash = :hash"),
            {"hash": hashlib.sha256(first.encode()).digest()},
        )
    assert (open_queue(service, first), open_queue(service, second)) == (303, 200)
    with service.backend.engine.begin() as connection:
        connection.execute(
            text("update serving.api_key set revoked_at = now() where token_hash = :hash"),
            {"hash": hashlib.sha256(key.encode()).digest()},
        )
    assert open_queue(service, second) == 303


def test_a_programs_key_opens_no_pages(service: Service) -> None:
    assert service.client.post("/sign-in", data={"key": service.keys["feed"]}).status_code == 401


@pytest.mark.parametrize(
    ("role", "start"), [("officer", "/queue"), ("auditor", "/decisions"), ("scientist", "/models")]
)
def test_everybody_starts_on_a_page_of_their_own(service: Service, role: str, start: str) -> None:
    answer = service.client.post("/sign-in", data={"key": service.keys[role]}, follow_redirects=False)
    service.client.cookies.clear()
    assert (answer.status_code, answer.headers["location"]) == (303, start)


@pytest.mark.parametrize(
    ("role", "url"),
    [("officer", "/models"), ("officer", "/decisions"), ("scientist", "/queue"), ("scientist", "/decisions")],
)
def test_a_page_of_another_role_is_refused_and_nobodys_asks_to_sign_in(service: Service, role: str, url: str) -> None:
    assert service.client.get(url, follow_redirects=False).headers["location"] == "/sign-in"
    token = sign_in(service, service.keys[role]).split(";")[0].partition("=")[2]
    answer = service.client.get(url, headers={"cookie": f"mimamori={token}", "accept": "text/html"})
    assert answer.status_code == 403
    assert "<h1>" in answer.text
