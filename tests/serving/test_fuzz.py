"""Covers: web.openapi, api.operation, pages.all_decisions.

Requests made up from the API's own description, good and bad: none may end in a 5xx or in another shape of error.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from features.tables.json_rows import row_as_json
from serving.app import PAGES as PAGE_MODULES
from tests.serving.conftest import Service

CASES = int(os.environ.get("MIMAMORI_FUZZ_CASES", "12"))
"""For each verb and kind of case; a longer run says more."""
ROLES = ("officer", "auditor", "feed", "scientist")
OPERATIONS = (
    "POST /v1/visa-applications", "POST /v1/landings", "POST /v1/landings/batch", "POST /v1/records/{table}", "POST /v1/interviews", "POST /v1/corrections",
    "POST /v1/score", "POST /v1/decisions/{decision_id}/own-view", "GET /v1/decisions/{decision_id}", "GET /v1/decisions/{decision_id}/replay", "GET /v1/decisions/{decision_id}/proof", "GET /v1/audit/log",
    "GET /v1/audit/checkpoint", "GET /v1/queue",
    "GET /v1/decisions/{decision_id}/records/{table}/{record_id}", "POST /v1/access-requests", "GET /v1/access-requests",
    "POST /v1/access-requests/{request_id}/answer",
    "GET /v1/audit/alarms", "GET /v1/audit/fairness", "POST /v1/audit/alarms/{account_id}/{day}/answer", "GET /v1/audit/decisions", "POST /v1/audit/decisions", "GET /v1/models", "GET /healthz", "GET /readyz", "GET /metrics",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", errors="surrogatepass")


@pytest.fixture(scope="module")
def description(service: Service) -> dict[str, Any]:
    return service.client.get("/openapi.json").json()  # type: ignore[no-any-return]


def checked(answer: Any) -> None:
    # no model in use is the one thing that readiness answers 503 for
    assert answer.status_code < 500, answer.text[:500]
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "where", "expected"}


def test_every_verb_of_the_description_is_tried(description: dict[str, Any]) -> None:
    there = {f"{method.upper()} {path}" for path, verbs in description["paths"].items() for method in verbs}
    assert there == set(OPERATIONS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_generated_request_breaks_a_verb(
    service: Service, description: dict[str, Any], operation: str, mode: GenerationMode
) -> None:
    method, _, path = operation.partition(" ")
    schema = schemathesis.openapi.from_dict(description)
    answers: list[Any] = []
    created = schema[path][method].as_strategy(generation_mode=mode)

    @settings(max_examples=CASES, deadline=None, database=None, derandomize=CASES < 100, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=created, role=st.sampled_from(ROLES))
    def attempt(case: Any, role: str) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        headers = {name: value for name, value in (sent.pop("headers", None) or {}).items() if value.isascii()}
        words = {name: sent[name] for name in ("method", "url", "params", "json", "content", "data") if name in sent}
        if isinstance(words.get("data"), bytes | str):
            words["content"] = words.pop("data")
        try:
            request = service.client.build_request(**words, headers={**headers, **service.headers(role)})
        except Exception:  # what no client can send, no server meets
            return
        answers.append(service.client.send(request))
        checked(answers[-1])

    try:
        attempt()
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__ and "does not contain" not in str(error):
            raise
        # a verb without parameters or body has no bad request of its own
        assert method == "GET"
    assert method == "GET" or len(answers) >= CASES / 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "path",
    [
        *(item.partition(" ")[2] for item in OPERATIONS),
        "/",
        "/queue",
        "/cases/x",
        "/sign-in",
        "/sign-out",
        "/static/style.css",
        "/nowhere",
    ],
)
def test_no_method_on_any_path_breaks_the_service(service: Service, method: str, path: str) -> None:
    if path == "/sign-out":
        service.client.cookies.clear()
    answer = service.client.request(method, path, headers=service.headers("officer"), follow_redirects=False)
    assert answer.status_code < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "url", ["/v1/visa-applications", "/v1/corrections", "/v1/score", "/v1/records/persons", "/v1/records/tip_database"]
)
def test_no_body_whatever_breaks_a_verb(service: Service, url: str) -> None:
    role = "auditor" if url in {"/v1/corrections", "/v1/score"} else "feed"

    @settings(max_examples=CASES * 4, deadline=None, database=None, derandomize=CASES < 100, phases=[Phase.generate])
    @given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
    def attempt(content: bytes) -> None:
        checked(service.client.post(url, content=content, headers=service.headers(role)))

    attempt()


WORDS = (
    st.text(max_size=40)
    | st.integers().map(str)
    | st.sampled_from(["", "1e999", "-1", "%00", "../..", "2010-01-01", "ja"])
)
PAGES = (
    ("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out"), ("GET", "/queue"), ("GET", "/models"),
    ("GET", "/vignettes"), ("GET", "/account"), ("POST", "/account/sessions/end"), ("POST", "/account/sign-out-everywhere"),
    ("POST", "/account/keys/revoke"), ("POST", "/account/keys/rotate"), ("POST", "/account/password"), ("POST", "/account/language"), ("GET", "/interview-notice"), ("GET", "/sign-in/provider"), ("GET", "/sign-in/return"),
    ("GET", "/decisions"), ("POST", "/decisions"), ("GET", "/decisions/{}"), ("GET", "/decisions/{}/proof"), ("GET", "/cases/{}"), ("GET", "/cases/{}/sheet"), ("GET", "/cases/{}/records/{}/{}"), ("POST", "/cases/{}/interview"),
    ("GET", "/cases/{}/interview/{}"), ("POST", "/cases/{}/interview/{}"), ("GET", "/interviews/{}"), ("POST", "/interviews/{}/withdraw"),
    ("GET", "/interview-card"), ("POST", "/cases/{}/own-view"), ("GET", "/overrides"), ("GET", "/practice"), ("GET", "/practice/{}"), ("POST", "/practice/{}"),
    ("POST", "/cases/{}/close"), ("GET", "/queue/put-off"), ("POST", "/queue/take"), ("GET", "/queue/search"), ("POST", "/queue/search"), ("GET", "/queue/hours"), ("POST", "/queue/hours"), ("POST", "/queue/release"), ("POST", "/queue/hand-over"), ("POST", "/cases/{}/acts"), ("GET", "/requests"), ("POST", "/requests"), ("POST", "/requests/{}/answer"),
    ("GET", "/cases/{}/history"), ("GET", "/cases/{}/correct"), ("POST", "/cases/{}/correct"), ("POST", "/cases/{}/separate"),
    ("POST", "/cases/{}/correction-requests"), ("POST", "/cases/{}/correction-requests/{}/answer"), ("GET", "/cases/{}/correction-requests/{}/letter"), ("GET", "/changes"),
    ("GET", "/scoring"), ("POST", "/scoring"), ("GET", "/arrivals"), ("GET", "/follow-up"), ("POST", "/requests/entries/{}/{}"), ("GET", "/fairness"), ("GET", "/harm"), ("GET", "/statistics"), ("GET", "/statistics/csv"), ("GET", "/review"), ("GET", "/examples"), ("POST", "/examples"), ("POST", "/examples/{}/release"),
)  # fmt: skip
"""Every route of the pages; a path takes made-up words, an address those that the pages know and others."""
NAMES = (
    "lang",
    "post",
    "capacity",
    "key",
    "name",
    "password",
    "session",
    "subject_id",
    "route",
    "before",
    "kind",
    "version",
    "language",
    "view",
    "alone",
    "outcome",
    "topic_pay_note",
    "reason",
    "go",
    "decision",
    "table",
    "record",
    "purpose",
    "urgent",
    "answer",
    "present",
    "new",
    "again",
    "typology",
    "occurred_at",
    "passport",
    "officer",
    "since",
    "until",
    "model",
    "finding",
    "facts",
    "from",
    "to",
    "case",
    "en",
)


def test_every_page_is_tried() -> None:
    routes = [route for route in pages_of() if "GET" in route.methods or "POST" in route.methods]
    there = {
        (method, re.sub(r"\{[^}]*\}", "{}", route.path))
        for route in routes
        for method in route.methods & {"GET", "POST"}
    }
    assert there == set(PAGES)


def pages_of() -> list[Any]:
    return [route for module in PAGE_MODULES for route in module.router.routes]


@pytest.mark.parametrize(("method", "path"), PAGES, ids=str)
def test_no_generated_request_breaks_a_page(service: Service, method: str, path: str) -> None:
    body = row_as_json(service.world["visa_applications"].to_pylist()[-1]) | {
        "application_id": f"FUZZ{method}{len(path)}"
    }
    decided = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed")).json()
    tokens: dict[str, str] = {}
    ids = st.just(decided["decision_id"]) | st.just("visa_applications") | st.just(decided["subject_id"]) | WORDS

    @settings(max_examples=CASES, deadline=None, database=None, derandomize=CASES < 100, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(
        role=st.sampled_from(("officer", "auditor", "scientist")),
        words=st.lists(ids, min_size=3, max_size=3),
        query=st.dictionaries(st.sampled_from(NAMES) | WORDS, ids, max_size=4),
        form=st.dictionaries(st.sampled_from(NAMES) | WORDS, ids, max_size=6) | st.binary(max_size=100),
    )
    def attempt(role: str, words: list[str], query: dict[str, str], form: dict[str, str] | bytes) -> None:
        service.client.cookies.clear()
        if role not in tokens or "out" in path:
            tokens[role] = service.sign_in(role)
        service.client.cookies.set("mimamori", tokens[role])
        encoded = [quote(word, safe="", errors="replace") for word in words]
        content = form if isinstance(form, bytes) else urlencode(form, errors="replace").encode()
        url = path.format(*encoded) + "?" + urlencode(query, errors="replace")
        answer = service.client.request(
            method, url, content=content if method == "POST" else None, follow_redirects=False,
            headers={"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {},
        )  # fmt: skip
        assert answer.status_code < 500, answer.text[:300]

    try:
        attempt()
    finally:
        service.client.cookies.clear()
