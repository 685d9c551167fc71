"""Covers: pages.case, pages.record, pages.interview, pages.case_labels, pages.case_title, pages.case_change, pages.case_sheet,
pages.case_findings, decisions.interviews, decisions.case_changes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from features.languages import texts
from features.tables.definition import Use
from features.tables.json_rows import row_as_json, rows_to_table
from features.tables.schema import TABLES
from serving.pages.case import chart_steps
from tests.serving.conftest import LABELS, Service


@pytest.fixture
def signed(service: Service) -> Iterator[Service]:
    """The service with an officer signed in."""
    service.client.cookies.clear()
    service.sign_in("officer")
    service.client.cookies.set("lang", "en")
    yield service
    service.client.cookies.clear()


def decided(service: Service, name: str, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": name, **changed}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_every_record_behind_a_case_opens_and_no_other(signed: Service) -> None:
    decision = decided(signed, "A-OPEN")
    address = f"/cases/{decision['decision_id']}"
    case = signed.client.get(address).text
    evidence = {(item["table"], item["id"]) for reason in decision["reasons"] for item in reason["evidence"]}
    links = {html.unescape(link) for link in re.findall(r'href="(/cases/[^"]+/records/[^"]+)"', case)}
    named = {f"{address}/records/{table}/{name}" for table, name in evidence | {("visa_applications", "A-OPEN")}}
    assert named <= links
    people = sorted(links - named)
    assert people  # of the records of linked people a few, since each look-up searches the network anew
    for link in (*named, *people[:3], *people[-3:]):
        assert signed.client.get(link).status_code == 200, link
    ids = signed.world["visa_applications"].column("application_id").to_pylist()
    other = next(item for item in ids if f"{address}/records/visa_applications/{item}" not in links)
    for table, record_id in (("visa_applications", other), ("persons", "x"), ("tip_database", "x")):
        assert signed.client.get(f"{address}/records/{table}/{record_id}").status_code == 404


def test_a_record_shows_names_marked_and_nothing_that_is_for_audit_alone(signed: Service) -> None:
    decision = decided(signed, "A-RECORD", given_names="Mari <b>", nationality="XYZ")
    answer = signed.client.get(f"/cases/{decision['decision_id']}/records/visa_applications/A-RECORD").text
    assert "<bdi>Mari &lt;b&gt;</bdi>" in answer
    assert "XYZ" not in answer
    for column in TABLES["visa_applications"].columns:
        spelled = {"en": column.name.replace("_", " ").capitalize()}
        label = texts("serving.columns").get(column.name, spelled)["en"]
        assert (f">{label}<" in answer) == (column.use is not Use.AUDIT), column.name


def test_a_record_is_shown_as_it_stood_at_the_decision(signed: Service) -> None:
    decision = decided(signed, "A-THEN", stay_address="Before 1-2-3")
    table = signed.world["visa_applications"]
    record = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    corrected = {
        "table": "visa_applications",
        "record": {**record, "application_id": "A-THEN", "stay_address": "After 4-5-6"},
    }
    again = signed.client.post("/v1/corrections", json=corrected, headers=signed.headers("auditor")).json()["decision"]
    pages = {
        item["decision_id"]: signed.client.get(f"/cases/{item['decision_id']}/records/visa_applications/A-THEN").text
        for item in (decision, again)
    }
    assert "Before 1-2-3" in pages[decision["decision_id"]]
    assert "After 4-5-6" in pages[again["decision_id"]]
    assert LABELS["newer"]["en"] in signed.client.get(f"/cases/{decision['decision_id']}").text
    assert LABELS["newer"]["en"] not in signed.client.get(f"/cases/{again['decision_id']}").text


def test_where_a_victim_lives_is_shown_to_nobody(signed: Service) -> None:
    table = signed.world["visa_applications"]
    person = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    entry = {
        "entry_id": "TIP-HIDDEN", "listed_at": "2005-01-01T00:00:00Z", "role": "victim", "family_name": person["family_name"],
        "given_names": person["given_names"], "birth_date": person["birth_date"], "address": "Hidden 7-8-9", "phone": "0311112222",
    }  # fmt: skip
    backend = signed.backend
    with backend.engine.begin() as connection:
        backend.store.append(connection, "tip_database", rows_to_table("tip_database", [entry])[0])
    decision = decided(signed, "A-VICTIM")
    assert any(item["code"] == "protect" for item in decision["warnings"])
    behind = {item["id"] for reason in decision["reasons"] for item in reason["evidence"]}
    if "TIP-HIDDEN" in behind:
        shown = signed.client.get(f"/cases/{decision['decision_id']}/records/tip_database/TIP-HIDDEN").text
        assert "Hidden" not in shown
        assert "0311112222" not in shown
    else:  # a victim's entry never raises a score, so it may stand behind no reason: then it does not open at all
        url = f"/cases/{decision['decision_id']}/records/tip_database/TIP-HIDDEN"
        assert signed.client.get(url).status_code == 404


def test_the_page_of_another_posts_case_is_not_there(service: Service) -> None:
    decision = decided(service, "A-OURS")
    service.client.cookies.clear()
    service.sign_in("elsewhere")
    address = f"/cases/{decision['decision_id']}"
    assert service.client.get(address).status_code == 404
    assert service.client.get(f"{address}/records/visa_applications/A-OURS").status_code == 404
    assert service.client.post(f"{address}/interview", data={"version": "1"}).status_code == 404
    service.client.cookies.clear()


def test_a_queue_of_the_api_says_by_when(service: Service) -> None:
    decided(service, "A-DUE")
    cases = service.client.get("/v1/queue?capacity=500", headers=service.headers("officer")).json()["cases"]
    due = next(item["due"] for item in cases if item["subject_id"] == "A-DUE")
    # records of the past on the machine's clock: long overdue
    assert due["state"] == "over"


def test_every_column_and_category_has_a_label() -> None:
    labels = {**texts("statuses"), **texts("serving.categories"), **texts("typologies")}
    for table in TABLES.values():
        for column in table.columns:
            assert column.use is Use.AUDIT or column.name in texts("serving.columns")
            assert column.use is Use.AUDIT or set(column.allowed) <= set(labels), column.name


def test_the_chart_goes_from_the_peers_by_findings_to_the_raw_score() -> None:
    shown = {
        "base_value": -5.0, "contributions": [{"feature": "is_spouse_flag", "contribution": 1.0}], "peer_base_value": -4.5,
        "findings": [{"code": "thin_marriage", "contribution": 0.75}, {"code": "own_history", "contribution": 0.001}],
        "remainder": -0.25,
    }  # fmt: skip
    base, steps = chart_steps(shown, {"thin_marriage": "Marriage"}, "all else")
    assert (base, steps) == (-4.5, [("Marriage", 0.75), ("all else", pytest.approx(-0.249))])
    former = {name: shown[name] for name in ("base_value", "contributions")}
    assert chart_steps(former, {}, "all else") == (-5.0, [("is_spouse_flag", 1.0), ("all else", 0.0)])
    assert chart_steps({"base_value": None, "contributions": []}, {}, "all else") == (0.0, [])


def test_a_case_says_who_it_is_about_and_a_minor_or_unknown_age(signed: Service) -> None:
    # lodged at the end of 2012 or later: 1980 gives an adult whatever the day
    decision = decided(signed, "A-WHO", family_name="Dela <i>", given_names="ماريا", birth_date="1980-01-01")
    page = signed.client.get(f"/cases/{decision['decision_id']}").text
    assert "<bdi>Dela &lt;i&gt; ماريا</bdi>" in page
    years = int(decision["as_of"][:4]) - 1980
    assert texts("serving.heading")["age"]["en"].format(n=years) in page


def test_a_corrected_case_says_what_changed_since_the_last_score(signed: Service) -> None:
    decision = decided(signed, "A-CHANGED", guarantor_phone="090-1000-0001")
    assert LABELS["change"]["en"] not in signed.client.get(f"/cases/{decision['decision_id']}").text
    table = signed.world["visa_applications"]
    record = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    record |= {"application_id": "A-CHANGED", "guarantor_phone": "090-2000-0002"}
    body = {"table": "visa_applications", "record": record}
    again = signed.client.post("/v1/corrections", json=body, headers=signed.headers("auditor")).json()["decision"]
    page = signed.client.get(f"/cases/{again['decision_id']}").text
    assert LABELS["change"]["en"] in page
    assert texts("serving.changes")["corrected"]["en"].format(names="Guarantor phone") in page
    assert f'href="/cases/{decision["decision_id"]}"' in page


def test_the_sheet_has_person_facts_and_questions_and_no_score(signed: Service) -> None:
    decision = decided(signed, "A-SHEET")
    page = html.unescape(signed.client.get(f"/cases/{decision['decision_id']}/sheet").text)
    for reason in decision["reasons"]:
        assert reason["en"] in page
        assert (reason["question"]["en"] in page) == (reason["direction"] == "raises")
    assert LABELS["notes"]["en"] in page
    assert "<svg" not in page
    assert f"{decision['score']:.2f}" not in page


def test_the_sheet_of_a_child_asks_nothing_of_the_findings(signed: Service) -> None:
    decision = decided(signed, "A-SHEET-CHILD", birth_date="2004-02-29", passport_number="ZZ0000009")
    page = html.unescape(signed.client.get(f"/cases/{decision['decision_id']}/sheet").text)
    assert LABELS["child_sheet"]["en"] in page
    questions = texts("serving.interview_questions")
    assert questions["topic_pay"]["en"] not in page
    assert questions["companion_apart"]["en"] in page


def test_the_case_of_an_unreadable_record_still_opens(signed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = decided(signed, "A-GONE")
    monkeypatch.setattr(
        "serving.decisions.case_file.own_record", lambda *_: TABLES["visa_applications"].arrow_schema.empty_table()
    )
    page = signed.client.get(f"/cases/{decision['decision_id']}")
    assert page.status_code == 200
    assert LABELS["record_gone"]["en"] in page.text


def test_a_network_that_fails_costs_the_case_its_links_alone(signed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("planted")

    decision = decided(signed, "A-FAILS")
    monkeypatch.setattr("serving.decisions.case_file.case_network", fail)
    page = signed.client.get(f"/cases/{decision['decision_id']}")
    assert page.status_code == 200
    assert LABELS["linked_none"]["en"] in page.text
