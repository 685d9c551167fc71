"""An id of another post gets the answer of an id that nobody has. Covers: decisions.hand_entries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from features.tables.json_rows import row_as_json
from serving.decisions.hand_entries import is_hand_entry
from tests.serving.conftest import Service

ELSEWHERE = "XX-XXX"
NOBODY = "00000000-0000-4000-8000-00000000dead"


def record(service: Service, name: str, post: str | None = None) -> dict[str, Any]:
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    return {**row, "application_id": name, "post": post or row["post"]}


def landing(service: Service, name: str, port: str) -> dict[str, Any]:
    table = service.world["landings"]
    return {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "landing_id": name, "port": port}


@pytest.fixture(scope="module")
def foreign(service: Service) -> dict[str, Any]:
    """A case of the officer's post, which the other officer asks about, with an outcome."""
    answer = service.client.post(
        "/v1/visa-applications", json=record(service, "A-FOREIGN"), headers=service.headers("feed")
    )
    service.client.post("/v1/landings", json=landing(service, "L-FOREIGN", "ZZZ"), headers=service.headers("feed"))
    outcome = {**outcome_of("A-FOREIGN"), "outcome_id": "OUT-FOREIGN"}
    assert service.client.post("/v1/interviews", json=outcome, headers=service.headers("officer")).status_code == 201
    return answer.json()  # type: ignore[no-any-return]


def outcome_of(case: str) -> dict[str, Any]:
    return {
        "subject": "visa_application", "subject_id": case, "occurred_at": "2013-01-02T00:00:00Z",
        "known_at": "2013-01-02T00:00:00Z", "arm": "targeted", "inclusion_probability": 1.0, "finding": "no_indication",
    }  # fmt: skip


def answers(service: Service, method: str, url: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    answer = service.client.request(method, url, json=body, headers=service.headers("elsewhere"))
    # what was decided differs by its own id and sums; which answer it is must not
    return answer.status_code, "" if answer.status_code == 201 else answer.text


@pytest.mark.parametrize("suffix", ["", "/replay"])
def test_a_decision_id(service: Service, foreign: dict[str, Any], suffix: str) -> None:
    known, unknown = (
        answers(service, "GET", f"/v1/decisions/{name}{suffix}") for name in (foreign["decision_id"], NOBODY)
    )
    assert known == unknown
    assert known[0] == 404


@pytest.mark.parametrize(
    "path", ["", "/records/visa_applications/A-FOREIGN", "/interview/outcome", "/interview", "/close"]
)
def test_a_page(service: Service, foreign: dict[str, Any], path: str) -> None:
    service.sign_in("elsewhere")
    forms = {"/interview": {"version": "1"}, "/close": {"reason": "duplicate"}}
    method, form = ("POST", forms[path]) if path in forms else ("GET", None)
    known, unknown = (
        service.client.request(method, f"/cases/{name}{path}", data=form, headers={"accept": "text/html"})
        for name in (foreign["decision_id"], NOBODY)
    )
    service.client.cookies.clear()
    assert known.status_code == unknown.status_code == 404
    assert known.text.replace(foreign["decision_id"], NOBODY) == unknown.text


def test_an_application_id(service: Service, foreign: dict[str, Any]) -> None:
    known, unknown = (
        answers(service, "POST", "/v1/visa-applications", record(service, name, ELSEWHERE))
        for name in ("A-FOREIGN", "A-NOBODY")
    )
    assert known == unknown == (201, "")
    # and the feed's own record is still what it was
    own = service.client.get(f"/v1/decisions/{foreign['decision_id']}", headers=service.headers("officer")).json()
    assert own["subject_id"] == "A-FOREIGN"


def test_a_landing_id(service: Service, foreign: dict[str, Any]) -> None:
    known, unknown = (
        answers(service, "POST", "/v1/landings", landing(service, name, ELSEWHERE))
        for name in ("L-FOREIGN", "L-NOBODY")
    )
    assert known == unknown == (201, "")


def test_a_landing_before_an_application_that_it_names(service: Service, foreign: dict[str, Any]) -> None:
    early = {"landed_at": "2012-03-01T00:00:00Z", "passport_issued_on": "2011-01-01"}
    known, unknown = (
        answers(
            service, "POST", "/v1/landings",
            {**landing(service, f"L-OF-{name}", ELSEWHERE), "application_id": name, **early},
        )
        for name in ("A-FOREIGN", "A-NOBODY")
    )  # fmt: skip
    assert known == unknown == (201, "")


def test_an_outcome_before_the_case_that_it_names(service: Service, foreign: dict[str, Any]) -> None:
    early = {"occurred_at": "1999-01-01T00:00:00Z", "known_at": "1999-01-01T00:00:00Z"}
    known, unknown = (
        answers(service, "POST", "/v1/interviews", {**outcome_of(name), **early})
        for name in ("A-FOREIGN", "A-NOBODY-2")
    )
    assert known == unknown
    assert known[0] == 404


def test_an_interview_about_a_case(service: Service, foreign: dict[str, Any]) -> None:
    known, unknown = (
        answers(service, "POST", "/v1/interviews", outcome_of(name)) for name in ("A-FOREIGN", "A-NOBODY-2")
    )
    assert known == unknown
    assert known[0] == 404


def test_an_outcome_id(service: Service, foreign: dict[str, Any]) -> None:
    got = []
    for case, name in (("A-CASE-1", "OUT-FOREIGN"), ("A-CASE-2", "OUT-NOBODY")):
        decided = service.client.post(
            "/v1/visa-applications", json=record(service, case, ELSEWHERE), headers=service.headers("elsewhere")
        ).json()
        got.append(
            answers(service, "POST", "/v1/interviews", {**outcome_of(decided["subject_id"]), "outcome_id": name})
        )
    assert got[0] == got[1] == (201, "")


@pytest.mark.parametrize("post", [None, ELSEWHERE])
def test_a_correction(service: Service, foreign: dict[str, Any], post: str | None) -> None:
    known, unknown = (
        answers(
            service, "POST", "/v1/corrections", {"table": "visa_applications", "record": record(service, name, post)}
        )
        for name in ("A-FOREIGN", "A-NOBODY-3")
    )
    assert known == unknown
    assert known[0] == 404


def test_an_idempotency_key(service: Service, foreign: dict[str, Any]) -> None:
    service.client.post(
        "/v1/visa-applications",
        json=record(service, "A-WORD"),
        headers={**service.headers("feed"), "Idempotency-Key": "word-1"},
    )
    got = [
        service.client.post(
            "/v1/visa-applications", json=record(service, f"A-{word}", ELSEWHERE),
            headers={**service.headers("elsewhere"), "Idempotency-Key": word},
        ).status_code
        for word in ("word-1", "word-2")
    ]  # fmt: skip
    assert got == [201, 201]


def test_an_officers_own_entry_is_marked_and_repeats_like_any_other(service: Service) -> None:
    first, again = (
        service.client.post(
            "/v1/visa-applications", json=record(service, name, ELSEWHERE), headers=service.headers("elsewhere")
        )
        for name in ("A-HAND", f"A-HAND@{ELSEWHERE}")
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["subject_id"] == f"A-HAND@{ELSEWHERE}"
    assert is_hand_entry(first.json()["subject_id"], ELSEWHERE)
    assert not is_hand_entry("A-HAND", ELSEWHERE)
    assert re.fullmatch(r"[0-9a-f-]{36}", first.json()["decision_id"])
