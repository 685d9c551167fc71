"""Posts share findings, not files: another post's record behind a case is a card. Covers: pages.record_card."""

from __future__ import annotations

import json
from typing import Any

import pytest

import serving.decisions.evidence
from features.tables.json_rows import row_as_json
from tests.serving.conftest import LABELS, Service

ELSEWHERE = "XX-XXX"
PLANTED = {
    "family_name": "Plantedfamily", "given_names": "Plantedgiven", "passport_number": "PL1234567",
    "home_address": "Planted Street 77-7", "guarantor_name": "Planted Guarantor", "guarantor_phone": "090-7777-1234",
}  # fmt: skip
SECRETS = ("Planted", "PL1234567", "7777")


def application(service: Service, name: str, post: str | None = None, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    return {**row, "application_id": name, "post": post or row["post"], **changed}


def landing(service: Service, name: str, port: str, **changed: Any) -> dict[str, Any]:
    table = service.world["landings"]
    return {
        **row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]),
        "landing_id": name,
        "port": port,
        **changed,
    }


def send(service: Service, role: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post(f"/v1/{path}", content=json.dumps(body), headers=service.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def cases(service: Service) -> dict[str, dict[str, Any]]:
    """A case of the officer's post with its records, then cases elsewhere: of a feed and entered by hand."""
    send(service, "feed", "visa-applications", application(service, "A-FILE", **PLANTED))
    traveller = {name: PLANTED[name] for name in ("family_name", "given_names", "passport_number")}
    later = {"landed_at": "2013-06-01T00:00:00Z", "application_id": "A-FILE"}
    send(service, "feed", "landings", landing(service, "L-FILE", "ZZZ", **traveller, **later))
    outcome = {"outcome_id": "O-FILE", "subject": "visa_application", "subject_id": "A-FILE", "arm": "referral",
               "finding": "victim_identified", "occurred_at": "2013-01-03T00:00:00Z", "known_at": "2013-01-03T00:00:00Z"}  # fmt: skip
    send(service, "feed", "records/outcomes", outcome)
    entry = {"entry_id": "TIP-FILE", "listed_at": "2012-01-01T00:00:00Z", "role": "perpetrator", "family_name": "Plantedlisted",
             "given_names": "Name", "birth_date": "1960-01-01"}  # fmt: skip
    send(service, "feed", "records/tip_database", entry)
    shared = {
        "guarantor_phone": PLANTED["guarantor_phone"],
        "submitted_at": "2013-07-01T00:00:00Z",
        "intended_arrival_on": "2013-09-01",
    }
    return {
        "feed": send(service, "feed", "visa-applications", application(service, "A-LINKED", ELSEWHERE, **shared)),
        "hand": send(
            service, "elsewhere", "visa-applications", application(service, "A-INVENTED", ELSEWHERE, **shared)
        ),
        "own": send(service, "feed", "visa-applications", application(service, "A-NEXT", **shared)),
    }


def opened(
    service: Service, monkeypatch: pytest.MonkeyPatch, role: str, case: dict[str, Any], table: str, record_id: str
) -> str:
    """Open a record as if it stood behind a reason of the case: which records do is up to the model."""
    monkeypatch.setattr(serving.decisions.evidence, "records_named", lambda _: {(table, record_id)})
    service.sign_in(role)
    answer = service.client.get(f"/cases/{case['decision_id']}/records/{table}/{record_id}?lang=en")
    service.client.cookies.clear()
    assert answer.status_code == 200
    return answer.text


FOREIGN = [("visa_applications", "A-FILE"), ("landings", "L-FILE"), ("outcomes", "O-FILE")]


@pytest.mark.parametrize(("table", "record_id"), [*FOREIGN, ("tip_database", "TIP-FILE")])
def test_an_invented_application_opens_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch, cases: dict[str, Any], table: str, record_id: str
) -> None:
    page = opened(service, monkeypatch, "elsewhere", cases["hand"], table, record_id)
    assert LABELS["card_help"]["en"] in page
    assert not any(secret in page for secret in SECRETS)
    # what happened after is shown for a feed's case alone
    assert LABELS["after"]["en"] not in page


@pytest.mark.parametrize(("table", "record_id"), FOREIGN)
def test_a_feeds_case_opens_the_card_of_another_posts_record(
    service: Service, monkeypatch: pytest.MonkeyPatch, cases: dict[str, Any], table: str, record_id: str
) -> None:
    page = opened(service, monkeypatch, "elsewhere", cases["feed"], table, record_id)
    assert LABELS["card_help"]["en"] in page
    assert not any(secret in page for secret in SECRETS)


def test_a_card_says_who_keeps_the_record_what_agrees_and_what_happened_after(
    service: Service, monkeypatch: pytest.MonkeyPatch, cases: dict[str, Any]
) -> None:
    page = opened(service, monkeypatch, "elsewhere", cases["feed"], "visa_applications", "A-FILE")
    post = application(service, "x")["post"]
    for shown in (f"<bdi>{post}</bdi>", "Guarantor phone", "victim identified", "Landing · ", "Thu 3 Jan 2013"):
        assert shown in page, shown


def test_the_own_posts_records_and_registers_open_in_full(
    service: Service, monkeypatch: pytest.MonkeyPatch, cases: dict[str, Any]
) -> None:
    own = opened(service, monkeypatch, "officer", cases["own"], "visa_applications", "A-FILE")
    assert "PL1234567" in own
    assert "victim identified" in opened(service, monkeypatch, "officer", cases["own"], "outcomes", "O-FILE")
    assert "Plantedlisted" in opened(service, monkeypatch, "elsewhere", cases["feed"], "tip_database", "TIP-FILE")
    assert "PL1234567" in opened(service, monkeypatch, "auditor", cases["feed"], "visa_applications", "A-FILE")


def test_a_landing_entered_by_hand_opens_no_application_that_it_names(
    service: Service, monkeypatch: pytest.MonkeyPatch, cases: dict[str, Any]
) -> None:
    named = {"application_id": "A-FILE", "landed_at": "2013-08-01T00:00:00Z"}
    case = send(service, "elsewhere", "landings", landing(service, "L-INVENTED", ELSEWHERE, **named))
    page = opened(service, monkeypatch, "elsewhere", case, "visa_applications", "A-FILE")
    assert not any(secret in page for secret in SECRETS)


def test_reasons_of_an_invented_application_lead_to_no_file(service: Service, cases: dict[str, Any]) -> None:
    """Opens whatever the model itself names."""
    service.sign_in("elsewhere")
    for reason in cases["hand"]["reasons"]:
        for record in reason["evidence"]:
            page = service.client.get(f"/cases/{cases['hand']['decision_id']}/records/{record['table']}/{record['id']}")
            assert page.status_code == 200
            assert not any(secret in page.text for secret in SECRETS)
    service.client.cookies.clear()
