"""A small log: a database of its own with decisions, interviews, corrections and outcomes, and its signed checkpoint."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, text

from features.database import open_engine
from features.settings import Settings
from features.store.records import RecordStore
from features.tables.json_rows import rows_to_table
from models.signatures import load_or_create_key
from serving.auth.people import create_person, disable
from serving.auth.permissions import Role
from serving.decisions.service import DecisionService, open_service
from serving.log.checkpoints import LATEST, Exporter, KnownTree, read_known_tree
from serving.log.leaves import append
from serving.log.verification import Fault, verify_log
from serving.store import (
    account_languages,
    accounts,
    case_examples,
    credentials,
    decisions,
    erasures,
    interview_sheets,
    own_views,
    practice,
    queue_acts,
    refused_reads,
    shadows,
)
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.decisions import Decision
from serving.store.practice import PracticeAnswer
from serving.store.readings import Reading, insert_readings
from serving.store.submissions import insert_submission

DECISIONS, OUTCOMES, INTERVIEWS, CORRECTIONS, PEOPLE = 24, 6, 5, 3, 5


@dataclass(frozen=True)
class SmallLog:
    settings: Settings
    backend: DecisionService
    known: KnownTree

    @property
    def engine(self) -> Engine:
        return self.backend.engine

    @property
    def store(self) -> RecordStore:
        return self.backend.store

    def faults(self, connection: Connection, *, with_hashes: bool = True) -> list[Fault]:
        known = self.known if with_hashes else KnownTree(self.known.checkpoint)
        return list(verify_log(connection, known))


def a_decision(random: np.random.Generator, number: int) -> Decision:
    """Return a decision with values that need every kind of encoding."""
    score = None if number % 7 == 6 else float(random.random())
    values = random.standard_normal(8).tobytes()
    return Decision(
        str(uuid.UUID(bytes=random.bytes(16))), "visa", f"A-{number}", f"PH-{'MNL' if number % 2 else 'CEB'}", 1_356_339_600_000_000 + number,
        number, number + 1, "m" * 64, "no_score" if score is None else "interview_queue", score, values, values,
        '{"reasons": ["' + "見守り\\n" * (number % 3) * 20 + '"]}',
    )  # fmt: skip


def outcome(number: int) -> dict[str, object]:
    return {
        "outcome_id": f"O-{number}", "subject": "visa_application", "subject_id": f"A-{number}", "arm": "targeted",
        "occurred_at": "2012-12-01T00:00:00Z", "known_at": "2012-12-02T00:00:00Z", "inclusion_probability": 1.0,
        "finding": "no_indication", "typology": None,
    }  # fmt: skip


def fill(backend: DecisionService, random: np.random.Generator) -> None:
    """Let acts of every kind happen."""
    with backend.engine.begin() as connection:
        decided = [a_decision(random, number) for number in range(DECISIONS)]
        for number, decision in enumerate(decided):
            decisions.insert(connection, decision)
            insert_submission(connection, [number * 3 + 600, number * 3 + 602], UNKNOWN_ACCOUNT)
        rows = rows_to_table("outcomes", [outcome(number) for number in range(OUTCOMES)])[0]
        backend.store.append(connection, "outcomes", rows)
        for number in range(INTERVIEWS):
            decisions.mark_interviewed(connection, "visa", f"A-{number}", UNKNOWN_ACCOUNT)
            append(connection, "interview", f"O-{number}", {"subject": "visa", "subject_id": f"A-{number}"})
        queue_acts.close(connection, "visa", f"A-{INTERVIEWS}", "withdrawn", UNKNOWN_ACCOUNT)
        for number in range(CORRECTIONS):
            corrected = rows_to_table("outcomes", [{**outcome(number), "finding": "inconclusive"}])[0]
            backend.store.supersede(connection, "outcomes", f"O-{number}", corrected)
            append(connection, "correction", f"O-{number}", {"table": "outcomes", "changed": ["finding"]})
        fill_accounts(connection)
        fill_shadows(connection, [decision.decision_id for decision in decided[:5]])
        fill_sheets(connection)
        for purpose in ("queue", "case"):
            refused_reads.insert(connection, "scientist", purpose)
        fill_examples(connection, decided[:2])
        fill_shadows(connection, [decision.decision_id for decision in decided[:5]])
        for number in range(3):
            erasures.insert(connection, [number, number + 10], "the person's request", 2)


def fill_sheets(connection: Connection) -> None:
    """Write sheets of two interviewed cases, one of which is withdrawn; views of an officer; and a language, twice."""
    for number in range(2):
        decision = decisions.latest(connection, "visa", f"A-{number}")
        assert decision is not None
        for content in (b"first", b"second"):
            interview_sheets.insert_draft(connection, decision, UNKNOWN_ACCOUNT, None, content)
        draft = interview_sheets.latest_draft(connection, decision, UNKNOWN_ACCOUNT, None)
        assert draft is not None
        for place, (outcome, supersedes, version) in enumerate((("no_concern", None, draft[0]), (None, True, None))):
            if place <= number:
                own, before = (str(uuid.UUID(int=10 * number + at + 1)) for at in (place, 0))
                interview_sheets.insert_sheet(
                    connection,
                    own,
                    decision,
                    UNKNOWN_ACCOUNT,
                    outcome,
                    "O-1",
                    before if supersedes else None,
                    version,
                    b"s",
                )
        own_views.insert_draw(connection, decision, UNKNOWN_ACCOUNT, share=0.1, is_first=True)
        own_views.insert_view(connection, decision, UNKNOWN_ACCOUNT, "first", "interview", "record", "interview")
        practice.insert_answer(
            connection,
            UNKNOWN_ACCOUNT,
            "set",
            PracticeAnswer(number, number == 1, is_advised=True, is_exploited=False, typology=""),
        )
        account_languages.set_language(connection, UNKNOWN_ACCOUNT, ("ja", "en")[number])


def fill_examples(connection: Connection, about: list[Decision]) -> None:
    """Write case examples, each released by another person."""
    for number, decision in enumerate(about):
        example_id = str(uuid.UUID(int=500 + number))
        case_examples.insert(connection, example_id, decision, UNKNOWN_ACCOUNT, b"example")
        reader = accounts.account_by_name(connection, "officer-2")
        assert reader is not None
        assert case_examples.insert_release(connection, example_id, reader[0].account_id)


def fill_accounts(connection: Connection) -> None:
    """Make accounts, keys, sessions and readings; some of them end."""
    for number in range(PEOPLE):
        create_person(connection, f"officer-{number}", Role.OFFICER, [f"PH-{number}"])
        account = accounts.account_by_name(connection, f"officer-{number}")
        assert account is not None
        credentials.insert_key(connection, b"k" * 31 + bytes([number]), account[0].account_id, "key", 30)
        credentials.insert_session(connection, b"s" * 31 + bytes([number]), account[0].account_id, 8)
        readings = [Reading("record", None, "outcomes", f"O-{at}", ("finding",)) for at in range(3)]
        insert_readings(connection, account[0].account_id, readings, "audit")
    credentials.delete_session(connection, b"s" * 31 + b"\0")
    for name in ("officer-0", "officer-1"):
        disabled = accounts.account_by_name(connection, name)
        assert disabled is not None
        disable(connection, disabled[0].account_id)
    [key_id, *_] = [row.key_id for row in credentials.list_keys(connection)]
    assert credentials.revoke_key(connection, key_id)


def fill_shadows(connection: Connection, decided: list[str]) -> None:
    """Let one challenger follow another, and score decisions unseen."""
    until = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    shadows.start(connection, "visa", "m" * 64, "7", until)
    shadows.start(connection, "visa", "n" * 64, "8", until)
    shadow = shadows.latest(connection, "visa")
    assert shadow is not None
    scores = [shadows.ShadowScore(name, 0.25, -1.5, b"\1" * 64) for name in decided]
    shadows.insert_scores(connection, shadow, scores)


@pytest.fixture(scope="module")
def small_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLog]:
    home, office = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("office")
    settings = Settings(
        home, None, "", home / "keys" / "signing.pem", home / "keys" / "data.key", log_key_path=office / "log.pem",
        checkpoint_folder=office / "checkpoints",
    )  # fmt: skip
    backend = open_service(settings, open_engine(settings))
    fill(backend, np.random.default_rng(7))
    key = load_or_create_key(office / "log.pem")
    with backend.engine.connect() as connection:
        Exporter(office / "checkpoints", key).export(connection)
    known = read_known_tree(office / "checkpoints" / LATEST, key.public_key())
    yield SmallLog(settings, backend, known)
    backend.engine.dispose()


def without_triggers(connection: Connection) -> None:
    """Let this transaction change what triggers keep: the full rights of an administrator."""
    connection.execute(text("set local session_replication_role = replica"))
