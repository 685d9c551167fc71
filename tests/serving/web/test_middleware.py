"""Covers: web.middleware, web.error_handlers, web.request_bodies."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.testclient import TestClient

import serving.web.request_bodies
from serving.app import create_app
from tests.serving.conftest import Service

SHAPE = {"code", "message", "where", "expected"}


@pytest.mark.parametrize(
    "url",
    [
        "/v1/audit/decisions?subject_id=%00", "/v1/audit/decisions?post=a%00b", "/v1/queue?post=%00", "/cases/%00",
        "/v1/decisions/%00", "/queue?lang=%00", "/v1/decisions/%00/replay", "/v1/audit/decisions?limit=1%00",
    ],
)  # fmt: skip
def test_a_nul_in_an_address_is_refused(service: Service, url: str) -> None:
    answer = service.client.get(url, headers=service.headers("auditor"))
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == SHAPE


@pytest.mark.parametrize(
    "url",
    [
        "/v1/audit/decisions?subject_id=%ff", "/v1/audit/decisions?subject_id=%ed%a0%80", "/cases/%ff",
        "/v1/audit/decisions?subject_id=山田&post=%F0%9F%98%80", "/v1/audit/decisions?limit=99999999999999999999",
        "/v1/audit/decisions?limit=-1", "/v1/audit/decisions?limit=x", "/v1/decisions/%E5%B1%B1",
    ],
)  # fmt: skip
def test_odd_text_in_an_address_never_breaks_the_service(service: Service, url: str) -> None:
    assert service.client.get(url, headers=service.headers("auditor")).status_code < 500


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)  # fmt: skip
def test_a_write_from_another_site_is_refused_in_the_one_shape(service: Service, headers: dict[str, str]) -> None:
    form = {"name": "officer", "password": service.passwords["officer"]}
    answer = service.client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 403
    assert set(answer.json()["error"]) == SHAPE
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not answer.headers.get_list("set-cookie")


def test_a_write_of_the_own_pages_and_of_programs_is_let_through(service: Service) -> None:
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}, {}):
        assert (
            service.client.post("/sign-in", data={"name": "officer", "password": "wrong"}, headers=headers).status_code
            == 401
        )


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16", ""],
)
@pytest.mark.parametrize("url", ["/v1/visa-applications", "/v1/score", "/v1/corrections", "/v1/interviews"])
def test_a_body_of_another_type_is_refused(service: Service, url: str, kind: str) -> None:
    role = {"/v1/score": "auditor", "/v1/corrections": "auditor", "/v1/interviews": "officer"}.get(url, "feed")
    answer = service.client.post(url, content=b"{}", headers={**service.headers(role), "content-type": kind})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]["expected"]


def test_nobody_without_a_key_gets_as_far_as_sending_a_body(service: Service) -> None:
    assert service.client.post("/v1/records/persons", content=b" " * (65 << 20)).status_code == 401


def test_every_answer_carries_the_headers(service: Service) -> None:
    for url in ("/healthz", "/nowhere", "/static/style.css", "/sign-in", "/v1/queue"):
        headers = service.client.get(url).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"


def test_a_surprise_is_answered_and_logged_by_kind_and_place_without_its_words(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(service=service.backend)

    @app.get("/surprise")
    def surprise() -> None:
        raise ValueError("Planted-Name")

    with TestClient(app, raise_server_exceptions=True) as client, caplog.at_level(logging.DEBUG):
        answer = client.get("/surprise")
    assert answer.status_code == 500
    assert set(answer.json()["error"]) == SHAPE
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Planted" not in answer.text + caplog.text
    assert "ValueError at tests/serving/web/test_middleware.py" in caplog.text


@pytest.fixture
def port(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(serving.web.request_bodies, "READ_SECONDS", 0.5)
    server = uvicorn.Server(uvicorn.Config(create_app(service=service.backend), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def test_a_body_that_never_ends_is_cut_off_and_blocks_nobody(service: Service, port: int) -> None:
    key = service.keys["feed"]
    head = f"POST /v1/visa-applications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 100\r\n\r\n{{"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(50)]
    for item in slow:
        item.sendall(head.encode())
    with socket.create_connection(("127.0.0.1", port), timeout=20) as quick:
        quick.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert quick.recv(100).startswith(b"HTTP/1.1 200")
    for item in slow:
        assert item.recv(100).startswith(b"HTTP/1.1 408")
        item.close()
