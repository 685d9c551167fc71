"""Covers: auth.commands, auth.api_keys."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

import serving.auth.commands
from serving.auth.commands import account, key
from tests.serving.conftest import Service


@pytest.fixture(autouse=True)
def opened(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(serving.auth.commands, "open_service", lambda _: service.backend)
    return service


def run(command: object, *words: str) -> Result:
    return CliRunner().invoke(command, list(words))  # type: ignore[arg-type]


def status(service: Service, token: str, url: str = "/v1/queue") -> int:
    return service.client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_created_key_opens_the_routes_of_its_role(service: Service) -> None:
    token = run(key, "create", "--role", "officer", "--post", "PH-MNL").output.strip()
    assert status(service, token) == 200
    assert status(service, token, "/v1/audit/decisions") == 403


@pytest.mark.parametrize(
    ("words", "hint"), [(["--role", "officer"], "needs --post"), (["--role", "feed", "--post", "x"], "PH-MNL")]
)
def test_a_key_that_cannot_be_is_not_created(words: list[str], hint: str) -> None:
    result = run(key, "create", *words)
    assert (result.exit_code, hint in result.output) == (2, True)


def test_a_person_is_created_listed_given_a_new_password_and_disabled(service: Service) -> None:
    password = run(account, "create", "desk 4", "--role", "officer", "--post", "PH-MNL", "--post", "NRT").output.strip()
    assert len(password) == 29
    assert "(person, officer, PH-MNL,NRT, in use)" in run(account, "list").output
    changed = run(account, "password", "desk 4").output.strip()
    assert len(changed) == 29
    assert changed != password
    assert run(account, "create", "DESK 4", "--role", "admin").exit_code == 1
    assert run(account, "disable", "desk 4").exit_code == 0
    assert "desk 4 (person, officer, PH-MNL,NRT, disabled" in run(account, "list").output
    assert run(account, "password", "desk 4").exit_code == 1
    assert password not in run(account, "list").output


@pytest.mark.parametrize(
    "words", [["x", "--role", "feed"], ["x", "--role", "officer"], ["<x>", "--role", "admin"], ["x", "--role", "officer", "--post", "1"]]
)  # fmt: skip
def test_an_account_that_cannot_be_is_not_created(words: list[str]) -> None:
    assert run(account, "create", *words).exit_code == 2


def test_a_persons_key_is_listed_rotated_and_revoked(service: Service) -> None:
    run(account, "create", "night desk", "--role", "officer", "--post", "PH-MNL")
    words = ("create", "--role", "officer", "--account", "night desk", "--name", "report", "--days", "30")
    token = run(key, *words).output.strip()
    line = next(line for line in run(key, "list").output.splitlines() if "report of night desk" in line)
    assert "(officer, PH-MNL), until" in line
    assert token not in run(key, "list").output
    number = line.partition(":")[0]
    successor = run(key, "rotate", number).output.strip()
    assert (status(service, token), status(service, successor)) == (401, 200)
    assert run(key, "rotate", number).exit_code == 1
    assert run(key, "revoke", str(int(number) + 1)).exit_code == 0
    assert status(service, successor) == 401
    assert run(key, "revoke", str(int(number) + 1)).exit_code == 1


def test_a_key_opens_no_more_than_its_account(service: Service) -> None:
    run(account, "create", "small desk", "--role", "officer", "--post", "PH-MNL")
    for words in (["--role", "auditor"], ["--role", "officer", "--post", "TH-BKK"]):
        assert run(key, "create", *words, "--account", "small desk").exit_code == 1
    assert run(key, "create", "--role", "officer", "--account", "nobody").exit_code == 1
