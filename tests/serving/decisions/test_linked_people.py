"""Of other posts' people a case shows cards, never names; what an officer enters shows less.

Covers: decisions.case_file, decisions.compared_records, pages.linked_people.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from serving.decisions.case_file import _as_counted
from serving.decisions.interview_queue import LINKED
from serving.decisions.linked_people import NO_NETWORK
from serving.store.decisions import Decision
from tests.serving.conftest import LABELS, Service
from tests.serving.decisions.test_shared_findings import ELSEWHERE, application, send

PHONE, NEXT_PHONE = "090-6161-1616", "090-6262-2626"
SECRETS = ("Hiddenfamily", "Hiddengiven", "HD7654321", "6161", "6262", "Beyondfamily")


def planted(service: Service, name: str, post: str | None = None, **changed: Any) -> dict[str, Any]:
    """Return an application that shares nothing with others but what is given."""
    alone = {
        "agency_id": None, "host_establishment_id": None, "coe_number": None, "coe_issued_on": None, "statement_fingerprint": None,
        **{column: None for column in application(service, name) if column.startswith(("guarantor_", "inviter_", "introducer_", "stay_", "applicant_", "home_", "acknowledging_"))},
    }  # fmt: skip
    return application(
        service,
        name,
        post,
        **{**alone, "submitted_at": "2013-08-01T00:00:00Z", "intended_arrival_on": "2013-10-01", **changed},
    )


@pytest.fixture(scope="module")
def cases(service: Service) -> dict[str, dict[str, Any]]:
    """A file of the officer's post with an outcome, another person behind it, and cases elsewhere linked with both."""
    file = {
        "family_name": "Hiddenfamily",
        "given_names": "Hiddengiven",
        "passport_number": "HD7654321",
        "birth_date": "1981-02-03",
    }
    beyond = {
        "family_name": "Beyondfamily",
        "given_names": "Given",
        "passport_number": "HD7654322",
        "birth_date": "1982-02-03",
    }
    near = {"guarantor_phone": PHONE, "submitted_at": "2013-07-01T00:00:00Z", "intended_arrival_on": "2013-09-01"}
    send(
        service, "feed", "visa-applications", planted(service, "A-LP-FILE", **file, **near, applicant_phone=NEXT_PHONE)
    )
    send(service, "feed", "visa-applications", planted(service, "A-LP-BEYOND", **beyond, applicant_phone=NEXT_PHONE,
         submitted_at="2013-07-01T00:00:00Z", intended_arrival_on="2013-09-01"))  # fmt: skip
    outcome = {"outcome_id": "O-LP", "subject": "visa_application", "subject_id": "A-LP-FILE", "arm": "referral", "finding": "indications",
               "occurred_at": "2013-07-03T00:00:00Z", "known_at": "2013-07-03T00:00:00Z"}  # fmt: skip
    send(service, "feed", "records/outcomes", outcome)
    case = {
        "family_name": "Reader",
        "given_names": "Case",
        "passport_number": "HD7654323",
        "birth_date": "1983-02-03",
        "stay_phone": PHONE,
    }
    return {
        "feed": send(service, "feed", "visa-applications", planted(service, "A-LP-CASE", ELSEWHERE, **case)),
        "hand": send(service, "elsewhere", "visa-applications", planted(service, "A-LP-HAND", ELSEWHERE, **case)),
        "own": send(service, "feed", "visa-applications", planted(service, "A-LP-OWN", **case)),
    }  # fmt: skip


def page_of(service: Service, role: str, case: dict[str, Any], path: str = "") -> str:
    service.sign_in(role)
    answer = service.client.get(f"/cases/{case['decision_id']}{path}?lang=en")
    service.client.cookies.clear()
    assert answer.status_code == 200
    return answer.text


def test_a_person_of_another_post_is_a_card_with_what_happened_after(service: Service, cases: dict[str, Any]) -> None:
    page = page_of(service, "elsewhere", cases["feed"])
    post = application(service, "x")["post"]
    assert page.count(LABELS["person_of"]["en"].format(place=post)) == 2
    assert "indications Wed 3 Jul 2013" in page
    assert LABELS["through"]["en"].format(n=1) in page
    # the reader's own file has the number that is shared, so it may stand there
    assert not any(secret in page for secret in SECRETS if secret != "6161")


def test_a_case_entered_by_hand_shows_direct_links_alone_and_nothing_of_what_happened_after(
    service: Service, cases: dict[str, Any]
) -> None:
    page = page_of(service, "elsewhere", cases["hand"])
    post = application(service, "x")["post"]
    # the case of the feed at the own post is linked too
    assert page.count(LABELS["person_of"]["en"].format(place=post)) == 1
    assert "3 Jul 2013" not in page
    assert not any(secret in page for secret in SECRETS if secret != "6161")


def test_a_person_of_the_own_post_has_a_name_and_opens(service: Service, cases: dict[str, Any]) -> None:
    assert "<bdi>Hiddenfamily Hiddengiven</bdi>" in page_of(service, "officer", cases["own"])
    assert "HD7654321" in page_of(service, "officer", cases["own"], "/records/visa_applications/A-LP-FILE")
    assert "<bdi>Hiddenfamily Hiddengiven</bdi>" in page_of(service, "auditor", cases["feed"])


def test_the_record_of_a_linked_person_elsewhere_opens_as_a_card(service: Service, cases: dict[str, Any]) -> None:
    for role, case in (("elsewhere", cases["feed"]), ("elsewhere", cases["hand"])):
        page = page_of(service, role, case, "/records/visa_applications/A-LP-FILE")
        assert LABELS["card_help"]["en"] in page
        assert not any(secret in page for secret in SECRETS)
        assert (LABELS["after"]["en"] in page) == (case is cases["feed"])


def test_whoever_is_linked_only_through_others_opens_nothing_by_hand(service: Service, cases: dict[str, Any]) -> None:
    service.sign_in("elsewhere")
    addresses = [
        f"/cases/{cases[kind]['decision_id']}/records/visa_applications/A-LP-BEYOND" for kind in ("feed", "hand")
    ]
    assert [service.client.get(address).status_code for address in addresses] == [200, 404]
    service.client.cookies.clear()


def test_everybody_shown_is_written_to_the_reading_log_first(service: Service, cases: dict[str, Any]) -> None:
    query = text(
        "select view, record_id from serving.reading where decision_id = cast(:id as uuid) and record_id is not null"
    )
    with service.backend.engine.connect() as connection:
        before = len(connection.execute(query, {"id": cases["own"]["decision_id"]}).all())
        connection.rollback()
        page_of(service, "officer", cases["own"])
        rows = connection.execute(query, {"id": cases["own"]["decision_id"]}).all()
    assert len(rows) > before
    assert {("linked_person", "A-LP-FILE"), ("linked_person", "A-LP-BEYOND")} <= {tuple(row) for row in rows}


def test_the_page_counts_the_people_whom_the_row_of_the_queue_counts() -> None:
    # whom a shelter's number links is counted, and not listed
    shown = json.dumps({"contributions": [{"feature": LINKED, "value": 7.0, "contribution": 0.5}]})
    decision = Decision("", "visa", "A", None, 0, 0, 0, None, "interview_queue", 0.1, b"", b"", shown)
    for listed, more in ((0, 7), (7, 0), (9, 0)):
        network = replace(NO_NETWORK, people=(None,) * listed)  # type: ignore[arg-type]
        assert _as_counted(network, decision).more == more
    assert _as_counted(replace(NO_NETWORK, more=8), decision).more == 8
