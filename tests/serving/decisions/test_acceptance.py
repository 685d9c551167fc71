"""What HTTP takes, and when a case leaves the queue: by an interview, by its expiry on the desk's clock, by hand, and by nothing else.

Covers: decisions.acceptance, decisions.desk_clock, pages.interview.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from features.store.encryption import DataKey
from features.tables.json_rows import row_as_json, rows_to_table
from serving.decisions.desk_clock import DeskClock, queued_since
from serving.decisions.sight import Sight
from serving.store import decisions, waiting_cases
from tests.features.tables.folders import good, typed
from tests.features.tables.test_plausibility import CASES, changed
from tests.serving.conftest import Service

URLS = {"visa_applications": "/v1/visa-applications", "landings": "/v1/landings"}
POSTED = {key: expected for key, expected in CASES.items() if key[0] in URLS}


def send(service: Service, table: str, record: dict[str, Any], role: str = "feed") -> Any:
    return service.client.post(URLS[table], json=record, headers=service.headers(role))


def new_case(service: Service, name: str, **changes: object) -> dict[str, Any]:
    rows = service.world["visa_applications"]
    row = row_as_json(rows.slice(rows.num_rows - 12, 1).to_pylist()[0])
    post = rows.column("post")[rows.num_rows - 1].as_py()
    return {**row, "post": post, "application_id": name, **changes}


@pytest.mark.parametrize(("table", "changes"), POSTED, ids=str)
def test_what_cannot_be_true_is_refused_and_what_is_unlikely_is_a_warning(
    service: Service, table: str, changes: str
) -> None:
    row = typed(table, good(table, **changed(changes)))
    row |= {"landing_id" if table == "landings" else "application_id": f"CASE-{table}-{changes}"[:200]}
    row.pop("application_id", None) if table == "landings" else None
    expected = {item for item in POSTED[table, changes] if item[1] != "landing_before_filing"}
    answer = send(service, table, row)
    faults = {column for column, _, level in expected if level == "fault"}
    if faults:
        assert answer.status_code == 422, answer.text
        assert {entry["column"] for entry in answer.json()["error"]["where"]} >= faults
    else:
        assert answer.status_code == 201, answer.text
        noted = {(w["column"], w["code"]) for w in answer.json()["warnings"] if w["code"].startswith("record_")}
        assert noted == {(column, f"record_{code}") for column, code, _ in expected}
    for value in changed(changes).values():
        assert value not in answer.text or not faults


def test_a_text_that_links_nobody_is_a_warning_that_names_its_column_alone(service: Service) -> None:
    odd = {"guarantor_phone": "0000-1111-PLANTED", "stay_address": "Planted town", "home_address": "同上"}
    answer = send(service, "visa_applications", new_case(service, "KEYLESS", **odd))
    assert answer.status_code == 201, answer.text
    noted = {w["column"]: w for w in answer.json()["warnings"] if w["code"] == "record_no_key"}
    assert set(noted) >= set(odd)
    assert "lanted" not in answer.text
    assert "同上" not in answer.text
    assert all(warning["ja"] and warning["en"] for warning in noted.values())
    decision_id = answer.json()["decision_id"]
    replay = service.client.get(f"/v1/decisions/{decision_id}/replay", headers=service.headers("auditor")).json()
    assert replay["identical"] is True


def test_a_landing_before_its_application_and_a_departure_before_its_landing_are_refused(service: Service) -> None:
    application = new_case(service, "ORDERED")
    assert send(service, "visa_applications", application).status_code == 201
    rows = service.world["landings"]
    landing = {**row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0]), "application_id": "ORDERED"}
    early = {**landing, "landing_id": "EARLY", "landed_at": "2009-01-01T00:00:00Z", "passport_issued_on": "2008-01-01"}
    answer = send(service, "landings", early)
    assert answer.status_code == 422, answer.text
    assert "landed_at" in {entry["column"] for entry in answer.json()["error"]["where"]}
    there = landing | {"landing_id": "THERE", "landed_at": "2013-03-01T00:00:00Z"}
    assert send(service, "landings", there).status_code == 201
    left = json.dumps({"landing_id": "THERE", "departed_at": "2013-02-01T00:00:00Z"})
    answer = service.client.post("/v1/records/departures", content=left, headers=service.headers("feed"))
    assert answer.status_code == 422
    assert "2013" not in answer.text


@pytest.mark.parametrize(("minutes", "status"), [(4, 201), (6, 422)])
def test_a_time_beyond_the_clock_plus_five_minutes_is_refused(service: Service, minutes: int, status: int) -> None:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    record = new_case(service, f"MINUTES-{minutes}", submitted_at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
                      intended_arrival_on=f"{now + dt.timedelta(days=30):%Y-%m-%d}")  # fmt: skip
    answer = send(service, "visa_applications", record)
    assert answer.status_code == status, answer.text
    outcome = {"outcome_id": f"O-{minutes}", "subject": "landing", "subject_id": "x", "arm": "referral", "finding": "inconclusive",
               "occurred_at": "2013-01-01T00:00:00Z", "known_at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}  # fmt: skip
    answer = service.client.post("/v1/records/outcomes", content=json.dumps(outcome), headers=service.headers("feed"))
    assert answer.status_code == status, answer.text


def test_the_clock_of_the_records_is_the_end_of_the_loaded_world_and_keeps_to_it(service: Service) -> None:
    backend = service.backend
    settings = replace(backend.models.settings, clock="records")
    row, faults = rows_to_table("establishments", [
        {"establishment_id": "E-2099", "name": "Future", "industry": "care", "opened_on": "2009-01-01", "known_at": "2099-01-01T00:00:00Z"}
    ])  # fmt: skip
    assert not faults
    with backend.engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        clock = DeskClock()
        end = clock.now(connection, settings)
        assert dt.datetime(2012, 12, 1, tzinfo=dt.UTC) < end < dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
        backend.store.append(connection, "establishments", row)
        # neither the clock in use nor that of a service started later moves with a mistyped year
        assert clock.now(connection, settings) == end
        assert DeskClock().now(connection, settings) == end
        connection.rollback()
        assert queued_since(end, settings) is None
        assert queued_since(end, replace(settings, clock="machine", queue_days=7)) == end - dt.timedelta(days=7)


def queue_ids(service: Service, since: dt.datetime | None = None) -> set[str]:
    with service.backend.engine.connect() as connection:
        return {case.subject_id for case in waiting_cases.queue(connection, None, 10_000, since)}


def test_a_mistyped_year_costs_no_other_case_its_place(service: Service) -> None:
    decision = send(service, "visa_applications", new_case(service, "QUEUED")).json()
    before = queue_ids(service)
    assert "QUEUED" in before
    with service.backend.engine.begin() as connection:
        stored = decisions.by_id(connection, decision["decision_id"])
        assert stored is not None
        for year in (2099, 1912):
            as_of = int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1e6)
            changed_id = str(uuid.uuid4())
            decisions.insert(
                connection,
                replace(stored, decision_id=changed_id, subject_id=f"YEAR-{year}", as_of=as_of, features=b""),
            )
    assert queue_ids(service) == before | {"YEAR-2099", "YEAR-1912"}


def test_a_case_expires_by_the_clock_of_the_desk_alone(service: Service) -> None:
    send(service, "visa_applications", new_case(service, "EXPIRES"))
    now = dt.datetime.now(dt.UTC)
    # the record is of 2012, the case came to this desk a moment ago
    assert "EXPIRES" in queue_ids(service, now - dt.timedelta(minutes=10))
    assert "EXPIRES" not in queue_ids(service, now + dt.timedelta(minutes=10))


def test_a_case_leaves_the_queue_by_hand_with_a_reason(service: Service) -> None:
    decision = send(service, "visa_applications", new_case(service, "BY-HAND")).json()
    page = f"/cases/{decision['decision_id']}"
    service.client.cookies.clear()
    service.sign_in("elsewhere")
    assert service.client.post(f"{page}/close", data={"reason": "duplicate"}, follow_redirects=False).status_code == 404
    service.sign_in("officer")
    assert service.client.post(f"{page}/close", data={"reason": "dislike"}, follow_redirects=False).status_code == 422
    assert "BY-HAND" in queue_ids(service)
    assert service.client.post(f"{page}/close", data={"reason": "duplicate"}, follow_redirects=False).status_code == 303
    assert "BY-HAND" not in queue_ids(service)
    assert "the same case is in the queue twice" in service.client.get(f"{page}?lang=en").text
    service.client.cookies.clear()


def test_a_case_that_cannot_be_computed_waits_by_arrival_without_a_score(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Planted-Name")

    monkeypatch.setattr("serving.decisions.sight.history_view", fail)
    answer = send(service, "visa_applications", new_case(service, "UNDECIDABLE"))
    child = send(service, "visa_applications", new_case(service, "CHILD", birth_date="2008-01-01", passport_issued_on="2012-01-01",
                                                        married_on=None, first_met_on=None, coe_issued_on=None))  # fmt: skip
    monkeypatch.undo()
    assert (answer.status_code, answer.json()["route"], answer.json()["score"]) == (201, "no_score", None)
    assert (child.status_code, child.json()["route"]) == (201, "child_procedure"), child.text
    assert "ZeroDivisionError" in caplog.text
    assert "Planted" not in caplog.text
    assert {"UNDECIDABLE", "CHILD"} <= queue_ids(service)
    decision_id = answer.json()["decision_id"]
    service.sign_in("officer")
    for url in (f"/cases/{decision_id}?lang=en", "/queue?lang=en&capacity=200"):
        shown = service.client.get(url)
        assert shown.status_code == 200
        assert "could not be computed" in shown.text, url
    service.client.cookies.clear()
    replay = service.client.get(f"/v1/decisions/{decision_id}/replay", headers=service.headers("auditor")).json()
    assert replay["identical"] is True, "as a case without a score, which is all that was decided"
    assert replay["note"]


def test_an_impossible_birth_date_of_a_loaded_record_gets_no_score(service: Service) -> None:
    from features.facts.table_facts import facts_of_table  # noqa: PLC0415

    record = new_case(service, "THAI", birth_date="2530-05-01")
    row, faults = rows_to_table("visa_applications", [record])
    assert not faults
    with service.backend.engine.connect() as connection:
        own = facts_of_table("visa_applications", row)
        decision = service.backend.compute(connection, "visa", row, own, "PH-MNL", Sight(10**6)).decision
    assert decision.route == "no_score"
    assert decision.score is None
    assert "record_thai_year" in decision.shown


@pytest.mark.parametrize("table", URLS)
def test_cases_are_not_stored_without_a_decision(service: Service, table: str) -> None:
    content = json.dumps(row_as_json(service.world[table].slice(0, 1).to_pylist()[0]))
    answer = service.client.post(f"/v1/records/{table}", content=content, headers=service.headers("feed"))
    assert answer.status_code == 422
    assert URLS[table] in answer.json()["error"]["expected"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_head(service: Service, path: str) -> None:
    answer = service.client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_stored_record_that_cannot_be_decrypted_costs_no_other_case_its_place(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record = new_case(service, "NEIGHBOUR", passport_number="TZ7654321")
    first = send(service, "visa_applications", record)
    assert first.status_code == 201
    with service.backend.engine.connect() as connection:
        spoiled = service.backend.store.head(connection)
    decrypt = DataKey.decrypt

    def broken(self: DataKey, content: bytes, context: bytes) -> bytes:
        if context in {f"facts/visa_applications/{spoiled}".encode(), f"visa_applications/{spoiled}".encode()}:
            raise InvalidTag
        return decrypt(self, content, context)

    monkeypatch.setattr(DataKey, "decrypt", broken)
    later = record["submitted_at"].replace("2012", "2013")
    answer = send(service, "visa_applications", {**record, "application_id": "BESIDE", "submitted_at": later,
                                                 "intended_arrival_on": "2014-06-01"})  # fmt: skip
    # its history cannot be read, so it gets no score, but it is stored and queued
    assert (answer.status_code, answer.json()["route"]) == (201, "no_score"), answer.text
    rows = service.world["landings"]
    landing = row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0])
    landing |= {"landing_id": "L-BESIDE", "application_id": "NEIGHBOUR", "landed_at": "2014-07-01T00:00:00Z"}
    assert send(service, "landings", landing).status_code == 201
    outcome = {"outcome_id": "O-BESIDE", "subject": "visa_application", "subject_id": "NEIGHBOUR", "arm": "referral",
               "finding": "inconclusive", "occurred_at": "2014-01-01T00:00:00Z", "known_at": "2014-01-01T00:00:00Z"}  # fmt: skip
    stored = service.client.post("/v1/records/outcomes", content=json.dumps(outcome), headers=service.headers("feed"))
    assert stored.status_code == 201, stored.text
    assert "cannot be decrypted, and is left out" in caplog.text
    assert {"NEIGHBOUR", "BESIDE"} <= queue_ids(service)
    service.sign_in("officer")
    assert service.client.get("/queue?capacity=200").status_code == 200
    service.client.cookies.clear()
