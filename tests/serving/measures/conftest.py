"""A service with a year of interviews whose arms and findings are known: officers call in one nationality by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from features.database import open_engine
from features.settings import Settings
from features.tables import Records
from features.tables.schema import TABLES
from serving.app import create_app
from serving.auth.api_keys import create_key
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.decisions.service import DecisionService, open_service
from serving.store import decisions
from tests.serving.conftest import Service
from tests.serving.decisions.conftest import shown_of
from tests.serving.decisions.test_interview_queue import a_case

BY_SCORE, BY_HAND, DRAWN = 260, 90, 150
PROBABILITY = 0.1
PREFERRED = "CHN"
YEAR = {"from": "2011-01-01", "to": "2011-12-31"}
POST = "PH-MNL"


@pytest.fixture(scope="module")
def measured(world: Records, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Adults of one post and status: the score calls in anybody alike, officers by hand only one nationality."""
    home = tmp_path_factory.mktemp("measured")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    backend = open_service(settings, open_engine(settings))
    applications, arms = applications_of(world)
    store_interviews(backend, applications, outcomes_of(applications, arms))
    with backend.engine.begin() as connection:
        keys = {role: create_key(connection, role) for role in ("auditor", "scientist", "feed")}
        keys["officer"] = create_key(connection, "officer", POST)
        passwords = {name: create_person(connection, name, Role(name), [POST] if name == "officer" else []) or ""
                     for name in ("auditor", "officer", "scientist")}  # fmt: skip
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
        yield Service(client, backend, keys, world, passwords)
    backend.engine.dispose()


def store_interviews(
    backend: DecisionService,
    applications: list[dict[str, Any]],
    outcomes: list[dict[str, Any]],
    landings: list[dict[str, Any]] | None = None,
) -> None:
    """Store records, and a decision about each application that has an outcome."""
    tables = {"visa_applications": applications, "landings": landings or [], "outcomes": outcomes}
    with backend.engine.begin() as connection:
        for name, rows in tables.items():
            backend.store.append(connection, name, pa.Table.from_pylist(rows, TABLES[name].arrow_schema))
        for row in outcomes:
            case = a_case(row["subject_id"], post=POST, score=0.2 if row["arm"] == "targeted" else 0.01)
            decisions.insert(connection, replace(case, shown=shown_of(case)))
            decisions.mark_interviewed(connection, "visa", case.subject_id, 0)


def applications_of(world: Records) -> tuple[list[dict[str, Any]], list[str]]:
    """Return applications of adults with the arm of each interview."""
    adults = [row for row in world["visa_applications"].to_pylist() if row["birth_date"] < dt.date(1985, 1, 1)]
    arms = ["targeted"] * BY_SCORE + ["referral"] * BY_HAND + ["random"] * DRAWN
    rng = np.random.default_rng(11)
    rows = []
    for number, (arm, at) in enumerate(zip(arms, rng.permutation(len(adults))[: len(arms)], strict=True)):
        lodged = dt.datetime(2011, 1, 10, tzinfo=dt.UTC) + dt.timedelta(hours=number * 14)
        nationality = PREFERRED if arm == "referral" else str(rng.choice(("PHL", "THA", "COL", PREFERRED)))
        own = {"application_id": f"A-MEASURED-{number}", "submitted_at": lodged, "post": POST, "nationality": nationality,
               "status_of_residence": "student"}  # fmt: skip
        rows.append({**adults[at], **own})
    return rows, arms


def outcomes_of(applications: list[dict[str, Any]], arms: list[str]) -> list[dict[str, Any]]:
    """Return an outcome of each application, every eighth of those called in by score with indications."""
    rows = []
    for number, (row, arm) in enumerate(zip(applications, arms, strict=True)):
        held = row["submitted_at"] + dt.timedelta(days=3)
        positive = arm == "targeted" and number % 8 == 0
        rows.append({
            "outcome_id": f"OUT-MEASURED-{number}", "subject": "visa_application", "subject_id": row["application_id"],
            "occurred_at": held, "known_at": held, "arm": arm, "finding": "victim_identified" if positive else "no_indication",
            "inclusion_probability": PROBABILITY if arm == "random" else 1.0 if arm == "targeted" else None,
            "typology": "T7" if positive else None,
        })  # fmt: skip
    return rows
