"""Sign-in at an OpenID provider that runs as a process of its own, and every token that must not open anything.

Covers: pages.oidc_sign_in, store.oidc.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from starlette.testclient import TestClient

import serving.auth.commands
from features.languages import texts
from features.settings import OidcSettings, SettingRejected, Settings
from serving.app import create_app
from serving.auth.commands import account
from serving.auth.oidc import SignInRejected, begin, finish
from serving.registry.loaded_models import LoadedModels
from tests.serving.conftest import Service

CLIENT, BACK = "mimamori", "http://testserver/sign-in/return"
WORDS = texts("pages.sign_in")


@pytest.fixture(autouse=True)
def without_attempts(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with process("-m", "tests.serving.auth.provider") as running:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{int(running.stdout.readline())}"


def with_provider(service: Service, issuer: str) -> TestClient:
    settings = replace(service.backend.models.settings, oidc=OidcSettings(issuer, CLIENT, BACK, "a secret"))
    return TestClient(
        create_app(service=replace(service.backend, models=LoadedModels(settings))), follow_redirects=False
    )


@pytest.fixture(scope="module")
def client(service: Service, issuer: str) -> TestClient:
    link(service, issuer, "auditor", "subject of the auditor")
    return with_provider(service, issuer)


def link(service: Service, issuer: str, name: str, subject: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serving.auth.commands, "open_service", lambda _: service.backend)
        patch.setenv("MIMAMORI_OIDC_ISSUER", issuer)
        patch.setenv("MIMAMORI_OIDC_CLIENT", CLIENT)
        patch.setenv("MIMAMORI_OIDC_RETURN", BACK.replace("http", "https"))
        result = CliRunner().invoke(account, ["link", name, subject])
    assert (result.exit_code, result.output) == (0, "1 subject linked\n")


def way_back(client: TestClient, fault: str = "", subject: str = "subject of the auditor", **changed: str) -> str:
    """Go to the provider as a browser does and return the address that it sends the browser back to."""
    client.cookies.clear()
    there = client.get("/sign-in/provider")
    assert there.status_code == 303
    address, _, query = there.headers["location"].partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    given |= {"fault": fault, "sub": subject, **changed}
    answer = httpx.get(f"{address}?{urlencode({name: value for name, value in given.items() if value})}")
    if answer.status_code != 302:
        return ""
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def is_signed_in(client: TestClient) -> bool:
    return client.get("/decisions").status_code == 200


def test_a_person_signs_in_and_reads(client: TestClient) -> None:
    answer = client.get(way_back(client) + "&lang=en")
    assert answer.status_code == 200
    assert 'content="0; url=/decisions"' in answer.text
    line = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("mimamori="))
    assert "samesite=strict" in line.lower()
    assert is_signed_in(client)


FAULTS = (
    "wrong nonce", "no nonce", "expired", "no end", "unsigned", "shared secret", "other key", "altered", "other audience",
    "other issuer", "several audiences", "other party", "no subject", "issued in the future",
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_token_opens_nothing(client: TestClient, fault: str) -> None:
    answer = client.get(way_back(client, fault) + "&lang=en")
    assert answer.status_code == 401
    assert WORDS["provider_failed"]["en"] in answer.text
    assert not is_signed_in(client)


def test_an_answer_works_once(client: TestClient) -> None:
    back = way_back(client)
    first, second = client.get(back), client.get(back)
    assert (first.status_code, second.status_code) == (200, 401)
    # the provider's own memory is not needed for that: the begun sign-in is gone
    state = parse_qs(urlsplit(back).query)["state"][0]
    client.cookies.clear()
    client.cookies.set("mimamori-provider", state)
    assert client.get(back).status_code == 401
    assert not is_signed_in(client)


def test_an_answer_works_in_the_browser_that_began_and_in_no_other(client: TestClient) -> None:
    back = way_back(client)
    client.cookies.clear()
    assert client.get(back).status_code == 401
    client.cookies.set("mimamori-provider", "guess")
    assert client.get(back).status_code == 401
    way_back(client)
    assert client.get(back).status_code == 401
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?code=x", "?state=%00&code=x", "?error=access_denied", "?state=&code="]
)
def test_an_answer_without_its_parts_opens_nothing(client: TestClient, query: str) -> None:
    client.cookies.clear()
    assert client.get(f"/sign-in/return{query}").status_code in {400, 401}


def test_a_sign_in_that_began_too_long_ago_opens_nothing(service: Service, client: TestClient) -> None:
    back = way_back(client)
    with service.backend.engine.begin() as connection:
        connection.execute(text("update serving.oidc_start set started_at = started_at - interval '11 minutes'"))
    assert client.get(back).status_code == 401


def test_without_pkce_the_provider_gives_no_code_and_with_another_verifier_no_token(
    client: TestClient, issuer: str
) -> None:
    assert way_back(client, code_challenge="") == ""
    assert way_back(client, code_challenge_method="plain") == ""
    settings = OidcSettings(issuer, CLIENT, BACK, None)
    start = begin(settings)
    sent = parse_qs(urlsplit(start.address).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert start.verifier not in start.address
    for verifier, opens in ((start.verifier, True), ("", False), ("x" * 64, False)):
        answer = httpx.get(f"{start.address}&sub=me")
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        if opens:
            assert finish(settings, code, start.nonce, verifier) == "me"
        else:
            with pytest.raises(SignInRejected):
                finish(settings, code, start.nonce, verifier)


def test_a_subject_without_an_account_or_with_a_disabled_account_is_nobody(
    service: Service, client: TestClient, issuer: str
) -> None:
    answer = client.get(way_back(client, subject="stranger") + "&lang=en")
    assert (answer.status_code, WORDS["no_account"]["en"] in answer.text) == (403, True)
    from serving.auth.people import account_named, create_person, disable  # noqa: PLC0415
    from serving.auth.permissions import Role  # noqa: PLC0415

    with service.backend.engine.begin() as connection:
        create_person(connection, "leaver", Role.AUDITOR, [])
    link(service, issuer, "leaver", "subject of a leaver")
    assert client.get(way_back(client, subject="subject of a leaver")).status_code == 200
    with service.backend.engine.begin() as connection:
        row = account_named(connection, "leaver")
        assert row is not None
        disable(connection, row.account_id)
    assert not is_signed_in(client)
    assert client.get(way_back(client, subject="subject of a leaver")).status_code == 403


def test_the_button_is_there_only_with_a_provider(service: Service, client: TestClient) -> None:
    client.cookies.clear()
    assert WORDS["provider"]["en"] in client.get("/sign-in?lang=en").text
    assert WORDS["provider"]["en"] not in service.client.get("/sign-in?lang=en").text
    for path in ("/sign-in/provider", "/sign-in/return"):
        assert service.client.get(path, follow_redirects=False).status_code == 404


def test_a_provider_that_does_not_answer_is_said(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        client = with_provider(service, f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert client.get("/sign-in/provider").status_code == 503
    assert "OpenID: the provider does not answer" in caplog.text


def test_a_provider_of_another_name_is_not_used(issuer: str) -> None:
    other = OidcSettings(issuer.replace("127.0.0.1", "localhost"), CLIENT, BACK)
    with pytest.raises(SignInRejected, match="another issuer"):
        begin(other)


def test_a_provider_that_points_elsewhere_is_not_followed(issuer: str) -> None:
    with pytest.raises(SignInRejected, match="does not answer"):
        begin(OidcSettings(f"{issuer}/moved", CLIENT, BACK))


def test_a_round_trip_with_another_projects_provider(service: Service) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    with process("-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"):
        for _ in range(150):
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        link(service, issuer, "scientist", "someone@example.org")
        client = with_provider(service, issuer)
        there = client.get("/sign-in/provider").headers["location"]
        answer = httpx.post(there, data={"sub": "someone@example.org"})
        back = urlsplit(answer.headers["location"])
        assert client.get(f"{back.path}?{back.query}").status_code == 200
        assert client.get("/models").status_code == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [({"ISSUER": "https://id.example"}, "together"),
     ({"ISSUER": "http://id.example", "CLIENT": "x", "RETURN": "https://a.example/sign-in/return"}, "ISSUER must begin"),
     ({"ISSUER": "https://id.example", "CLIENT": "x", "RETURN": "ftp://a.example"}, "RETURN must begin"),
     ({"ISSUER": "https://id.example", "CLIENT": "x", "RETURN": "https://a.example", "SECRET": "/no/such"}, "SECRET must be")],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"MIMAMORI_OIDC_{name}", value)
    with pytest.raises(SettingRejected, match=said):
        Settings.from_environment()


def test_the_clients_secret_is_read_from_a_file_and_never_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secret") / "oidc"
    secret.write_text("planted secret\n", encoding="utf-8")
    for name, value in (("ISSUER", "https://id.example/"), ("CLIENT", "x"), ("RETURN", BACK.replace("http", "https")), ("SECRET", str(secret))):  # fmt: skip
        monkeypatch.setenv(f"MIMAMORI_OIDC_{name}", value)
    settings = Settings.from_environment().oidc
    assert settings is not None
    assert (settings.issuer, settings.client_secret) == ("https://id.example", "planted secret")
    assert "planted" not in repr(settings)
