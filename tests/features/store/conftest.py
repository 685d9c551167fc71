"""One embedded PostgreSQL for the session, and a fresh store in it for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from features.database import open_engine
from features.settings import Settings
from features.store.records import RecordStore


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def engine(home: Path) -> Iterator[Engine]:
    engine = open_engine(Settings(home, None, "", home / "signing.pem", home / "data.key"))
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, home: Path) -> RecordStore:
    with engine.begin() as connection:
        connection.execute(text("drop schema if exists records cascade"))
    return RecordStore.open(engine, home / "data.key")
