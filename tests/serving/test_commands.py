from __future__ import annotations

import pytest
from click.testing import CliRunner

import serving.commands
from features.tables.json_rows import row_as_json
from serving.commands import replay
from tests.serving.conftest import Service


@pytest.fixture
def opened(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(serving.commands, "open_service", lambda _: service.backend)
    return service


def test_a_decision_is_replayed_by_id_and_an_unknown_one_is_an_error(opened: Service) -> None:
    table = opened.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-COMMAND"}
    decision = opened.client.post("/v1/visa-applications", json=record, headers=opened.headers("feed")).json()
    result = CliRunner().invoke(replay, [decision["decision_id"]])
    assert (result.exit_code, '"identical": true' in result.output) == (0, True)
    assert CliRunner().invoke(replay, ["nothing"]).exit_code == 1
