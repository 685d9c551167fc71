from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from features.catalogue import catalogue
from features.settings import Settings
from features.tables.json_rows import row_as_json
from models.approval import Stage, Terms, approval_path
from models.bundle import copy_bundle, load_bundle
from models.signatures import load_or_create_key, trusted_keys
from serving.app import create_app
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import LoadedModels
from serving.store import decisions
from tests.serving.conftest import Service, approve, train_model

SWAPS = 100


@pytest.fixture(scope="module")
def two(service: Service, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two signed models of the same catalogue whose scores differ."""
    folders = tmp_path_factory.mktemp("two")
    settings = service.backend.models.settings
    train_model(service.world, "visa", folders / "a", settings, rounds=3)
    train_model(service.world, "visa", folders / "b", settings, rounds=6)
    return folders / "a", folders / "b"


@pytest.fixture
def settings(service: Service, two: tuple[Path, Path], tmp_path: Path) -> Settings:
    """A home of its own, which approves both models and trusts the service's key."""
    own = replace(
        service.backend.models.settings, home=tmp_path, trusted_key_paths=service.backend.models.settings.trusted
    )
    for folder in two:
        approve(own, folder)
    return own


def whole(folder: Path, settings: Settings) -> str:
    return load_bundle(folder, trusted=trusted_keys(settings.trusted), catalogue=catalogue("visa")).sha256


def swapping(target: Path, two: tuple[Path, Path], failed: list[str]) -> Iterator[None]:
    """Swaps the two models in a thread of its own while its user looks on."""

    def swap() -> None:
        try:
            for turn in range(SWAPS):
                copy_bundle(two[turn % 2], target)
        except Exception as error:
            failed.append(repr(error))

    thread = threading.Thread(target=swap)
    thread.start()
    while thread.is_alive():
        yield
    thread.join()


def test_during_a_hundred_swaps_every_load_is_whole_and_one_of_the_two(
    two: tuple[Path, Path], settings: Settings
) -> None:
    target = settings.home / "champions" / "visa"
    copy_bundle(two[0], target)
    known, failed, loads = {whole(item, settings) for item in two}, [], 0
    for _ in swapping(target, two, failed):
        assert whole(target, settings) in known
        loads += 1
    assert not failed
    assert loads >= 3


def test_during_a_hundred_swaps_every_answer_comes_from_one_whole_model(
    service: Service, two: tuple[Path, Path], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    target = settings.home / "champions" / "visa"
    copy_bundle(two[0], target)
    backend = DecisionService(service.backend.engine, service.backend.store, LoadedModels(settings))
    backend.models.reload()
    table = service.world["visa_applications"]
    body = {
        "subject": "visa", "subject_id": table.column("application_id")[table.num_rows - 1].as_py(),
        "records": {"visa_applications": [row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])]},
    }  # fmt: skip
    failed: list[str] = []
    answers = set()
    with TestClient(create_app(service=backend)) as client, caplog.at_level(logging.WARNING):
        for _ in swapping(target, two, failed):
            answer = client.post("/v1/score", json=body, headers=service.headers("auditor"))
            assert answer.status_code == 200
            decision = answer.json()
            total = decision["base_value"] + sum(item["contribution"] for item in decision["contributions"])
            assert abs(total - decision["raw_score"]) < 1e-9
            answers.add((decision["model"]["sha256"], decision["raw_score"]))
    assert not failed
    assert {sha256 for sha256, _ in answers} <= {whole(item, settings) for item in two}
    # one raw score for each model: never one model's name with the other's number
    assert len(answers) == len({sha256 for sha256, _ in answers})
    assert "refused" not in caplog.text
    assert not backend.models.refused


def test_both_models_stay_in_the_folder_of_all_that_served(two: tuple[Path, Path], settings: Settings) -> None:
    target = settings.home / "champions" / "visa"
    for item in two:
        copy_bundle(item, target)
    assert whole(target, settings) == whole(two[1], settings)
    loaded = LoadedModels(settings)
    loaded.reload()
    earlier = whole(two[0], settings)
    result = loaded.by_hash(earlier, "visa")
    assert result is not None
    assert result.sha256 == earlier
    assert loaded.by_hash("0" * 64, "visa") is None


def test_a_folder_of_an_earlier_installation_gives_way(two: tuple[Path, Path], settings: Settings) -> None:
    target = settings.home / "champions" / "visa"
    target.mkdir(parents=True)
    for path in two[0].iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    copy_bundle(two[1], target)
    assert whole(target, settings) == whole(two[1], settings)


def test_a_kept_folder_that_was_damaged_is_put_right(two: tuple[Path, Path], settings: Settings) -> None:
    target = settings.home / "champions" / "visa"
    copy_bundle(two[0], target)
    (target / "model.txt").write_bytes(b"damaged")
    copy_bundle(two[0], target)
    assert whole(target, settings) == whole(two[0], settings)


def test_serving_verifies_without_the_private_key(two: tuple[Path, Path], settings: Settings, tmp_path: Path) -> None:
    public = tmp_path / "vouching.pub"
    public.write_bytes(settings.trusted[0].read_bytes())
    bare = replace(settings, signing_key_path=tmp_path / "nowhere" / "signing.pem", trusted_key_paths=(public,))
    copy_bundle(two[0], bare.home / "champions" / "visa")
    loaded = LoadedModels(bare)
    loaded.reload()
    assert loaded.bundles["visa"].sha256 == whole(two[0], settings)
    assert not (tmp_path / "nowhere").exists()


def test_without_a_key_to_trust_nothing_serves_until_there_is_one(
    two: tuple[Path, Path], settings: Settings, tmp_path: Path
) -> None:
    public = tmp_path / "later.pub"
    loaded = LoadedModels(replace(settings, trusted_key_paths=(public,)))
    copy_bundle(two[0], settings.home / "champions" / "visa")
    loaded.reload()
    assert not loaded.bundles
    assert "MIMAMORI_TRUSTED_KEYS" in loaded.refused["visa"]
    public.write_bytes(settings.trusted[0].read_bytes())
    loaded.reload()
    assert set(loaded.bundles) == {"visa"}
    assert not loaded.refused


def test_a_model_of_an_untrusted_key_is_refused(settings: Settings, two: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    load_or_create_key(other)
    loaded = LoadedModels(replace(settings, trusted_key_paths=(tmp_path / "other.pub",)))
    copy_bundle(two[0], settings.home / "champions" / "visa")
    loaded.reload()
    assert not loaded.bundles
    assert "no trusted key" in loaded.refused["visa"]


def test_a_case_too_unlike_the_training_rows_has_no_score_and_still_replays(service: Service) -> None:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-UNLIKE"}
    bundle = service.backend.models.bundles["visa"]
    narrow = replace(
        bundle, profile=replace(bundle.profile, low=tuple([1e9] * len(bundle.profile.low)), high=tuple([1e9] * len(bundle.profile.low)))
    )  # fmt: skip
    kept = service.backend.models.bundles
    try:
        service.backend.models.bundles = {**kept, "visa": narrow}
        answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()
        url = f"/v1/decisions/{answer['decision_id']}/replay"
        replay = service.client.get(url, headers=service.headers("auditor")).json()
    finally:
        service.backend.models.bundles = kept
    assert (answer["route"], answer["score"], answer["contributions"]) == ("no_score", None, [])
    assert answer["warnings"]
    assert replay["identical"] is True


def test_a_childs_score_is_kept_but_shown_nowhere(service: Service) -> None:
    table = service.world["visa_applications"]
    record = {
        **row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]),
        "application_id": "A-YOUNG", "birth_date": "2003-04-05",
    }  # fmt: skip
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()
    assert answer["route"] == "child_procedure"
    assert (answer["score"], answer["raw_score"], answer["base_value"]) == (None, None, None)
    assert answer["contributions"] == answer["reasons"] == []
    assert [item["code"] for item in answer["warnings"]] == ["child"]
    with service.backend.engine.connect() as connection:
        stored = decisions.by_id(connection, answer["decision_id"])
    assert stored is not None
    assert stored.score is not None
    assert np.frombuffer(stored.contributions).any()
    url = f"/v1/decisions/{answer['decision_id']}/replay"
    assert service.client.get(url, headers=service.headers("auditor")).json()["identical"] is True


TODAY = dt.date(2013, 6, 1)
TRIAL = Terms(Stage.TRIAL, 0.2, TODAY)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (None, "signed but not approved; mimamori promote visa"),
        ({"subject": "entry"}, "signed but not approved"),
        ({"bundle_sha256": "0" * 64}, "signed but not approved"),
        ({"terms": replace(TRIAL, until=dt.date(2013, 5, 31))}, "its trial ended on 2013-05-31"),
        ({"terms": TRIAL}, None),
        ({}, None),
    ],
)
def test_a_champion_serves_by_the_approval_of_this_very_bundle_alone(
    two: tuple[Path, Path], settings: Settings, changes: dict[str, Any] | None, expected: str | None
) -> None:
    shutil.rmtree(settings.home / "approvals")
    if changes is not None:
        approve(settings, two[0], **changes)
    copy_bundle(two[0], settings.home / "champions" / "visa")
    loaded = LoadedModels(settings, today=lambda: TODAY)
    loaded.reload()
    assert ("visa" in loaded.bundles) == ("visa" in loaded.approvals) == (expected is None)
    assert expected is None or expected in loaded.refused["visa"]


def test_an_approval_that_is_altered_or_removed_while_its_model_serves_ends_that(
    two: tuple[Path, Path], settings: Settings
) -> None:
    copy_bundle(two[0], settings.home / "champions" / "visa")
    loaded = LoadedModels(settings)
    loaded.reload()
    path = approval_path(settings.home, "visa", whole(two[0], settings))
    content = path.read_bytes()
    for changed, expected in ((content.replace(b'"E2"', b'"E3"'), "altered"), (None, "not approved")):
        path.unlink() if changed is None else path.write_bytes(changed)
        loaded.reload()
        assert not loaded.bundles
        assert expected in loaded.refused["visa"]
        path.write_bytes(content)
        loaded.reload()
        assert set(loaded.bundles) == {"visa"}
        assert not loaded.refused


def test_the_day_after_its_trial_a_model_in_use_serves_no_longer_even_if_its_files_were_changed(
    two: tuple[Path, Path], settings: Settings
) -> None:
    approve(settings, two[0], terms=TRIAL)
    target, day = settings.home / "champions" / "visa", TODAY
    copy_bundle(two[0], target)
    loaded = LoadedModels(settings, today=lambda: day)
    loaded.reload()
    (target / "model.txt").write_bytes(b"changed")
    loaded.reload()
    assert set(loaded.bundles) == {"visa"}  # the verified one in use stays
    day += dt.timedelta(days=1)
    loaded.reload()
    assert not loaded.bundles
    assert loaded.trials_ended == {"visa": TODAY}


def test_a_kept_model_needs_no_approval_for_a_replay(two: tuple[Path, Path], settings: Settings) -> None:
    copy_bundle(two[0], settings.home / "champions" / "visa")
    shutil.rmtree(settings.home / "approvals")
    loaded = LoadedModels(settings)
    loaded.reload()
    assert not loaded.bundles
    assert loaded.by_hash(whole(two[0], settings), "visa") is not None


def test_an_unapproved_champion_gives_no_score_and_readyz_says_why(
    service: Service, two: tuple[Path, Path], settings: Settings
) -> None:
    approve(settings, two[0], terms=TRIAL)
    copy_bundle(two[0], settings.home / "champions" / "visa")
    loaded = LoadedModels(settings, today=lambda: TODAY + dt.timedelta(days=1))
    backend = DecisionService(service.backend.engine, service.backend.store, loaded)
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    body = {"subject": "visa", "subject_id": row["application_id"], "records": {"visa_applications": [row]}}
    with TestClient(create_app(service=backend)) as client:
        ready = client.get("/readyz")
        answer = client.post("/v1/score", json=body, headers=service.headers("auditor")).json()
    assert ready.status_code == 503
    assert "its trial ended on 2013-06-01" in ready.json()["refused"]["visa"]
    assert (answer["route"], answer["score"]) == ("no_score", None)
