"""A model from before findings explains by feature, and its decisions replay after a model with peers has replaced it.

Covers: decisions.scoring.
"""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from features.database import open_engine
from features.settings import Settings
from features.tables.json_rows import row_as_json
from models.storage import copy_bundle
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.decisions.service import open_service
from synthetic_data.world import generate
from tests.serving.conftest import train_model


def test_decisions_in_the_former_form_replay_beside_those_by_findings(tmp_path: Path) -> None:
    settings = Settings(tmp_path, None, "", tmp_path / "keys" / "signing.pem", tmp_path / "keys" / "data.key")
    world, target = generate(5, 700)[0], tmp_path / "champions" / "visa"
    for name, with_peers in (("former", False), ("present", True)):
        train_model(world, "visa", tmp_path / name, settings, with_peers=with_peers)
    copy_bundle(tmp_path / "former", target)
    backend = open_service(settings, open_engine(settings))
    applications = world["visa_applications"]
    with backend.engine.begin() as connection:
        kept = {name: rows.slice(0, rows.num_rows - 4) if name == "visa_applications" else rows
                for name, rows in world.tables.items()}  # fmt: skip
        backend.store.append_all(connection, kept)
        headers = {
            role: {"Authorization": f"Bearer {create_key(connection, role, None)}"} for role in ("auditor", "feed")
        }
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:

        def decided(number: int) -> dict[str, object]:
            record = row_as_json(applications.slice(applications.num_rows - number, 1).to_pylist()[0])
            answer = client.post("/v1/visa-applications", json=record, headers=headers["feed"])
            assert answer.status_code == 201, answer.text
            return answer.json()  # type: ignore[no-any-return]

        former = [decided(4), decided(3)]
        copy_bundle(tmp_path / "present", target)
        present = [decided(2), decided(1)]
        for decision in former:
            assert "peer_base_value" not in decision
            assert {item["direction"] for item in decision["reasons"]} <= {"raises", "lowers"}  # type: ignore[attr-defined]
            assert all("usual" not in item for item in decision["reasons"])  # type: ignore[attr-defined]
        assert any(decision["reasons"] for decision in former)
        for decision in present:
            assert {"peer_base_value", "findings", "remainder", "peers"} <= set(decision)
        for decision in (*former, *present):
            url = f"/v1/decisions/{decision['decision_id']}/replay"
            assert client.get(url, headers=headers["auditor"]).json()["identical"] is True
    backend.engine.dispose()
