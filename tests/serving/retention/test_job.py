"""Every table has its row in the retention table, and what is over goes. Covers: retention.kinds, retention.job, store.expired_rows."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner
from sqlalchemy import text

import serving.retention.commands
from features.settings import Settings
from serving.retention.commands import retention
from serving.retention.job import apply, due
from serving.retention.kinds import DELETE, kinds
from serving.store.expired_rows import AGE
from tests.serving.conftest import Service

NOW = dt.datetime(2013, 6, 1, tzinfo=dt.UTC)


def test_every_table_is_in_the_retention_table_once(service: Service) -> None:
    query = (
        "select format('%I.%I', table_schema, table_name) from information_schema.tables "
        "where table_schema in ('records', 'serving') and table_type = 'BASE TABLE'"
    )
    with service.backend.engine.connect() as connection:
        there = sorted(connection.execute(text(query)).scalars())
    assert sorted(table for kind in kinds() for table in kind.tables) == there
    assert sorted(AGE) == sorted(table for kind in kinds() if kind.act == DELETE for table in kind.tables)


def test_what_is_over_is_said_then_erased_and_deleted(service: Service) -> None:
    backend = service.backend
    with backend.engine.begin() as connection:
        connection.execute(
            text("insert into serving.attempt (bucket, attempted_at) values ('\\x01', now() - interval '9 days')")
        )
        people = int(connection.execute(text("select count(*) from records.person_key")).scalar_one())
    year = {kind.code: count for kind, count in due(backend, dt.datetime.now(dt.UTC))}
    assert (year["attempts"], year["people"]) == (1, people)
    expected = {kind.code: count for kind, count in due(backend, NOW)}["people"]
    assert 0 < expected < people
    done = {kind.code: count for kind, count in apply(backend, NOW)}
    assert done["people"] == expected
    assert {kind.code: count for kind, count in due(backend, NOW)}["people"] == 0


def test_the_command_says_what_is_due(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.retention.commands, "open_on_log", lambda _: service.backend)
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: service.backend.models.settings))
    result = CliRunner().invoke(retention, [])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) == len(kinds())
    assert "kept" in result.output
