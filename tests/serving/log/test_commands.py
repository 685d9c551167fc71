"""Covers: log.checkpoints, log.startup, log.log_tree, log.acts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

import serving.commands
import serving.log.commands
import serving.log.startup
from features.command_line import Problem
from features.settings import SettingRejected, Settings
from features.tables.json_rows import row_as_json, rows_to_table
from serving.commands import replay
from serving.decisions.service import DecisionService
from serving.decisions.stored_records import on_stored
from serving.log import verifier
from serving.log.acts import seal_rows_of_before
from serving.log.checkpoints import LATEST, Exporter, LogNotExtended, log_key
from serving.log.commands import log
from serving.log.startup import CheckpointWriter, open_on_log
from serving.log.verification import verify_log
from serving.store import decisions, log_leaves, touched_cases
from tests.serving.conftest import Service
from tests.serving.log.conftest import DECISIONS, SmallLog, outcome, without_triggers


@pytest.fixture
def opened(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The settings of the commands: the service of the session, with a key and folder of the log of its own."""
    home = service.backend.models.settings.home
    settings = replace(
        service.backend.models.settings, log_key_path=tmp_path / "log.pem", checkpoint_folder=tmp_path / "checkpoints"
    )
    for module in (serving.log.commands, serving.log.startup, serving.commands):
        monkeypatch.setattr(module, "open_service", lambda _: service.backend)
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: settings))
    # nobody adds a leaf beside these tests: no touched case is taken, and whoever scores one now ends first
    monkeypatch.setattr(touched_cases, "take", lambda *_: None)
    with service.backend.engine.begin() as connection:
        connection.execute(text("select 1 from serving.touched_case for update"))
    table = service.world["visa_applications"]
    record = {
        **row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]),
        "application_id": f"A-LOG-{tmp_path.name}",
    }
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, (home, answer.text)
    return settings


@pytest.fixture
def tampered(service: Service, opened: Settings) -> Iterator[str]:
    """The latest decision, whose post was changed past the triggers; it is mended afterwards."""
    change = text("update serving.decision set post = :post, score = :score where decision_id::text = :id")
    with service.backend.engine.begin() as connection:
        query = "select decision_id::text as id, post, score from serving.decision where score is not null order by number desc limit 1"
        stored = connection.execute(text(query)).one()._asdict()
        without_triggers(connection)
        connection.execute(change, {**stored, "post": "XX-XXX", "score": 0.125})
    yield stored["id"]
    with service.backend.engine.begin() as connection:
        without_triggers(connection)
        connection.execute(change, stored)


def run(*words: str) -> Result:
    return CliRunner().invoke(log, list(words))


def test_an_honest_log_is_verified_against_its_checkpoint(opened: Settings, service: Service) -> None:
    assert run("verify").output.startswith("no checkpoint to compare with")
    signed = run("checkpoint")
    assert signed.exit_code == 0, signed.output
    with service.backend.engine.connect() as connection:
        size = log_leaves.size(connection)
    assert signed.stdout.startswith(f"mimamori/log\n{size}\n")
    verified = run("verify")
    assert (verified.exit_code, verified.stdout) == (
        0,
        f"{size:,} leaves and their rows agree, extend the checkpoint of {size:,}\n",
    )


def test_a_log_is_verified_against_what_a_witness_cosigned(opened: Settings, tmp_path: Path) -> None:
    folder, key, vkey = opened.checkpoint_folder, opened.log_key_path, tmp_path / "witness.vkey"
    assert folder is not None
    assert key is not None
    assert run("checkpoint").exit_code == 0
    words = (str(folder), "--log-key", str(key.with_suffix(".pub")), "--key", str(tmp_path / "witness.pem"))
    signed = run("witness", *words, "--state", str(tmp_path / "office"))
    assert signed.exit_code == 0, signed.output
    cosigned = str(tmp_path / "office" / "cosigned")
    verified = run("verify", "--checkpoint", cosigned, "--witness", str(vkey))
    assert verified.exit_code == 0, verified.output
    assert run("export", "--out", str(tmp_path / "bundle")).exit_code == 0
    alone = [str(tmp_path / "bundle"), "--key", words[2], "--witness", str(vkey)]
    assert verifier.main([*alone, "--checkpoint", cosigned]) == 0
    # the checkpoint of the service alone is not enough where a witness is demanded
    assert run("verify", "--checkpoint", str(folder / LATEST), "--witness", str(vkey)).exit_code == 1
    assert run("verify", "--witness", str(vkey)).exit_code == 2
    assert verifier.main(alone) == 1


def test_every_fault_is_printed_with_its_id_and_the_exit_code_is_1(opened: Settings, tampered: str) -> None:
    verified = run("verify")
    assert verified.exit_code == 1
    assert f"decision {tampered}: post, score of the row differ from leaf" in verified.stdout
    # its place in the queue still is that of before
    assert "queue visa/" in verified.stdout
    assert verified.stdout.splitlines()[-1].startswith("2 faults in")


def test_a_replay_names_the_columns_that_differ(opened: Settings, tampered: str) -> None:
    result = CliRunner().invoke(replay, [tampered])
    assert result.exit_code == 1
    assert json.loads(result.output)["differs"] == ["post", "score"]
    every = CliRunner().invoke(replay, ["--all"])
    assert every.exit_code == 1
    assert f"{tampered}: post, score differ\n" in every.stdout


def test_every_decision_replays_all_or_a_sample(opened: Settings, service: Service) -> None:
    # other tests insert decisions on cases that they never stored
    unstored = (
        "select decision_id::text from serving.decision d "
        "where not exists (select 1 from records.record where record_id = d.subject_id)"
    )
    with service.backend.engine.connect() as connection:
        count, without_record = decisions.count(connection), set(connection.execute(text(unstored)).scalars())
    *faults, total = CliRunner().invoke(replay, ["--all"]).stdout.splitlines()
    assert {fault.partition(":")[0] for fault in faults} == without_record
    assert all("the record of this decision is no longer stored" in fault for fault in faults)
    assert total == f"{count - len(faults)} decisions identical, {len(faults)} differ"
    sampled = CliRunner().invoke(replay, ["--all", "--sample", "1"]).stdout.splitlines()[-1]
    assert sampled in {"1 decisions identical, 0 differ", "0 decisions identical, 1 differ"}
    for words in ([], ["x", "--all"], ["x", "--sample", "1"]):
        assert CliRunner().invoke(replay, words).exit_code == 2


def test_a_checkpoint_of_another_log_is_not_extended_until_it_is_accepted(opened: Settings, service: Service) -> None:
    assert run("accept", "--reason", "x").exit_code == 1
    assert run("checkpoint").exit_code == 0
    assert open_on_log(opened) is service.backend
    folder = opened.checkpoint_folder
    assert folder is not None
    with service.backend.engine.connect() as connection:
        size, transaction = log_leaves.size(connection), connection.begin_nested()
        without_triggers(connection)
        connection.execute(text("update serving.log_leaf set commitment = 'x' where position = 1"))
        with pytest.raises(LogNotExtended):
            Exporter(folder, log_key(opened)).export(connection)
        transaction.rollback()
    with service.backend.engine.begin() as connection:
        without_triggers(connection)
        cut = connection.execute(
            text("delete from serving.log_leaf where position = :p returning *"), {"p": size - 1}
        ).one()
    try:
        with pytest.raises(Problem, match="does not start"):
            open_on_log(opened)
        assert run("checkpoint").exit_code == 1
        faults = run("verify")
        assert f"tree {size}: the log was cut to {size - 1} leaves" in faults.stdout
        assert run("accept", "--reason", "restored from a copy").exit_code == 0
        assert open_on_log(opened) is service.backend
        with service.backend.engine.connect() as connection:
            accepted = log_leaves.leaf_of(connection, "log_accepted", str(size - 1))
        assert accepted is not None
        assert json.loads(accepted.content)["reason"] == "restored from a copy"
        assert (folder / f"{LATEST}-refused-{size}").exists()
    finally:
        with service.backend.engine.begin() as connection:
            without_triggers(connection)
            connection.execute(text("delete from serving.log_leaf where position >= :p"), {"p": size - 1})
            columns = ", ".join(f":{name}" for name in cut._fields)
            connection.execute(text(f"insert into serving.log_leaf values ({columns})"), cut._asdict())


def test_without_a_key_nothing_is_signed_and_the_command_says_what_to_set(
    opened: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: replace(opened, log_key_path=None)))
    result = run("checkpoint")
    assert (result.exit_code, "MIMAMORI_LOG_KEY" in result.output) == (1, True)
    assert opened.log_key_path is not None
    opened.log_key_path.write_text("no key", encoding="ascii")
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: opened))
    assert run("checkpoint").exit_code == 1


@pytest.mark.parametrize("name", ["MIMAMORI_LOG_KEY", "MIMAMORI_LOG_CHECKPOINTS"])
def test_what_guards_the_log_lies_outside_the_home(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path))
    monkeypatch.setenv(name, str(tmp_path / "keys" / "log.pem"))
    with pytest.raises(SettingRejected, match="outside"):
        Settings.from_environment()


def test_the_service_exports_a_checkpoint_when_it_starts_and_when_it_ends(opened: Settings, service: Service) -> None:
    folder = opened.checkpoint_folder
    assert folder is not None
    models = service.backend.models
    settings, models.settings = models.settings, opened
    try:
        writer = CheckpointWriter(DecisionService(service.backend.engine, service.backend.store, models))
        writer.start()
        writer.stop()
    finally:
        models.settings = settings
    assert (folder / LATEST).exists()
    assert run("verify").exit_code == 0


def test_rows_of_before_are_sealed_when_the_log_begins_and_never_later(small_log: SmallLog) -> None:
    count = "select count(*) from serving.log_leaf where kind = 'decision'"
    engine = small_log.engine
    with engine.connect() as connection:
        before, size = connection.execute(text(count)).scalar_one(), log_leaves.size(connection)
        assert before == DECISIONS
    seal_rows_of_before(engine)
    with engine.begin() as connection:
        assert log_leaves.size(connection) == size
        without_triggers(connection)
        connection.execute(text("delete from serving.log_leaf"))
    seal_rows_of_before(engine)
    with engine.connect() as connection:
        assert connection.execute(text(count)).scalar_one() == DECISIONS
        assert [leaf.kind for leaf in log_leaves.leaves(connection, limit=2)] == ["log_start", "decision"]
        assert list(verify_log(connection)) == []


def test_a_bundle_is_exported(opened: Settings, tmp_path: Path) -> None:
    result = run("export", "--out", str(tmp_path / "bundle"))
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "bundle").iterdir()} >= {
        "checkpoint",
        "leaf-hashes",
        "leaves.jsonl",
        "rows.jsonl",
    }


def test_the_command_that_loads_records_seals_them_too() -> None:
    pyproject = Path(serving.commands.__file__).parents[1] / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    assert EntryPoint("log", project["entry-points"]["mimamori.stored"]["log"], "mimamori.stored").load() is on_stored


def test_loaded_outcomes_are_sealed_with_the_records(small_log: SmallLog) -> None:
    rows = rows_to_table("outcomes", [outcome(number) for number in range(9000, 9003)])[0]
    with small_log.engine.connect() as connection, connection.begin() as transaction:
        before = log_leaves.size(connection)
        small_log.store.append_all(connection, {"outcomes": rows})
        assert log_leaves.size(connection) == before + 3
        assert [leaf.kind for leaf in log_leaves.leaves(connection, before)] == ["record"] * 3
        transaction.rollback()
