"""Covers: store.migrations, store.credentials, store.decisions, store.shadows.

A database of the former migrations is upgraded, and every stored value stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

import serving.store
from features.database import open_engine
from features.settings import Settings
from features.store.records import RecordStore
from features.store.schema_migration import migrate
from serving.store import credentials, decisions, shadows
from serving.store.decisions import Decision
from serving.store.submissions import acts_of_case

UNKNOWN = "unknown before accounts"
SCRIPTS = Path(serving.store.__file__).parent / "migrations"
ID, KEY = "00000000-0000-4000-8000-000000000001", b"k" * 32
DECISION = Decision(ID, "visa", "A-1", "PH-MNL", 10, 5, 6, "m" * 64, "interview_queue", 0.25, b"f" * 8, b"c" * 8, "{}")
OLD_ROWS = (
    "insert into serving.api_key (token_hash, role, post) values (:key, 'officer', 'PH-MNL')",
    "insert into serving.signed_in values (:key, :key, now() + interval '1 hour')",
    "insert into serving.answered values (:key, :key, cast(:id as uuid))",
    "insert into serving.interviewed (subject, subject_id) values ('visa', 'A-2')",
    "insert into serving.decision (decision_id, subject, subject_id, post, as_of, position, own_position, model_sha256, route, "
    "score, features, contributions, shown) values (cast(:id as uuid), 'visa', 'A-1', 'PH-MNL', 10, 5, 6, :model, "
    "'interview_queue', 0.25, :features, :contributions, '{}')",
    "insert into serving.shadow (subject, model_sha256, version, after_number, ends_at) values "
    "('visa', 'x', '2', 0, now() + interval '1 hour')",
    "insert into serving.shadow_score (shadow_id, decision_id, score, raw_score, contributions) values "
    "(1, cast(:id as uuid), 0.5, 0.0, '')",
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(tmp_path, None, "", tmp_path / "signing.pem", tmp_path / "data.key")
    engine = open_engine(settings)
    RecordStore.open(engine, settings.data_key_path)
    yield engine
    engine.dispose()


def migrate_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes.update(connection=connection, schema="serving")
    command.upgrade(config, revision)


def test_rows_written_under_the_former_names_are_read_under_the_present_ones(engine: Engine) -> None:
    values = {"key": KEY, "id": ID, "model": "m" * 64, "features": b"f" * 8, "contributions": b"c" * 8}
    with engine.begin() as connection:
        connection.execute(text("create schema serving"))
        migrate_to(connection, "0003")
        for statement in OLD_ROWS:
            connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    migrate(engine, SCRIPTS, "serving")
    with engine.connect() as connection:
        assert decisions.by_id(connection, ID) == DECISION
        assert decisions.answer_of_key(connection, KEY) == (KEY, ID)
        assert decisions.is_interviewed(connection, "visa", "A-2")
        # a key of before has an account with its role and post; whoever signed in by it signs in anew
        holder = credentials.key_account(connection, KEY)
        assert holder is not None
        assert (holder.role, holder.posts, UNKNOWN in holder.name) == ("officer", ("PH-MNL",), True)
        assert credentials.session_account(connection, KEY) is None
        assert [(act.act, act.account) for act in acts_of_case(connection, "visa", "A-1")] == [("decision", UNKNOWN)]
        assert [(act.act, act.account) for act in acts_of_case(connection, "visa", "A-2")] == [("interview", UNKNOWN)]
        shadow = shadows.latest(connection, "visa")
        assert shadow is not None
        assert shadow.running
        assert [pair.challenger for pair in shadows.score_pairs(connection, shadow)] == [0.5]


def test_decisions_still_cannot_be_changed(engine: Engine) -> None:
    migrate(engine, SCRIPTS, "serving")
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text("delete from serving.decision"))
