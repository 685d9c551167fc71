"""Covers: registry.loaded_models.

Whatever byte of a model's folder is changed: it is refused in clear words, and the old model answers as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from features.settings import Settings
from features.tables.json_rows import row_as_json
from models.bundle import copy_bundle
from serving.app import create_app
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import LoadedModels
from tests.models.test_bundle import edited
from tests.proof_size import cases
from tests.serving.conftest import Service, approve, train_model, until

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1500)]
EDITS = cases(1000, 60)


@pytest.fixture
def settings(service: Service, tmp_path: Path) -> Settings:
    """A home of its own with one champion, which the service's key vouches for."""
    own = replace(
        service.backend.models.settings, home=tmp_path, trusted_key_paths=service.backend.models.settings.trusted
    )
    train_model(service.world, "visa", tmp_path / "made", service.backend.models.settings, rounds=5)
    copy_bundle(tmp_path / "made", tmp_path / "champions" / "visa")
    approve(own, tmp_path / "made")
    return own


def running(service: Service, settings: Settings) -> Iterator[TestClient]:
    loaded = LoadedModels(settings)
    loaded.reload()
    with TestClient(
        create_app(service=DecisionService(service.backend.engine, service.backend.store, loaded))
    ) as client:
        yield client


@pytest.fixture
def client(service: Service, settings: Settings) -> Iterator[TestClient]:
    yield from running(service, settings)


def what_if(service: Service, client: TestClient) -> dict[str, object]:
    """Return the answer about one case, without what differs from answer to answer."""
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    body = {"subject": "visa", "subject_id": row["application_id"], "records": {"visa_applications": [row]}}
    answer = client.post("/v1/score", json=body, headers=service.headers("scientist"))
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name != "decision_id"}


def refused(client: TestClient) -> dict[str, str]:
    return client.get("/readyz").json()["refused"]  # type: ignore[no-any-return]


def test_no_changed_byte_reaches_an_answer(service: Service, client: TestClient, settings: Settings) -> None:
    folder = (settings.home / "champions" / "visa").resolve()
    files, random = sorted(folder.iterdir()), np.random.default_rng(61)
    before = what_if(service, client)
    assert before["score"] is not None
    for turn in range(EDITS):
        path = files[turn % len(files)]
        content = path.read_bytes()
        path.write_bytes(edited(random, content))
        assert what_if(service, client) == before
        # the service's threads read models too, and may be a moment behind
        until(lambda: "; expected " in refused(client).get("visa", ""))
        path.write_bytes(content)
        assert what_if(service, client) == before
        until(lambda: "visa" not in refused(client))


def test_with_nothing_but_a_changed_model_there_is_no_score_rather_than_a_low_one(
    service: Service, settings: Settings
) -> None:
    model = settings.home / "champions" / "visa" / "model.txt"
    model.write_bytes(model.read_bytes().replace(b"leaf_value=", b"leaf_value=1", 1))
    for client in running(service, settings):
        answer = what_if(service, client)
        assert (answer["route"], answer["score"], answer["contributions"]) == ("no_score", None, [])
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "its bytes were changed" in ready.json()["refused"]["visa"]
