"""Covers: decisions.service, decisions.scoring, decisions.corrections, decisions.interview_queue, api.records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from features.tables.json_rows import row_as_json
from tests.serving.conftest import LABELS, Service


def application(service: Service, from_end: int) -> dict[str, Any]:
    table = service.world["visa_applications"]
    return row_as_json(table.slice(table.num_rows - from_end, 1).to_pylist()[0])


def post(service: Service, record: dict[str, Any], role: str = "feed", **headers: str) -> Any:
    return service.client.post("/v1/visa-applications", json=record, headers={**service.headers(role), **headers})


def test_a_posted_application_is_scored_explained_and_adds_up(service: Service) -> None:
    answer = post(service, application(service, 1))
    assert answer.status_code == 201, answer.text
    decision = answer.json()
    total = decision["base_value"] + sum(item["contribution"] for item in decision["contributions"])
    assert abs(total - decision["raw_score"]) < 1e-9
    assert "no ground for refusing" in decision["notice"]["en"]


def test_a_reason_is_a_finding_with_its_sentence_parts_question_and_records(service: Service) -> None:
    decisions = [
        post(service, {**application(service, n), "application_id": f"A-FINDING-{n}"}).json() for n in range(5, 15)
    ]
    assert any(decision["reasons"] for decision in decisions)
    for decision in decisions:
        by_findings = decision["peer_base_value"] + sum(item["contribution"] for item in decision["findings"])
        assert abs(by_findings + decision["remainder"] - decision["raw_score"]) < 1e-9
        for item in decision["reasons"]:
            assert all(item[part][code] for part in ("name", "question") for code in ("ja", "en"))
            assert item["ja"]
            assert item["en"]
            assert item["direction"] in {"raises", "for_the_person"}
            assert abs(sum(part["difference"] for part in item["features"]) - item["contribution"]) < 1e-9
            assert ("visa_applications", decision["subject_id"]) not in {
                (e["table"], e["id"]) for e in item["evidence"]
            }


def test_a_decision_replays_bit_for_bit_and_only_its_own_post_sees_it(service: Service) -> None:
    decision = post(service, application(service, 1)).json()
    url = f"/v1/decisions/{decision['decision_id']}"
    got = service.client.get(url, headers=service.headers("officer")).json()
    assert {name: got[name] for name in decision} == decision
    assert service.client.get(url, headers=service.headers("elsewhere")).status_code == 404
    replay = service.client.get(f"{url}/replay", headers=service.headers("auditor")).json()
    assert replay["identical"] is True
    assert all(replay[part] for part in ("features", "contributions", "shown"))


def test_a_retried_request_gets_the_first_answer_and_another_body_a_conflict(service: Service) -> None:
    record = application(service, 2)
    first = post(service, record, **{"Idempotency-Key": "one"})
    again = post(service, record, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert post(service, application(service, 3), **{"Idempotency-Key": "one"}).status_code == 409


def test_the_same_record_again_gets_its_decision_and_a_changed_one_a_conflict(service: Service) -> None:
    record = application(service, 4)
    first = post(service, record)
    assert post(service, record).json() == first.json()
    assert post(service, {**record, "intended_stay_days": 7}).status_code == 409


def test_a_correction_supersedes_rescores_and_says_what_changed_and_the_old_decision_still_replays(
    service: Service,
) -> None:
    record = application(service, 1)
    decision = post(service, record).json()
    changed = {**record, "intended_stay_days": 9}
    answer = service.client.post(
        "/v1/corrections", json={"table": "visa_applications", "record": changed}, headers=service.headers("auditor")
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["changed"] == ["intended_stay_days"]
    again = answer.json()["decision"]["decision_id"]
    for item in (decision["decision_id"], again):
        assert (
            service.client.get(f"/v1/decisions/{item}/replay", headers=service.headers("auditor")).json()["identical"]
            is True
        )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"{", 400), (b'{"a": NaN}', 400), (b'{"a": 1e999}', 400), (b'{"a": 1, "a": 2}', 400),
        (b'"\xff"', 400), (b'{"a": "\\ud800"}', 400), (b'{"a": "\\u0000"}', 400), (b"{}", 422),
        (b'{"visa_refused": true}', 422), (b"[" * 5000, 400), (b'{"monthly_income_jpy": 1' + b"0" * 400 + b"}", 422),
        (b" " * (1 << 21), 413),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_error_and_stores_nothing(service: Service, body: bytes, status: int) -> None:
    with service.backend.engine.connect() as connection:
        head = service.backend.store.head(connection)
        answer = service.client.post("/v1/visa-applications", content=body, headers=service.headers("feed"))
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "where", "expected"}
        assert service.backend.store.head(connection) == head


def test_an_error_never_echoes_what_was_sent(service: Service) -> None:
    record = {
        **application(service, 5),
        "family_name": "Planted-Name",
        "sex": "Planted-Sex",
        "birth_date": "Planted-Date",
    }
    answer = post(service, record)
    assert answer.status_code == 422
    assert "Planted" not in answer.text


def test_roles_are_kept_apart(service: Service) -> None:
    assert service.client.get("/v1/queue").status_code == 401
    assert service.client.get("/v1/queue", headers=service.headers("feed")).status_code == 403
    assert post(service, application(service, 6), role="auditor").status_code == 403
    assert post(service, application(service, 6), role="elsewhere").status_code == 403


def test_a_tampered_model_is_refused_and_the_old_one_keeps_serving(service: Service) -> None:
    folder = service.backend.models.settings.home / "champions" / "visa"
    model = folder / "model.txt"
    content = model.read_bytes()
    try:
        model.write_bytes(content.replace(b"leaf_value=", b"leaf_value=9", 1))
        answer = post(service, application(service, 7))
        assert answer.status_code == 201
        assert answer.json()["score"] is not None
        ready = service.client.get("/readyz").json()
        assert "its bytes were changed" in ready["refused"]["visa"]
    finally:
        model.write_bytes(content)


def test_the_queue_and_a_case_are_shown_in_both_languages_without_script(service: Service) -> None:
    posts = service.world["visa_applications"].column("post").to_pylist()
    decision = post(service, application(service, 9) | {"post": posts[-1]}).json()
    assert service.client.post("/sign-in", data={"name": "officer", "password": "wrong"}).status_code == 401
    service.sign_in("officer")
    for language in ("ja", "en"):
        queue = service.client.get(f"/queue?lang={language}")
        assert LABELS["queue"][language] in queue.text
        assert f'<html lang="{language}" dir="ltr">' in queue.text
        assert "script-src 'self'" in queue.headers["content-security-policy"]
        case = service.client.get(f"/cases/{decision['decision_id']}?lang={language}")
        assert "<svg" in case.text
        assert LABELS["synthetic"][language] in case.text
    service.client.cookies.clear()


def test_a_record_of_another_table_is_stored_whole_or_not_at_all(service: Service) -> None:
    row = {
        "establishment_id": "EST-X",
        "name": "Example",
        "industry": "care",
        "opened_on": "2009-01-01",
        "known_at": "2009-02-01T00:00:00Z",
    }
    lines = json.dumps(row) + "\n" + json.dumps({**row, "establishment_id": "EST-Y", "industry": "wrong"})
    url = "/v1/records/establishments"
    assert service.client.post(url, content=lines, headers=service.headers("feed")).status_code == 422
    assert service.client.post(url, content=json.dumps(row), headers=service.headers("feed")).status_code == 201
    assert service.client.post(url, content=json.dumps(row), headers=service.headers("feed")).status_code == 409
