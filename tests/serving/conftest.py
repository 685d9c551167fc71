from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import NullPool, create_engine, text
from starlette.testclient import TestClient

from features.catalogue import catalogue
from features.database import open_engine
from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.settings import Settings
from features.tables import Records
from features.tables.schema import TABLES
from models.approval import FULL, Approval, write_approval
from models.bundle import save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.peers import Peers
from models.scorer import Scorer
from models.signatures import load_or_create_key
from models.tree_text import parse_forest
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.service import DecisionService, open_service
from serving.store import queue_acts
from serving.store.transactions import EVERYTHING, in_transaction, transaction

LABELS = {
    key: label
    for name in (
        "common",
        "decision_record",
        "sign_in",
        "signed_in",
        "account",
        "queue",
        "queue_put_off",
        "queue_hours",
        "queue_search",
        "case_acts",
        "case",
        "interview_step",
        "interview_check",
        "interview_record",
        "case_sheet",
        "case_history",
        "correction",
        "changes",
        "scoring",
        "arrivals",
        "follow_up",
        "record",
        "record_card",
        "access_requests",
        "decisions",
        "models",
        "error",
    )
    for key, label in texts(f"pages.{name}").items()
}
"""Every text of the pages by key and language."""


@dataclass(frozen=True)
class Service:
    client: TestClient
    backend: DecisionService
    keys: dict[str, str]
    world: Records
    passwords: dict[str, str] = field(default_factory=dict)

    def sign_in(self, role: str, client: TestClient | None = None) -> str:
        """Sign a person in and return the token; the cookie stays in the client."""
        form = {"name": role, "password": self.passwords[role]}
        answer = (client or self.client).post("/sign-in", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.cookies["mimamori"]

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role]}"}


def close_landings(service: Service, port: str) -> None:
    """Sign out, and take the landings of a port out of the queue, so that no other test sees them."""
    service.client.cookies.clear()
    close_cases(service, "entry", waiting_at(service, port))


def waiting_at(service: Service, post: str) -> list[str]:
    """Return the ids of the cases that wait at a post or port."""
    with transaction(service.backend.engine, EVERYTHING) as connection:
        query = text("select subject_id from serving.waiting_case where post = :post")
        return list(connection.execute(query, {"post": post}).scalars())


def close_cases(service: Service, subject: str, names: Iterable[str]) -> None:
    """Take cases out of the queue, again where a thread of the service works on them at that moment."""
    for name in names:
        close = partial(queue_acts.close, subject=subject, subject_id=name, reason="withdrawn", account_id=0)
        in_transaction(service.backend.engine, close, EVERYTHING)


def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for what a thread of the service does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def train_model(
    world: Records, subject: str, folder: Path, settings: Settings, rounds: int = 30, *, with_peers: bool = True
) -> None:
    """Write a signed model into a folder, with an approval in the home of the settings."""
    import lightgbm as lgb  # noqa: PLC0415

    matrix = build_matrix(world, subject)
    signal_features = (
        "network_records_count",
        "since_marriage_days",
        "passport_age_days",
        "guarantor_applications_first_days",
    )
    columns = [np.nan_to_num(matrix.values[:, catalogue(subject).names.index(name)]) for name in signal_features]
    strange = sum(column.argsort(kind="stable").argsort() for column in columns)
    positive = strange > np.quantile(strange, 0.8)
    parameters = {"objective": "binary", "max_depth": 4, "num_leaves": 15, "verbosity": -1, "num_threads": 2}
    data = lgb.Dataset(matrix.values, positive, feature_name=list(matrix.catalogue.names))
    text = lgb.train(parameters, data, rounds).model_to_string().partition("end of trees\n")[0] + "end of trees\n"
    statuses = dict(zip(*(world[TABLE_OF_SUBJECT[subject]].column(name).to_pylist()
                          for name in (TABLES[TABLE_OF_SUBJECT[subject]].id_column, "status_of_residence")), strict=True))  # fmt: skip
    scorer = Scorer(parse_forest(text, matrix.catalogue.names), Calibration())
    peers = Peers.of(scorer, matrix.values, [statuses[name] for name in matrix.subject_ids])
    save_bundle(
        folder, version="test", booster_text=text, catalogue=matrix.catalogue, calibration=Calibration(),
        profile=InputProfile.of(matrix.values), golden_values=matrix.values[:10], about={},
        key=load_or_create_key(settings.signing_key_path), peers=peers if with_peers else None,
    )  # fmt: skip
    approve(settings, folder, subject)


def approve(settings: Settings, folder: Path, subject: str = "visa", **changes: Any) -> Approval:
    """Sign the approval of a model folder for the home of the settings, in full unless changes say otherwise."""
    sha256 = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    full = Approval(subject, "1", sha256, FULL, "10", "0" * 64, ("E1", "E2"), "", "service", dt.date(2013, 1, 1))
    approval = replace(full, **changes)
    write_approval(settings.home, approval, load_or_create_key(settings.signing_key_path))
    return approval


RARE = 1e-12


@dataclass(frozen=True)
class Pattern:
    """A home folder and a database with records, people and keys, of which every module has a copy."""

    settings: Settings
    keys: dict[str, str]
    passwords: dict[str, str]

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Settings]:
        """Copy home and database; the database goes again with the module."""
        shutil.copytree(self.settings.home, folder, ignore=lambda *_: ["postgres"], dirs_exist_ok=True)
        url, name = open_engine(self.settings).url, f"copy_{uuid.uuid4().hex}"
        admin = create_engine(url.set(database="template1"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"create database {name} template {url.database}"))
        address = url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        # own views are drawn as in use, so rarely that no case is hidden
        yield replace(self.settings, home=folder, database_url=address, signing_key_path=folder / "keys" / "signing.pem",
                      data_key_path=folder / "keys" / "data.key", own_view_share=RARE)  # fmt: skip
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))


@pytest.fixture(scope="session")
def pattern(world: Records, tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """Everything of the world but the last 30 applications is stored."""
    home = tmp_path_factory.mktemp("service")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    for subject in ("visa", "entry"):
        train_model(world, subject, home / "champions" / subject, settings)
    service = open_service(settings, open_engine(settings))
    with service.engine.begin() as connection:
        for name, rows in world.tables.items():
            kept = rows.slice(0, rows.num_rows - 30) if name == "visa_applications" else rows
            service.store.append(connection, name, kept)
        post = world["visa_applications"].column("post")[world["visa_applications"].num_rows - 1].as_py()
        keys = {role: create_key(connection, role, post if role == "officer" else None)
                for role in ("officer", "scientist", "auditor", "feed")}  # fmt: skip
        keys["elsewhere"] = create_key(connection, "officer", "XX-XXX")
        passwords = {
            name: create_person(connection, name, Role("officer" if name == "elsewhere" else name), posts) or ""
            for name, posts in (("officer", [post]), ("elsewhere", ["XX-XXX"]), ("scientist", []), ("auditor", []))
        }
    service.engine.dispose()
    return Pattern(settings, keys, passwords)


@contextmanager
def own_service(world: Records, pattern: Pattern, folder: Path) -> Iterator[Service]:
    with pattern.copy(folder) as settings:
        backend = open_service(settings)
        with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
            yield Service(client, backend, dict(pattern.keys), world, dict(pattern.passwords))
        backend.engine.dispose()


@pytest.fixture(scope="module")
def service(world: Records, pattern: Pattern, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of the module's own, with all but the last 30 applications loaded."""
    with own_service(world, pattern, tmp_path_factory.mktemp("service")) as service:
        yield service
