"""A post with officers and a queue of its own, on a database of its own. Acts are done by the service beneath the routes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from features.database import open_engine
from features.languages import text as text_of
from features.settings import Settings
from serving.app import create_app
from serving.auth.people import account_named, create_person
from serving.auth.permissions import OWN_POST, Caller, Role
from serving.decisions.case_acts import act_on_case, take_next
from serving.decisions.service import DecisionService, open_service
from serving.store import decisions, queue_acts, waiting_cases
from serving.store.decisions import Decision
from tests.serving.decisions.test_interview_queue import a_case

POST, OFFICERS = "MN-ULN", 8


@dataclass(frozen=True)
class Desk:
    backend: DecisionService
    officers: list[Caller]
    passwords: list[str]
    prefix: str = ""

    def case(self, subject_id: str) -> Decision:
        with self.backend.engine.connect() as connection:
            decision = decisions.latest(connection, "visa", self.prefix + subject_id)
        assert decision is not None
        return decision

    def add(self, subject_id: str, score: float) -> Decision:
        decision = a_case(self.prefix + subject_id, score=score, post=POST)
        with self.backend.engine.begin() as connection:
            decisions.insert(connection, replace(decision, shown=shown_of(decision)))
        return self.case(subject_id)

    def act(self, officer: int, decision: Decision, act: str, **words: str) -> None:
        act_on_case(self.backend, self.officers[officer], decision, act, **words)

    def take(self, officer: int) -> str | None:
        case = take_next(self.backend, self.officers[officer], POST)
        return None if case is None else case[1].removeprefix(self.prefix)

    def at_hand(self, officer: int) -> list[str]:
        with self.backend.engine.connect() as connection:
            return [
                place.subject_id.removeprefix(self.prefix)
                for place in queue_acts.at_hand(connection, self.officers[officer].account_id)
            ]

    def page(self, officer: int) -> TestClient:
        client = TestClient(create_app(service=self.backend), raise_server_exceptions=False)
        form = {"name": self.officers[officer].name, "password": self.passwords[officer]}
        assert client.post("/sign-in", data=form, follow_redirects=False).status_code == 303
        return client

    def run_out(self) -> None:
        """Let every hold and every putting off end, as time does."""
        with self.backend.engine.begin() as connection:
            connection.execute(text("update serving.waiting_case set act_until = now() - interval '1 second'"))


def shown_of(decision: Decision) -> str:
    """Return an answer without a score, as one is stored where no model serves."""
    notice = text_of("serving.notice", "notice")
    return json.dumps({
        "decision_id": decision.decision_id, "subject": "visa", "subject_id": decision.subject_id, "model": None,
        "as_of": "2012-12-03T02:50:00Z", "score": None, "raw_score": None, "base_value": None, "contributions": [],
        "reasons": [], "route": "interview_queue", "warnings": [], "notice": notice,
    })  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("acts")
    settings = Settings(home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key")
    backend = open_service(settings, open_engine(settings))
    officers, passwords = [], []
    with backend.engine.begin() as connection:
        for number in range(OFFICERS):
            name = f"desk-{number}"
            passwords.append(create_person(connection, name, Role.OFFICER, [POST]) or "")
            account = account_named(connection, name)
            assert account is not None
            officers.append(Caller(Role.OFFICER, (POST,), account.account_id, name, OWN_POST))
    yield Desk(backend, officers, passwords)
    backend.engine.dispose()


@pytest.fixture
def three(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with three cases, A before B before C, which leaves nobody waiting behind."""
    own = replace(desk, prefix=f"{request.node.name}-")
    for name, score in (("A", 0.9), ("B", 0.5), ("C", 0.1)):
        own.add(name, score)
    yield own
    with own.backend.engine.begin() as connection:
        for decision in waiting_cases.queue(connection, None, 1000):
            queue_acts.close(connection, decision.subject, decision.subject_id, "withdrawn", 0)
