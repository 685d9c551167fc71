"""A finding, entry or correction reaches every open case linked with it, at every post, within five seconds.

Covers: decisions.rescoring, decisions.rescorer, decisions.sight, decisions.stored_records, store.touched_cases, store.rescorings,
store.wrong_links.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

import serving.decisions.rescoring
import serving.decisions.service
from features.database import open_engine
from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from features.tables.json_rows import row_as_json, rows_to_table
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.case_changes import change_since_last
from serving.decisions.rescorer import Rescorer
from serving.decisions.service import open_service
from serving.decisions.sight import Sight
from serving.log.verification import verify_log
from serving.store import decisions, queue_acts, touched_cases
from serving.store.queue_acts import QueueAct
from serving.store.readings import Reading, insert_readings
from serving.store.rescorings import rescorings_of, unopened_changes
from serving.store.transactions import EVERYTHING, Reach, transaction
from synthetic_data.world import generate
from tests.serving.conftest import Service, train_model
from tests.serving.processes import running

HERE, THERE = "QA-ONE", "QB-TWO"
PHONE, OTHER_PHONE = "090-6161-0001", "090-6161-0002"
PLANTED = {"family_name": "Plantedfamily", "given_names": "Plantedgiven", "passport_number": "PLX616161"}
SECONDS = 5.0


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own whose rescorer does not run: each test says who scores again."""
    home = tmp_path_factory.mktemp("rescoring")
    world = generate(43, 2000)[0]
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    for subject in ("visa", "entry"):
        train_model(world, subject, home / "champions" / subject, settings)
    backend = open_service(settings, open_engine(settings))
    with backend.engine.begin() as connection:
        backend.store.append_all(connection, dict(world.tables))
        keys = {role: create_key(connection, role, None) for role in ("auditor", "feed")}
        keys["there"] = create_key(connection, "officer", THERE)
        create_person(connection, "there", Role.OFFICER, [THERE])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rescorer, "start", lambda _: None)
        patch.setattr(Rescorer, "stop", lambda _: None)
        with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
            yield Service(client, backend, keys, world)
    backend.engine.dispose()


@pytest.fixture
def rescorer(own: Service) -> Rescorer:
    return Rescorer(own.backend.for_requests())


def work(rescorer: Rescorer) -> int:
    count = 0
    while tried := rescorer.rescore_some():
        count += tried
    return count


def send(own: Service, path: str, body: dict[str, Any], role: str = "feed") -> dict[str, Any]:
    answer = own.client.post(f"/v1/{path}", json=body, headers=own.headers(role))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def passport_of(name: str) -> str:
    return f"RS{crc32(name.encode()):010d}"


def phone_of(name: str) -> str:
    return f"080-{5500 + crc32(name.encode()) % 99}-{crc32(name.encode()) // 99 % 10000:04d}"


def application(own: Service, name: str, post: str = THERE, **changed: Any) -> dict[str, Any]:
    rows = own.world["visa_applications"]
    row = row_as_json(rows.slice(rows.num_rows - 1, 1).to_pylist()[0])
    person = {
        "passport_number": passport_of(name), "family_name": f"Family{name}", "given_names": "Given", "other_names": None,
        "applicant_phone": None, "applicant_email": None, "stay_phone": None, "stay_address": f"{name} 1-2-3, Chiyoda, Tokyo",
        "home_address": f"{name} street", "guarantor_name": f"Sponsor {name}", "guarantor_phone": phone_of(name), "inviter_name": None,
        "inviter_phone": None, "inviter_birth_date": None, "inviter_address": None, "introducer_name": None,
        "introducer_phone": None, "statement_fingerprint": None, "host_establishment_id": None, "agency_id": None,
        "birth_date": "1985-03-04", "guarantor_address": f"{name} 4-5-6, Minato, Tokyo", "coe_number": None,
    }  # fmt: skip
    return {**row, "application_id": name, "post": post, **person, **changed}


def later(own: Service, days: int = 3) -> str:
    moment = own.world["visa_applications"].column("submitted_at").to_pylist()[-1]
    return str(np.datetime_as_string(np.datetime64(moment.replace(tzinfo=None), "s") + np.timedelta64(days, "D"))) + "Z"


def victim(own: Service, entry_id: str, **changed: Any) -> dict[str, Any]:
    return {"entry_id": entry_id, "listed_at": later(own), "role": "victim", "family_name": "Name", "given_names": "Listed",
            "birth_date": "1970-01-01", **changed}  # fmt: skip


def latest(own: Service, name: str) -> decisions.Decision:
    with transaction(own.backend.engine, EVERYTHING) as connection:
        decision = decisions.latest(connection, "visa", name)
    assert decision is not None
    return decision


def close(own: Service, *names: str) -> None:
    with own.backend.engine.begin() as connection:
        for name in names:
            queue_acts.close(connection, "visa", name, "withdrawn", 0)


def replays(own: Service, decision_id: str) -> bool:
    url = f"/v1/decisions/{decision_id}/replay"
    return bool(own.client.get(url, headers=own.headers("auditor")).json()["identical"])


def test_an_entry_reaches_an_open_case_which_keeps_its_place_in_time(own: Service, rescorer: Rescorer) -> None:
    first = send(own, "visa-applications", application(own, "RS-1"))
    before = latest(own, "RS-1")
    send(own, "records/tip_database", victim(own, "TIP-RS-1", passport_number=passport_of("RS-1")))
    assert latest(own, "RS-1").decision_id == first["decision_id"]
    assert work(rescorer) == 1
    after = latest(own, "RS-1")
    assert '"code":"protect"' in after.shown
    # due as before, and known until a microsecond after the entry
    assert (after.as_of, after.record_position) == (before.as_of, before.record_position)
    known = np.datetime64(later(own)[:-1], "us").astype(np.int64)
    assert after.seen_at() == known + 1
    assert replays(own, after.decision_id)
    assert replays(own, before.decision_id)
    with transaction(own.backend.engine, EVERYTHING) as connection:
        assert rescorings_of(connection, [after.decision_id])[after.decision_id].tables == ("tip_database",)
        assert list(verify_log(connection)) == []
    with transaction(own.backend.engine, EVERYTHING) as connection:
        change = change_since_last(connection, own.backend, after)
    assert change is not None
    assert (change.causes, change.warned, change.moved) == (("tip_database",), ("protect",), "up")
    acts = own.client.get(f"/v1/decisions/{after.decision_id}", headers=own.headers("there")).json()["acts"]
    assert [(act["act"], act["by"]) for act in acts] == [("decision", acts[0]["by"]), ("rescoring", "")]
    close(own, "RS-1")


def test_a_correction_at_a_post_changes_a_case_of_another_that_sees_the_card_alone(
    own: Service, rescorer: Rescorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # whether the model of these tests minds what changed is up to it
    monkeypatch.setattr(serving.decisions.rescoring, "_said", lambda decision: decision.features)
    wrong = application(own, "RS-WRONG", HERE, guarantor_phone=OTHER_PHONE, **PLANTED)
    send(own, "visa-applications", wrong)
    members = [application(own, f"RS-M{n}", HERE, guarantor_phone=OTHER_PHONE) for n in range(6)]
    for member in members:
        send(own, "visa-applications", member)
    send(
        own,
        "visa-applications",
        application(
            own, "RS-2", guarantor_phone=PHONE, submitted_at=later(own), intended_arrival_on=later(own, 60)[:10]
        ),
    )
    before = latest(own, "RS-2")
    assert work(rescorer) == 0
    correction = {"table": "visa_applications", "record": {**wrong, "inviter_phone": PHONE}}
    send(own, "corrections", correction, "auditor")
    assert work(rescorer) >= 1
    after = latest(own, "RS-2")
    assert after.decision_id != before.decision_id
    values = {item: np.frombuffer(item.features) for item in (before, after)}
    assert (values[before] != values[after]).any()
    answer = own.client.get(f"/v1/decisions/{after.decision_id}", headers=own.headers("there"))
    assert answer.status_code == 200
    assert not any(secret in answer.text for secret in PLANTED.values())
    assert replays(own, after.decision_id)
    close(own, "RS-WRONG", "RS-2", *(member["application_id"] for member in members))


def test_a_change_is_new_to_whoever_has_not_opened_the_case_since(own: Service, rescorer: Rescorer) -> None:
    send(own, "visa-applications", application(own, "RS-3"))
    send(own, "records/tip_database", victim(own, "TIP-RS-3", passport_number=passport_of("RS-3")))
    work(rescorer)
    account, reach = _account(own, "there"), Reach((THERE,), account_id=_account(own, "there"))
    changed = latest(own, "RS-3")

    def unopened(reach: Reach) -> list[str]:
        with transaction(own.backend.for_requests().engine, reach) as connection:
            return [change.decision.decision_id for change in unopened_changes(connection, account, 10)]

    assert unopened(reach) == [changed.decision_id]
    assert unopened(Reach((HERE,))) == []
    with transaction(own.backend.for_requests().engine, reach) as connection:
        insert_readings(connection, account, [Reading("case", changed.decision_id)], None)
    assert unopened(reach) == []
    close(own, "RS-3")


def test_a_case_that_comes_back_into_the_queue_is_reached_again(own: Service, rescorer: Rescorer) -> None:
    send(own, "visa-applications", application(own, "RS-BACK"))
    close(own, "RS-BACK")
    entry = victim(own, "TIP-AWAY", passport_number=passport_of("RS-BACK"))
    send(own, "records/tip_database", entry)
    assert work(rescorer) == 0
    with own.backend.engine.begin() as connection:
        queue_acts.insert(connection, "visa", "RS-BACK", 0, QueueAct("restore"))
    # it is scored on what arrived while it was away, and finds its keys again
    assert work(rescorer) == 1
    assert '"code":"protect"' in latest(own, "RS-BACK").shown
    with own.backend.engine.begin() as connection:
        query = text("select count(*) from serving.case_lookup where subject_id = 'RS-BACK'")
        assert connection.execute(query).scalar_one() > 0
    close(own, "RS-BACK")


def _account(own: Service, name: str) -> int:
    with own.backend.engine.begin() as connection:
        query = text("select account_id from serving.account where name = :name")
        return int(connection.execute(query, {"name": name}).scalar_one())


def test_a_hub_holds_up_nobody_and_touches_no_more_than_its_limit(
    own: Service, rescorer: Rescorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touched_cases, "CASES_PER_RECORD", 8)
    crowd = [f"RS-HUB{n}" for n in range(12)]
    for name in crowd:
        send(own, "visa-applications", application(own, name, guarantor_phone="090-6161-0003"))
    send(own, "visa-applications", application(own, "RS-ALONE"))
    send(own, "records/tip_database", victim(own, "TIP-HUB", phone="090-6161-0003", role="facilitator"))
    send(own, "records/tip_database", victim(own, "TIP-ALONE", passport_number=passport_of("RS-ALONE")))
    with own.backend.engine.begin() as connection:
        assert touched_cases.backlog(connection).waiting == 9
    # the eight cases of the hub stand behind, although they were touched first
    assert rescorer.rescore_some() == 8
    assert '"code":"protect"' in latest(own, "RS-ALONE").shown
    assert work(rescorer) == 1
    close(own, "RS-ALONE", *crowd)


def test_a_case_that_cannot_be_scored_again_stays_as_it_was_and_is_counted(
    own: Service, rescorer: Rescorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(own, "visa-applications", application(own, "RS-FAIL"))
    send(own, "visa-applications", application(own, "RS-GOOD"))
    stored = serving.decisions.rescoring.register_view

    def fail(connection: Any, store: Any, role: Any, before: decisions.Decision, row: Any) -> Any:
        if before.subject_id == "RS-FAIL":
            raise ZeroDivisionError
        return stored(connection, store, role, before, row)

    monkeypatch.setattr(serving.decisions.rescoring, "register_view", fail)
    for name in ("RS-FAIL", "RS-GOOD"):
        send(own, "records/tip_database", victim(own, f"TIP-{name}", passport_number=passport_of(name)))
    assert work(rescorer) == touched_cases.ATTEMPTS + 1
    assert latest(own, "RS-FAIL").decision_id == first["decision_id"]
    assert '"code":"protect"' in latest(own, "RS-GOOD").shown
    assert "mimamori_rescoring_failed 1.0" in own.client.get("/metrics").text
    # the next record that touches it brings it back
    monkeypatch.undo()
    send(own, "records/tip_database", victim(own, "TIP-AGAIN", passport_number=passport_of("RS-FAIL")))
    assert work(rescorer) == 1
    assert '"code":"protect"' in latest(own, "RS-FAIL").shown
    assert "mimamori_rescoring_failed 0.0" in own.client.get("/metrics").text
    close(own, "RS-FAIL", "RS-GOOD")


def test_whatever_changes_a_case_touches_it(own: Service) -> None:
    """Every record of half a year that moves a feature of an open case is among those that touch it."""
    backend, random = own.backend, np.random.default_rng(5)
    rows = own.world["visa_applications"]
    open_rows = [rows.slice(rows.num_rows - n, 1) for n in range(1, 31)]
    with backend.engine.connect() as connection, connection.begin() as outer:
        head = backend.store.head(connection)
        for row in open_rows:
            case = facts_of_table("visa_applications", row)
            computed = backend.compute(connection, "visa", row, case, THERE, Sight(head))
            computed.store(connection, record_position=head, account_id=0)
        changed = touched = 0
        before = _features(own, connection, open_rows, backend.store.head(connection))
        for table, record in _late(own, random, open_rows):
            connection.execute(text("delete from serving.touched_case"))
            backend.store.append(connection, table, rows_to_table(table, [record])[0])
            after = _features(own, connection, open_rows, backend.store.head(connection))
            query = text("select distinct subject_id from serving.touched_case")
            noted = set(connection.execute(query).scalars())
            moved = {name for name, values in after.items() if values != before[name]}
            assert moved <= noted, (table, sorted(moved - noted))
            before = after
            changed, touched = changed + len(moved), touched + len(noted)
        outer.rollback()
    assert changed >= 3
    # most of what is touched is touched with reason: no record sweeps through all cases
    assert touched < 30 * 8


def _late(own: Service, random: np.random.Generator, cases: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield records that became known late about people who share something with the cases."""
    known = "2009-06-01T00:00:00Z"
    plain = [row_as_json(case.to_pylist()[0]) for case in cases]
    landings = own.world["landings"]
    for number in range(10):
        case = plain[int(random.integers(len(plain)))]
        phone = case.get("guarantor_phone") or case.get("stay_phone") or PHONE
        landing_id = landings.column("landing_id")[int(random.integers(landings.num_rows))].as_py()
        relative = own.world["visa_applications"].column("application_id")[int(random.integers(1900))].as_py()
        times = {"occurred_at": known, "known_at": known}
        yield "tip_database", {
            "entry_id": f"LATE-{number}", "listed_at": known, "role": "perpetrator", "family_name": "Late", "given_names": "Name",
            "phone": phone,
        }  # fmt: skip
        yield "outcomes", {
            "outcome_id": f"LATE-{number}", "subject": "visa_application", "subject_id": relative, "arm": "referral",
            "finding": "indications", **times,
        }  # fmt: skip
        yield (
            "residence_events",
            {"event_id": f"LATE-{number}", "landing_id": landing_id, "kind": "missing_report", **times},
        )


def _features(own: Service, connection: Any, cases: list[Any], position: int) -> dict[str, bytes]:
    features = {}
    for row in cases:
        facts = facts_of_table(TABLE_OF_SUBJECT["visa"], row)
        sight = Sight(position, without=frozenset({("visa_applications", facts.id_of(0))}))
        features[facts.id_of(0)] = sight.case(connection, own.backend.store, "visa", row, facts).values.tobytes()
    return features


@pytest.mark.timeout(300)
def test_two_services_share_within_five_seconds_and_a_kill_loses_nothing(own: Service) -> None:
    names = [f"RS-TWO{n}" for n in range(24)]
    for name in names:
        send(own, "visa-applications", application(own, name, HERE if int(name[6:]) % 2 else THERE))
    with running(own) as first, running(own) as second:
        # the first batch is scored by whichever is faster
        took = []
        for name in names[:8]:
            begin = time.monotonic()
            send(own, "records/tip_database", victim(own, f"TIP-{name}", passport_number=passport_of(name)))
            took.append(_changed(own, name) - begin)
        assert max(took) < SECONDS, took
        # both are killed while they work on the second
        for name in names[8:]:
            send(own, "records/tip_database", victim(own, f"TIP-{name}", passport_number=passport_of(name)))
        time.sleep(0.3)
        first.kill()
        second.kill()
        first.start()
        for name in names[8:]:
            _changed(own, name)
    with own.backend.engine.begin() as connection:
        query = text(
            "select subject_id from serving.decision where subject_id like 'RS-TWO%' group by 1 having count(*) <> 2"
        )
        assert connection.execute(query).all() == []
        assert touched_cases.backlog(connection) == (0, 0)
        assert list(verify_log(connection)) == []
    close(own, *names)


def _changed(own: Service, name: str) -> float:
    until = time.monotonic() + 60
    while '"code":"protect"' not in latest(own, name).shown:
        assert time.monotonic() < until, name
        time.sleep(0.05)
    return time.monotonic()
