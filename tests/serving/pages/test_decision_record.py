"""One decision as an auditor reads it. Covers: decisions.audit_file, decisions.comparable_cases, decisions.counterfactual, log.proofs, store.comparable_cases."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from features.catalogue.findings import FINDING_OF_FEATURE
from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.auth.permissions import ALL_POSTS, AUDITOR, Caller
from serving.decisions import counterfactual as trials
from serving.decisions.audit_file import audit_file
from serving.decisions.case_file import case_file
from serving.decisions.comparable_cases import distances_by_finding, nearest_cases
from serving.decisions.counterfactual import counterfactual
from serving.decisions.service import DecisionService
from serving.store import decisions
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import Service, close_cases

POST = "QD-ONE"
WORDS = texts("pages.decision_record")
READER = Caller(AUDITOR, (), 0, "auditor", ALL_POSTS)


@pytest.fixture(scope="module")
def cases(service: Service) -> list[dict[str, Any]]:
    """Decisions on the latest applications of the world under a post of their own, the highest score first."""
    table = service.world["visa_applications"]
    sent = []
    for number in range(1, 25):
        body = row_as_json(table.slice(table.num_rows - number, 1).to_pylist()[0])
        body |= {"application_id": f"QD-{number}", "post": POST, "guarantor_phone": "090-6161-0001"}
        answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed"))
        assert answer.status_code == 201, answer.text
        sent.append(answer.json())
    return sorted((each for each in sent if each["score"] is not None), key=lambda each: -each["score"])


def page(service: Service, decision: dict[str, Any], role: str = "auditor", query: str = "lang=en") -> str:
    service.client.cookies.clear()
    service.sign_in(role)
    answer = service.client.get(f"/decisions/{decision['decision_id']}?{query}")
    service.client.cookies.clear()
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_page_shows_what_was_shown_with_seal_and_replay(service: Service, cases: list[dict[str, Any]]) -> None:
    decision = next(each for each in cases if each["reasons"])
    for language in ("en", "ja"):
        shown = page(service, decision, query=f"lang={language}")
        assert WORDS["replay_same"][language] in shown
        assert WORDS["like_leaf"][language].partition("{n}")[0] in shown
        assert all(
            reason["question"][language] in shown for reason in decision["reasons"] if reason["direction"] == "raises"
        )
        assert WORDS["facts_try"][language] in shown


def test_a_changed_row_is_said(service: Service, cases: list[dict[str, Any]]) -> None:
    with service.backend.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        change = text("update serving.decision set post = :post where decision_id = cast(:id as uuid)")
        connection.execute(change, {"post": "QD-TWO", "id": cases[0]["decision_id"]})
    try:
        assert WORDS["unlike_leaf"]["en"].format(columns="post") in page(service, cases[0])
    finally:
        with service.backend.engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(change, {"post": POST, "id": cases[0]["decision_id"]})


def test_only_an_auditor_opens_it_and_every_reader_stands_on_it(service: Service, cases: list[dict[str, Any]]) -> None:
    decision = cases[-1]
    for role in ("officer", "scientist", "elsewhere"):
        service.sign_in(role)
        assert service.client.get(f"/decisions/{decision['decision_id']}").status_code == 403
        service.client.cookies.clear()
    view = texts("serving.reading_views")["audit"]["en"]
    assert view not in page(service, decision)
    assert view in page(service, decision)


def test_the_database_says_to_no_post_who_read(service: Service, cases: list[dict[str, Any]]) -> None:
    query = text("select count(*) from serving.readers_of_case('visa', :id)")
    with service.backend.for_requests().engine.begin() as connection:
        assert connection.execute(query, {"id": cases[0]["subject_id"]}).scalar_one() == 0


def test_the_interview_the_later_decisions_and_what_changed_stand_on_it(
    service: Service, cases: list[dict[str, Any]]
) -> None:
    decision = cases[1]
    row = {**record_of(service, decision["subject_id"]), "guarantor_phone": "090-6161-0099"}
    body = {"table": "visa_applications", "record": row}
    answer = service.client.post("/v1/corrections", json=body, headers=service.headers("auditor"))
    assert answer.status_code == 201, answer.text
    again = answer.json()["decision"]["decision_id"]
    shown = page(service, decision)
    assert f'href="/decisions/{again}"' in shown
    assert texts("serving.columns")["guarantor_phone"]["en"] in shown
    assert texts("pages.common")["act_correction"]["en"] in shown


def record_of(service: Service, name: str) -> dict[str, Any]:
    with service.backend.engine.connect() as connection:
        return row_as_json(service.backend.store.rows(connection, "visa_applications", [name]).to_pylist()[0])


def file_of(service: Service, decision: dict[str, Any], connection: Any) -> Any:
    stored = decisions.by_id(connection, decision["decision_id"])
    assert stored is not None
    return case_file(connection, service.backend, READER, stored)


def test_what_followed_is_what_the_records_say_today(service: Service, cases: list[dict[str, Any]]) -> None:
    decision = cases[2]
    outcome = {
        "outcome_id": "OUT-QD", "subject": "visa_application", "subject_id": decision["subject_id"], "arm": "later_identification",
        "occurred_at": "2014-01-02T00:00:00Z", "known_at": "2014-01-03T00:00:00Z", "finding": "victim_identified",
        "inclusion_probability": None, "typology": "T5",
    }  # fmt: skip
    answer = service.client.post("/v1/records/outcomes", content=json.dumps(outcome),
                                 headers={**service.headers("feed"), "content-type": "application/x-ndjson"})  # fmt: skip
    assert answer.status_code == 201, answer.text
    with transaction(service.backend.engine, EVERYTHING) as connection:
        stored = decisions.by_id(connection, decision["decision_id"])
        assert stored is not None
        after = audit_file(connection, service.backend, stored).after
    assert ("outcomes", "victim_identified") in {(event.table, event.category) for event in after}
    assert texts("serving.categories")["victim_identified"]["en"] in page(service, decision)


def test_the_nearest_cases_are_those_of_an_exhaustive_search(service: Service, cases: list[dict[str, Any]]) -> None:
    with transaction(service.backend.engine, EVERYTHING) as connection:
        file = file_of(service, cases[0], connection)
        nearest = nearest_cases(connection, service.backend, file)
        every = [
            each for each in (decisions.by_id(connection, name) for name in decisions.all_ids(connection))
            if each is not None and each.subject == "visa" and each.subject_id != file.decision.subject_id
            and each.route == "interview_queue" and each.model_sha256 == file.decision.model_sha256
            and not decisions.is_interviewed(connection, each.subject, each.subject_id)
        ]  # fmt: skip
        same_status = [
            each for each in every if status_of(service, connection, each.subject_id) == file.row["status_of_residence"]
        ]
        latest = [each for each in same_status if decisions.latest(connection, "visa", each.subject_id) == each]
    assert nearest
    own = np.frombuffer(file.decision.contributions)
    names = service.backend.models.bundles["visa"].catalogue.names
    expected = sorted(by_hand(names, own, np.frombuffer(each.contributions)) for each in latest)[:3]
    assert [each.distance for each in nearest if not each.is_interviewed] == pytest.approx(expected)


def status_of(service: Service, connection: Any, name: str) -> str:
    return str(
        service.backend.store.rows(connection, "visa_applications", [name]).column("status_of_residence")[0].as_py()
    )


def by_hand(names: Any, own: Any, other: Any) -> float:
    """Return the sum over findings of how far their contributions lie apart, feature by feature."""
    sums: dict[str, float] = {}
    for name, a, b in zip(names, own, other, strict=True):
        finding = FINDING_OF_FEATURE.get(name)
        group = "" if finding is None else finding.link or finding.code
        sums[group] = sums.get(group, 0.0) + float(b) - float(a)
    return sum(abs(each) for each in sums.values())


def test_a_distance_adds_up_findings_not_features() -> None:
    # two features of one finding that cancel each other are no difference
    first, second, *_ = (name for name, finding in FINDING_OF_FEATURE.items() if finding.code == "connected_people")
    distances = distances_by_finding(
        (first, second, "other"), np.zeros(3), [np.array([1.0, -1.0, 0.25]), np.array([0.5, 0.5, 0.0])]
    )
    assert distances.tolist() == [0.25, 1.0]
    assert distances_by_finding((first,), np.zeros(1), []).shape == (0,)


def test_every_trial_is_what_a_correction_to_it_would_give(service: Service, cases: list[dict[str, Any]]) -> None:
    # a case of the newest record: a correction is scored on what is stored by then
    body = {**record_of(service, cases[0]["subject_id"]), "application_id": "QD-LAST"}
    decision = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed")).json()
    with transaction(service.backend.engine, EVERYTHING) as connection:
        tried = counterfactual(connection, service.backend, file_of(service, decision, connection))
    assert tried is not None
    assert tried.is_verified
    columns = [trial for trial in tried.trials if trial.fact.is_column]
    assert columns
    assert [trial.change for trial in tried.trials] == sorted(trial.change for trial in tried.trials)
    trial = columns[0]
    body = {
        "table": "visa_applications",
        "record": {**record_of(service, decision["subject_id"]), trial.fact.name: None},
    }
    answer = service.client.post("/v1/corrections", json=body, headers=service.headers("auditor")).json()
    assert answer["changed"] == [trial.fact.name]
    assert answer["score_after"] == trial.score < decision["score"]
    assert WORDS["facts_tried"]["en"].format(n=tried.tried) in page(service, decision, query="lang=en&facts=true")


def test_the_line_is_the_lowest_score_that_was_interviewed(service: Service, cases: list[dict[str, Any]]) -> None:
    held = next(each for each in cases if each["subject_id"] not in {"QD-0"} and each["score"] < cases[0]["score"])
    with transaction(service.backend.engine, EVERYTHING) as connection:
        decisions.mark_interviewed(connection, "visa", held["subject_id"], 0)
        file = file_of(service, cases[0], connection)
        latest = decisions.latest(connection, "visa", held["subject_id"])
        tried = counterfactual(connection, service.backend, file)
        assert tried is not None
        assert latest is not None
        assert tried.line == latest.score
        for trial in tried.trials:
            assert trial.is_out == (trial.score < tried.line)
        connection.rollback()


def test_what_cannot_be_verified_is_not_said(
    service: Service, cases: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = trials.decide_case
    monkeypatch.setattr(trials, "decide_case", lambda *given, **named: replace(decide(*given, **named), score=0.5))
    assert WORDS["facts_unverified"]["en"] in page(service, cases[0], query="lang=en&facts=true")


def test_a_child_s_page_shows_no_score_and_tries_nothing(service: Service) -> None:
    table = service.world["visa_applications"]
    body = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    body |= {"application_id": "QD-CHILD", "birth_date": "2004-02-29", "post": POST}
    child = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed")).json()
    shown = page(service, child, query="lang=en&facts=true")
    assert WORDS["child_shown"]["en"] in shown
    assert WORDS["facts_no_score"]["en"] in shown
    with service.backend.engine.begin() as connection:
        score = connection.execute(
            text("select score from serving.decision where subject_id = 'QD-CHILD'")
        ).scalar_one()
    close_cases(service, "visa", ["QD-CHILD"])
    assert f"{score:.4f}" not in shown


@pytest.fixture
def with_log_key(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DecisionService:
    models = service.backend.models
    monkeypatch.setattr(models, "settings", replace(models.settings, log_key_path=tmp_path / "log.pem"))
    return service.backend


@pytest.mark.usefixtures("with_log_key")
def test_the_proof_is_checked_without_the_service_and_a_changed_one_is_not(
    service: Service, cases: list[dict[str, Any]], tmp_path: Path
) -> None:
    service.sign_in("auditor")
    answer = service.client.get(f"/decisions/{cases[0]['decision_id']}/proof")
    service.client.cookies.clear()
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packet:
        packet.extractall(tmp_path)
    command = [sys.executable, "-I", "verifier.py", "--proof", "proof.json", "--key", "log.pub"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == "no fault\n"
    proof = json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))
    assert proof["leaf"]["id"] == cases[0]["decision_id"]
    proof["leaf"]["content"] = proof["leaf"]["content"].replace(POST, "QD-TWO")
    (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_without_a_key_of_the_log_there_is_no_packet(service: Service, cases: list[dict[str, Any]]) -> None:
    service.sign_in("auditor")
    assert service.client.get(f"/decisions/{cases[0]['decision_id']}/proof").status_code == 409
    assert service.client.get("/decisions/nothing/proof").status_code == 404
    assert service.client.get("/decisions/nothing").status_code == 404
    service.client.cookies.clear()


def test_words_never_say_that_the_person_lied() -> None:
    for language, banned in {
        "en": ("lie", "lying", "fraud", "false", "suspic"),
        "ja": ("嘘", "うそ", "虚偽", "偽", "疑"),
    }.items():
        said = " ".join(
            label[language].lower()
            for key, label in WORDS.items()
            if key.startswith(("fact", "is_out", "stays", "line"))
        )
        assert not [word for word in banned if word in said]
