from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import serving.log.commands
from features.tables.json_rows import row_as_json
from serving.log.commands import log, pack
from serving.store import decisions
from tests.serving.conftest import Service


@pytest.fixture
def count(service: Service, monkeypatch: pytest.MonkeyPatch) -> int:
    """The count of decisions on the service that the commands open."""
    monkeypatch.setattr(serving.log.commands, "open_service", lambda _: service.backend)
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-LOG"}
    service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    with service.backend.engine.connect() as connection:
        return decisions.count(connection)


def test_every_decision_replays_and_the_count_is_printed_first(count: int) -> None:
    result = CliRunner().invoke(log, ["verify"])
    assert result.exit_code == 0, result.output
    uncomputed = re.search(r"0 differ, (\d+) without a score to recompute", result.output)
    identical = count - int(uncomputed[1] if uncomputed else 0)
    assert result.output.startswith(f"{identical} decisions identical, 0 differ")


def test_the_checkpoint_is_the_same_as_long_as_the_decisions_are(count: int) -> None:
    first, second = (CliRunner().invoke(log, ["checkpoint"]).output for _ in range(2))
    assert first == second
    assert first.split()[0] == str(count)


def test_the_pack_counts_every_decision(count: int, tmp_path: Path) -> None:
    result = CliRunner().invoke(pack, ["--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    rows = json.loads((tmp_path / "decisions.json").read_text(encoding="utf-8"))["decisions"]
    assert sum(row["decisions"] for row in rows) == count
