"""Many decisions replayed together say the same as each alone. Covers: decisions.replay_many, decisions.replay_processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from features.tables.json_rows import row_as_json
from serving.decisions import replay_many, replay_processes
from serving.decisions.replay_many import replay_faults
from serving.decisions.replay_processes import ReplayStopped, replay_on_processors
from serving.store import decisions
from serving.store.decisions import Outline
from tests.serving.conftest import Service
from tests.serving.log.conftest import without_triggers

CASES = 12


@pytest.fixture(scope="module")
def posted(service: Service) -> list[Outline]:
    """Decisions on applications and on a landing, in the order of their positions."""
    ids = set()
    for name, url, count in (
        ("visa_applications", "/v1/visa-applications", CASES),
        ("landings", "/v1/landings", CASES),
    ):
        table = service.world[name]
        for at, row in enumerate(table.slice(table.num_rows - count).to_pylist()):
            record = row_as_json(row)
            record |= (
                {"application_id": f"A-TOGETHER-{at}"}
                if name == "visa_applications"
                else {"landing_id": f"L-TOGETHER-{at}"}
            )
            answer = service.client.post(url, json=record, headers=service.headers("feed"))
            assert answer.status_code == 201, answer.text
            ids.add(answer.json()["decision_id"])
    with service.backend.engine.connect() as connection:
        return [outline for outline in decisions.outlines(connection) if outline.decision_id in ids]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the decisions that are replayed alone; reading all records always pays."""
    seen: list[str] = []
    by_itself = replay_many._fault_alone

    def counted(service: object, decision_id: str) -> str | None:
        seen.append(decision_id)
        return by_itself(service, decision_id)  # type: ignore[arg-type]

    monkeypatch.setattr(replay_many, "_fault_alone", counted)
    monkeypatch.setattr(replay_many, "RECORDS_READ_PER_REPLAY", 10**9)
    monkeypatch.setattr(replay_many, "FEWEST_TOGETHER", 2)
    return seen


def test_identical_decisions_are_found_together(service: Service, posted: list[Outline], alone: list[str]) -> None:
    assert dict(replay_faults(service.backend, posted)) == {outline.decision_id: None for outline in posted}
    assert len(alone) < len(posted) / 2, "most are replayed together"


def test_an_officers_entry_is_replayed_alone_by_what_counted_for_it(
    service: Service, posted: list[Outline], alone: list[str]
) -> None:
    table = service.world["visa_applications"]
    row = row_as_json(table.slice(table.num_rows - 1).to_pylist()[0]) | {"application_id": "A-TOGETHER-BY-HAND"}
    answer = service.client.post("/v1/visa-applications", json=row, headers=service.headers("officer"))
    assert answer.status_code == 201, answer.text
    decision_id = answer.json()["decision_id"]
    with service.backend.engine.connect() as connection:
        chosen = [o for o in decisions.outlines(connection) if o.decision_id == decision_id or o in posted]
    assert dict(replay_faults(service.backend, chosen))[decision_id] is None
    assert decision_id in alone


@pytest.fixture
def changed(service: Service, posted: list[Outline]) -> Iterator[dict[str, str]]:
    """Decisions that were changed past the triggers, and the fault of each; they are mended afterwards."""
    edits = {"shown": "replace(shown, '\"reasons\"', '\"reason\"')", "features": "set_byte(features, 9, (get_byte(features, 9) + 1) % 256)",
             "score": "score / 2", "post": "'XX-XXX'"}  # fmt: skip
    chosen = dict(zip(edits, [outline.decision_id for outline in posted[::5]], strict=False))
    query = "select score, features, shown, post from serving.decision where decision_id = cast(:id as uuid)"
    restore = "update serving.decision set score = :score, features = :features, shown = :shown, post = :post where decision_id = cast(:id as uuid)"
    with service.backend.engine.begin() as connection:
        stored = [
            {**connection.execute(text(query), {"id": name}).one()._mapping, "id": name} for name in chosen.values()
        ]
        without_triggers(connection)
        for column, name in chosen.items():
            change = f"update serving.decision set {column} = {edits[column]} where decision_id = cast(:id as uuid)"
            connection.execute(text(change), {"id": name})
    yield {name: column for column, name in chosen.items()}
    with service.backend.engine.begin() as connection:
        without_triggers(connection)
        for row in stored:
            connection.execute(text(restore), row)


def test_changed_decisions_are_named_and_cost_no_other_its_replay(
    service: Service, posted: list[Outline], alone: list[str], changed: dict[str, str]
) -> None:
    faults = {name: fault for name, fault in replay_faults(service.backend, posted) if fault is not None}
    assert set(faults) == set(changed)
    assert all(changed[name] in fault for name, fault in faults.items()), faults
    assert set(changed) <= set(alone), "what differs is replayed alone, which decides"


def test_a_fault_of_the_group_lets_each_be_replayed_alone(
    service: Service, posted: list[Outline], alone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> set[str]:
        raise RuntimeError

    monkeypatch.setattr(replay_many, "_identical", broken)
    unknown = Outline("00000000-0000-0000-0000-000000000000", "visa", posted[-1].position, posted[-1].as_of)
    faults = dict(replay_faults(service.backend, [*posted, unknown]))
    assert {name for name, fault in faults.items() if fault is not None} == {unknown.decision_id}
    assert len(alone) == len(posted) + 1


def test_few_decisions_among_many_records_are_replayed_alone(
    service: Service, posted: list[Outline], alone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_many, "RECORDS_READ_PER_REPLAY", 1)
    assert set(dict(replay_faults(service.backend, posted)).values()) == {None}
    assert len(alone) == len(posted)


@pytest.mark.timeout(300)
def test_all_processors_say_the_same(
    service: Service, posted: list[Outline], changed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_processes, "FEWEST", 2)
    monkeypatch.setattr(replay_processes, "processors", lambda: 2)
    faults = dict(replay_on_processors(service.backend, posted))
    assert set(faults) == {outline.decision_id for outline in posted}
    assert {name for name, fault in faults.items() if fault is not None} == set(changed)


@pytest.mark.timeout(300)
def test_a_process_that_ends_early_is_said(
    service: Service, posted: list[Outline], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_processes, "FEWEST", 2)
    models = service.backend.models
    nowhere = replace(models, settings=replace(models.settings, database_url="postgresql://127.0.0.1:1/none"))
    with pytest.raises(ReplayStopped, match="ended early"):
        list(replay_on_processors(replace(service.backend, models=nowhere), posted))
