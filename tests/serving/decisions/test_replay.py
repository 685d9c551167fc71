"""Covers: decisions.replay.

A decision is recomputed bit for bit after ten thousand later records, corrections of the past among them, have come in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from features.database import open_engine
from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from features.tables import TABLES, Records
from features.tables.json_rows import row_as_json, rows_to_table
from models.bundle import copy_bundle
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.decisions.replay import same_answer
from serving.decisions.replay_many import replay_faults
from serving.decisions.service import open_service
from serving.decisions.sight import Sight
from serving.store import decisions
from synthetic_data.world import generate
from tests.proof_size import cases
from tests.serving.conftest import Service, approve, train_model
from tests.serving.log.conftest import without_triggers

pytestmark = [pytest.mark.proof]
LATER = 10_000
CORRECTIONS = 150
DECISIONS, SHORT_DECISIONS = 10_000, 150
Row = dict[str, object]
URLS = {"visa_applications": "/v1/visa-applications", "landings": "/v1/landings"}
SHARED = ("guarantor_name", "guarantor_birth_date", "guarantor_phone", "guarantor_address", "stay_address", "stay_phone",
          "introducer_phone", "passport_number", "family_name", "given_names", "birth_date", "host_establishment_id",
          "agency_id", "booking_phone", "booking_reference", "statement_fingerprint", "application_id")  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own, which has all but the last 30 applications and landings."""
    home = tmp_path_factory.mktemp("replay")
    world = generate(41, 2000)[0]
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    for subject in ("visa", "entry"):
        train_model(world, subject, home / "champions" / subject, settings)
    backend = open_service(settings, open_engine(settings))
    kept = {name: rows.slice(0, rows.num_rows - 30) if name in URLS else rows for name, rows in world.tables.items()}
    with backend.engine.begin() as connection:
        backend.store.append_all(connection, kept)
        keys = {role: create_key(connection, role, None) for role in ("auditor", "feed")}
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
        yield Service(client, backend, keys, world)
    backend.engine.dispose()


def decided(own: Service) -> dict[str, str]:
    """Post the last cases of both kinds; return each decision as it was shown."""
    shown = {}
    for name, url in URLS.items():
        rows = own.world[name]
        for row in rows.slice(rows.num_rows - 30).to_pylist():
            answer = own.client.post(url, json=row_as_json(row), headers=own.headers("feed"))
            assert answer.status_code == 201, answer.text
            shown[answer.json()["decision_id"]] = answer.text
    return shown


def later_records(random: np.random.Generator, own: Service) -> dict[str, list[Row]]:
    """Return other people's records of the same years, half of which share phones, homes and names with the cases."""
    cases = [row for name in URLS for row in own.world[name].slice(own.world[name].num_rows - 30).to_pylist()]
    landings = own.world["landings"].column("landing_id").to_pylist()
    gone = set(own.world["departures"].column("landing_id").to_pylist())
    there = [item for item in landings[:-30] if item not in gone]
    created: dict[str, list[Row]] = {}
    for name, rows in generate(42, 4000)[0].tables.items():
        table = TABLES[name]
        created[name] = []
        for row in rows.to_pylist():
            row[table.id_column] = f"Z{row[table.id_column]}"
            case = cases[int(random.integers(len(cases)))]
            if random.random() < 0.5:
                for column in SHARED:
                    if column in row and column in case and column != table.id_column and case[column] is not None:
                        row[column] = case[column]
                for column in ("phone", "filed_by_phone"):
                    if column in row:
                        row[column] = case["stay_phone"]
                if name == "residence_events":
                    row["landing_id"] = landings[int(random.integers(len(landings) - 30))]
                if name == "outcomes":
                    row |= {"subject": "landing", "subject_id": landings[int(random.integers(len(landings) - 30))]}
                if name == "departures" and there:
                    row["landing_id"] = there.pop()
            created[name].append(row)
    return created


def post_all(own: Service, records: dict[str, list[Row]], limit: int) -> int:
    """Send rows to the deciding verbs, and store others as a loaded folder is, until there are so many."""
    stored = 0
    for name in ("establishments", "tip_database", "visa_applications", "landings"):
        for row in records[name][-15:] if name in URLS else ():
            answer = own.client.post(URLS[name], json=row_as_json(row), headers=own.headers("feed"))
            assert answer.status_code == 201, answer.text
            stored += 1
    for name, rows in records.items():
        rest = rows[:-15] if name in URLS else rows
        taken, faults = rows_to_table(name, [row_as_json(row) for row in rest[: limit - stored]])
        assert not faults
        engine = own.backend.engine.execution_options(isolation_level="READ COMMITTED")
        with engine.begin() as connection:
            stored += len(own.backend.store.append(connection, name, taken))
    return stored


def correct_the_past(random: np.random.Generator, own: Service) -> list[str]:
    """Correct stored records of all tables, the cases' own among them; return the decisions made anew."""
    again: list[str] = []
    corrected = turn = 0
    while corrected < CORRECTIONS:
        turn += 1
        name = list(TABLES)[turn % len(TABLES)]
        rows = own.world[name]
        at = rows.num_rows - 1 - turn // len(TABLES) if name in URLS else int(random.integers(rows.num_rows))
        row, other = rows.slice(at, 1).to_pylist()[0], rows.slice(int(random.integers(rows.num_rows)), 1).to_pylist()[0]
        for column in (*SHARED, "phone", "address", "finding", "kind", "action", "role", "industry"):
            if column in row and column != TABLES[name].id_column:
                row[column] = other[column]
        answer = own.client.post("/v1/corrections", json={"table": name, "record": row_as_json(row)},
                                 headers=own.headers("auditor"))  # fmt: skip
        # the birth date of another person, say, may be after the passport's issue
        assert answer.status_code in {201, 422}, answer.text
        corrected += answer.status_code == 201
        if "decision" in answer.json():
            again.append(answer.json()["decision"]["decision_id"])
    return again


def test_decisions_replay_after_ten_thousand_later_records_and_corrections(own: Service) -> None:
    random = np.random.default_rng(43)
    shown = decided(own)
    with own.backend.engine.connect() as connection:
        before = own.backend.store.head(connection)
    stored = post_all(own, later_records(random, own), LATER)
    again = correct_the_past(random, own)
    with own.backend.engine.connect() as connection:
        assert own.backend.store.head(connection) - before >= LATER + CORRECTIONS
        moved = sum(_other_now(own, connection, decision_id) for decision_id in shown)
    assert stored >= LATER
    assert len(again) > 20
    assert moved > len(shown) // 2, "what came later does concern the cases"
    for decision_id in (*shown, *again):
        replay = own.client.get(f"/v1/decisions/{decision_id}/replay", headers=own.headers("auditor")).json()
        assert all(replay[part] is True for part in ("identical", "features", "contributions", "shown")), replay
    for decision_id, stored in shown.items():
        assert own.client.get(f"/v1/decisions/{decision_id}", headers=own.headers("auditor")).text.startswith(
            stored[:-1]
        )


def _other_now(own: Service, connection: object, decision_id: str) -> bool:
    """Say whether the case would have other features if it were decided on all that is known by now."""
    result = decisions.by_id(connection, decision_id)  # type: ignore[arg-type]
    assert result is not None
    name = TABLE_OF_SUBJECT[result.subject]
    row: pa.Table = own.backend.store.rows(connection, name, [result.subject_id], result.record_position)  # type: ignore[arg-type]
    head = own.backend.store.head(connection)  # type: ignore[arg-type]
    facts = facts_of_table(name, row)
    now = own.backend.compute(connection, result.subject, row, facts, result.post, Sight(head))  # type: ignore[arg-type]
    return now.decision.features != result.features


def answer(feature: str, **more: str) -> str:
    text = {"ja": "理由", "en": "reason", **more}
    content = {
        "contributions": [{"feature": feature, "value": 0.1, "contribution": 0.2}],
        "warnings": [{"code": "unlike_training_range", "feature": feature, **text}, {"code": "child", "feature": None, **text}],
        "reasons": [{"code": feature, **text, "question": text}], "notice": text,
    }  # fmt: skip
    return json.dumps(content)


def test_an_answer_stored_under_a_former_feature_name_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not same_answer(answer("former_days"), answer("present_days"))
    monkeypatch.setattr("serving.decisions.replay.RENAMED_FEATURES", {"former_days": "present_days"})
    assert same_answer(answer("former_days"), answer("present_days"))
    assert same_answer(answer("present_days"), answer("present_days"))
    assert not same_answer(answer("former_days"), answer("other_days"))
    assert not same_answer(answer("former_days"), answer("present_days").replace("0.2", "0.20000000000000001e1"))


def test_an_answer_stored_before_a_language_was_added_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not same_answer(answer("days"), answer("days", ar="سبب"))
    monkeypatch.setattr("serving.decisions.replay.LANGUAGES", ("ja", "en", "ar"))
    assert same_answer(answer("days"), answer("days", ar="سبب"))
    assert not same_answer(answer("days"), answer("days", ar="سبب", en="another reason"))


@pytest.mark.timeout(7200)
def test_decisions_replay_after_later_records_corrections_two_models_and_a_restart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Decisions of three models, with corrections between, replayed all together by a service that was started anew."""
    home, count = tmp_path_factory.mktemp("long"), cases(DECISIONS, SHORT_DECISIONS)
    random, world = np.random.default_rng(5), generate(44, max(2000, count // 3))[0]
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    serve_another_model(settings, world, 30)
    backend = open_service(settings, open_engine(settings))
    posts = {name: world[name].num_rows // 3 for name in URLS}
    kept = {name: rows.slice(0, rows.num_rows - posts.get(name, 0)) for name, rows in world.tables.items()}
    with backend.engine.begin() as connection:
        backend.store.append_all(connection, kept)
        keys = {role: create_key(connection, role, None) for role in ("auditor", "feed")}
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
        service = Service(client, backend, keys, world)
        for turn in range(count):
            if turn in {count // 3, 2 * count // 3}:
                serve_another_model(settings, world, 20 + 40 * turn // count)
            name = list(URLS)[turn % 2]
            row = world[name].slice(world[name].num_rows - 1 - turn // 2 % posts[name], 1).to_pylist()[0]
            record = row_as_json(row) | {TABLES[name].id_column: f"X-{turn}"}
            answer = client.post(URLS[name], json=record, headers=service.headers("feed"))
            assert answer.status_code == 201, answer.text
            if turn % 50 == 49:
                correct_a_record(random, service)
    backend.engine.dispose()
    again = open_service(settings, open_engine(settings))
    with again.engine.connect() as connection:
        chosen = decisions.outlines(connection)
        models = {decision.model_sha256 for decision in decisions.by_ids(connection, [o.decision_id for o in chosen])}
    assert len(chosen) >= count
    assert len(models) == 6, "three models of each subject"
    assert {name: fault for name, fault in replay_faults(again, chosen) if fault is not None} == {}
    again.engine.dispose()


def serve_another_model(settings: Settings, world: Records, rounds: int) -> None:
    """Let other models serve; the former ones are kept."""
    for subject in ("visa", "entry"):
        trained = settings.home / f"trained-{subject}-{rounds}"
        train_model(world, subject, trained, settings, rounds)
        copy_bundle(trained, settings.home / "champions" / subject)
        approve(settings, settings.home / "champions" / subject, subject)


def correct_a_record(random: np.random.Generator, service: Service) -> None:
    """Correct a record of any table by values of another."""
    name = list(TABLES)[int(random.integers(len(TABLES)))]
    rows = service.world[name]
    kept = rows.num_rows * 2 // 3 if name in URLS else rows.num_rows
    row, other = (rows.slice(int(random.integers(kept)), 1).to_pylist()[0] for _ in range(2))
    row |= {column: other[column] for column in SHARED if column in row and column != TABLES[name].id_column}
    answer = service.client.post("/v1/corrections", json={"table": name, "record": row_as_json(row)},
                                 headers=service.headers("auditor"))  # fmt: skip
    # the birth date of another person, say, may be after the passport's issue
    assert answer.status_code in {201, 422}, answer.text


def test_an_answer_whose_sentences_alone_were_changed_is_the_same_but_for_the_wording() -> None:
    former, present = answer("days"), answer("days", en="another sentence", ja="別の文")
    assert not same_answer(former, present)
    assert same_answer(former, present, with_texts=False)
    assert not same_answer(former, answer("other_days", en="another sentence"), with_texts=False)
    for broken in ("", "{}", "[]", '"a"', '{"notice": 1}', former.replace("reasons", "reason")):
        assert not same_answer(broken, present)
        assert not same_answer(broken, present, with_texts=False)


def test_a_decision_worded_by_other_texts_says_so(own: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    decision_id = next(iter(decided_again(own, "A-WORDING")))
    other = {"ja": "別の注意", "en": "another notice"}
    monkeypatch.setattr("serving.decisions.scoring.text", lambda *_: other)
    result = replayed(own, decision_id)
    assert (result["identical"], result["differs"], result["shown"]) == (False, ["shown"], False)
    assert (result["features"], result["contributions"]) == (True, True)
    assert "only the wording differs" in str(result["note"])


def test_what_remains_provable_once_the_record_was_erased(own: Service) -> None:
    decision_id = next(iter(decided_again(own, "A-ERASED")))
    erase = text("delete from records.record where record_id like 'A-ERASED%'")
    with own.backend.engine.begin() as connection:
        without_triggers(connection)
        connection.execute(erase)
    result = replayed(own, decision_id)
    assert (result["identical"], result["contributions"], result["differs"]) == (False, True, [])
    assert "score and contributions follow from the stored features" in str(result["note"])
    assert "its row is as its leaf" in str(result["note"])
    # a changed score no longer follows
    with own.backend.engine.begin() as connection:
        without_triggers(connection)
        connection.execute(
            text("update serving.decision set score = score / 2 where decision_id::text = :id"), {"id": decision_id}
        )
    result = replayed(own, decision_id)
    assert result["differs"] == ["score"]
    assert "do NOT follow" in str(result["note"])
    # features cannot be read that are of another length than the model's
    with own.backend.engine.begin() as connection:
        without_triggers(connection)
        cut = "update serving.decision set features = substr(features, 1, 24) where decision_id::text = :id"
        connection.execute(text(cut), {"id": decision_id})
    result = replayed(own, decision_id)
    assert "features" in result["differs"]
    assert "its model cannot read the stored features" in str(result["note"])


def decided_again(own: Service, name: str) -> dict[str, str]:
    """Post the first scored case of the world under another id."""
    for row in own.world["visa_applications"].slice(0, 20).to_pylist():
        record = {**row_as_json(row), "application_id": name}
        answer = own.client.post(URLS["visa_applications"], json=record, headers=own.headers("feed"))
        assert answer.status_code == 201, answer.text
        if answer.json()["score"] is not None:
            return {answer.json()["decision_id"]: answer.text}
        name += "x"
    raise AssertionError("no case of the world is scored")


def replayed(own: Service, decision_id: str) -> dict[str, object]:
    answer = own.client.get(f"/v1/decisions/{decision_id}/replay", headers=own.headers("auditor"))
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]
