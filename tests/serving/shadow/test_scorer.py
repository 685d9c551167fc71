"""Covers: shadow.scorer, store.shadows, store.record_ids."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from features.catalogue import catalogue
from features.tables.json_rows import row_as_json
from models.bundle import Bundle, copy_bundle, load_bundle
from models.signatures import trusted_keys
from serving.log.leaves import append_state
from serving.shadow.comparison import shadow_comparison
from serving.shadow.report import markdown_report
from serving.shadow.scorer import ShadowScorer
from serving.store import shadows
from tests.serving.conftest import Service, train_model

SOON = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def challenger(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Another model than the champion, among those that the service keeps."""
    folder = tmp_path_factory.mktemp("challenger") / "bundle"
    settings = service.backend.models.settings
    train_model(service.world, "visa", folder, settings, rounds=5)
    copy_bundle(folder, settings.home / "challengers" / "visa")
    return load_bundle(folder, trusted=trusted_keys(settings.trusted), catalogue=catalogue("visa"))


@pytest.fixture
def running(service: Service, challenger: Bundle) -> Iterator[None]:
    with service.backend.engine.begin() as connection:
        shadows.start(connection, "visa", challenger.sha256, "7", SOON)
    yield
    with service.backend.engine.begin() as connection:
        shadows.stop(connection, "visa")


def posted(service: Service, name: str, **changed: Any) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": name, **changed}
    return service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()  # type: ignore[no-any-return]


def scores_of(service: Service, decision_id: str) -> list[Any]:
    with service.backend.engine.connect() as connection:
        return list(connection.execute(
            text("select raw_score, contributions from serving.shadow_score where decision_id = cast(:id as uuid)"),
            {"id": decision_id},
        ))  # fmt: skip


def score_all(service: Service) -> None:
    """Score all that is pending; the service's own thread may hold the lock of the scorers for a moment."""
    scorer, idle = ShadowScorer(service.backend), 0
    while idle < 4:
        idle = 0 if scorer.score_pending() else idle + 1
        time.sleep(0.1)


@pytest.mark.usefixtures("running")
def test_the_challenger_scores_what_the_champion_decided_and_the_answer_shows_nothing_of_it(
    service: Service, challenger: Bundle
) -> None:
    decision = posted(service, "A-SHADOW")
    score_all(service)
    [(raw, added)] = scores_of(service, decision["decision_id"])
    values = np.array([[np.nan if item["value"] is None else item["value"] for item in decision["contributions"]]])
    assert raw == float(challenger.explain(values).raw_score[0])
    assert raw != decision["raw_score"]
    assert abs(challenger.scorer.base_value + np.frombuffer(added).sum() - raw) < 1e-9
    for role in ("officer", "auditor"):
        url = f"/v1/decisions/{decision['decision_id']}"
        answer = service.client.get(url, headers=service.headers(role))
        assert {name: shown for name, shown in answer.json().items() if name != "acts"} == decision
        assert challenger.sha256 not in answer.text
    # other cases of this service may have been decided by a model of the same bytes
    cases = service.client.get("/v1/queue?capacity=500", headers=service.headers("officer")).json()["cases"]
    assert not any(challenger.sha256 in str(case) for case in cases if case["subject_id"] == "A-SHADOW")
    assert service.client.get(f"{url}/replay", headers=service.headers("auditor")).json()["identical"] is True


@pytest.mark.usefixtures("running")
def test_nothing_is_scored_twice_and_a_child_never(service: Service) -> None:
    decision = posted(service, "A-TWICE")
    child = posted(service, "A-SHADOW-CHILD", birth_date="2003-04-05")
    score_all(service)
    score_all(service)
    assert len(scores_of(service, decision["decision_id"])) == 1
    assert child["route"] == "child_procedure"
    assert not scores_of(service, child["decision_id"])


def test_before_it_begins_and_after_it_ends_nothing_is_scored(service: Service, challenger: Bundle) -> None:
    before = posted(service, "A-BEFORE-SHADOW")
    with service.backend.engine.begin() as connection:
        shadows.start(connection, "visa", challenger.sha256, "8", SOON)
        query = text("update serving.shadow set ends_at = now() where version = '8' returning shadow_id")
        append_state(connection, "shadow", connection.execute(query).scalars().all())
    after = posted(service, "A-AFTER-SHADOW")
    score_all(service)
    assert not scores_of(service, before["decision_id"])
    assert not scores_of(service, after["decision_id"])


@pytest.mark.usefixtures("running")
def test_what_was_decided_before_a_shadow_ended_is_scored_after_it(service: Service) -> None:
    decision = posted(service, "A-LAST-MOMENT")
    with service.backend.engine.begin() as connection:
        shadows.stop(connection, "visa")
    score_all(service)
    assert len(scores_of(service, decision["decision_id"])) == 1


@pytest.mark.usefixtures("running")
def test_a_decision_that_commits_late_is_still_scored(service: Service) -> None:
    scorer = ShadowScorer(service.backend)
    late = posted(service, "A-LATE")
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.shadow_score"))
    newer = posted(service, "A-NEWER")
    scorer.score_pending()
    with service.backend.engine.begin() as connection:
        # as if the earlier one, whose number is lower, had become visible only now
        connection.execute(
            text("delete from serving.shadow_score where decision_id = cast(:id as uuid)"), {"id": late["decision_id"]}
        )
    scorer.score_pending()
    assert len(scores_of(service, late["decision_id"])) == len(scores_of(service, newer["decision_id"])) == 1


def test_a_challenger_whose_folder_is_gone_makes_nothing_up(service: Service) -> None:
    with service.backend.engine.begin() as connection:
        shadows.start(connection, "visa", "0" * 64, "9", SOON)
    decision = posted(service, "A-GONE")
    score_all(service)
    assert not scores_of(service, decision["decision_id"])
    with service.backend.engine.begin() as connection:
        assert shadows.stop(connection, "visa") == 1


@pytest.mark.usefixtures("running")
def test_the_report_of_live_cases_takes_findings_from_recorded_interviews(service: Service) -> None:
    decision = posted(service, "A-FOUND")
    score_all(service)
    outcome = {
        "subject": "visa_application", "subject_id": "A-FOUND", "occurred_at": "2013-02-01T00:00:00Z",
        "known_at": "2013-02-02T00:00:00Z", "arm": "random", "inclusion_probability": 0.1, "finding": "indications",
    }  # fmt: skip
    done = service.client.post("/v1/interviews", json=outcome, headers=service.headers("officer"))
    assert done.status_code == 201, done.text
    with service.backend.engine.connect() as connection:
        latest = shadows.latest(connection, "visa")
        assert latest is not None
        report = shadow_comparison(connection, service.backend.store, latest)
    assert report["running"]
    # the service drew nobody here, whatever the request claims
    assert report["at_capacity"][0]["found"]["targeted"]["findings"] == 1
    assert markdown_report(report).startswith("Synthetic data; not validated")
    assert decision["decision_id"] not in markdown_report(report)


def test_the_kept_folder_is_what_is_loaded(service: Service, challenger: Bundle) -> None:
    kept: Path = service.backend.models.settings.home / "kept" / challenger.sha256
    assert kept.is_dir()
