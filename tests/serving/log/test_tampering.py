"""With full rights on the database, nothing before a retained checkpoint can be changed unseen; no honest log is accused.

Covers: log.verification, store.sealed_rows.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pytest
from sqlalchemy import Connection, text

from features.tables.json_rows import rows_to_table
from serving.auth.api_keys import create_key, rotate_key
from serving.auth.people import reset_password
from serving.log.leaves import append_all, canonical, commitment, row_content
from serving.log.verification import Fault, row_faults, verify_log
from serving.store import credentials, decisions, log_leaves, sealed_rows, shadows
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.readings import Reading, insert_readings
from serving.store.sealed_rows import Pair
from serving.store.submissions import insert_submission
from tests.proof_size import cases
from tests.serving.log.conftest import SmallLog, a_decision, outcome, without_triggers

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3000)]
TAMPERINGS, SHORT = 10_000, 120
HONEST, SHORT_HONEST = 1_000, 20
Names = tuple[str, ...]
"""Ids of which at least one must stand in a fault."""


class Tampering(NamedTuple):
    """A kind of tampering: SQL on a random target, and whether the leaf is written again to match the row."""

    name: str
    apply: Callable[[Connection, np.random.Generator], Names]


def run(connection: Connection, statement: str, **values: object) -> list[tuple[object, ...]]:
    result = connection.execute(text(statement), values)
    return [tuple(row) for row in result] if result.returns_rows else []


def ids(connection: Connection, kind: str) -> list[str]:
    return [name for name, _ in sealed_rows.rows(connection, kind)]


def pick(random: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(random.integers(len(choices)))]


def edit(column: str, value: str) -> Tampering:
    """Change a column of a decision."""

    def apply(connection: Connection, random: np.random.Generator) -> Names:
        target = pick(random, ids(connection, "decision"))
        run(
            connection,
            f"update serving.decision set {column} = {value} where decision_id = cast(:id as uuid)",
            id=target,
        )
        return (target,)

    return Tampering(f"edit of {column}", apply)


def seal_again(connection: Connection, kind: str, subject_id: str) -> None:
    """Rewrite the leaves of a row so that they match the row as it is now."""
    row = dict(sealed_rows.rows(connection, kind)).get(subject_id)
    nonce, content = os.urandom(16), canonical({} if row is None else row_content(row))
    run(
        connection, "update serving.log_leaf set nonce = :n, content = :c, commitment = :h where kind = :k and subject_id = :i",
        n=nonce, c=content, h=commitment(nonce, content), k=kind, i=subject_id,
    )  # fmt: skip


def rehash(inner: Tampering) -> Tampering:
    """Change a decision, and write its leaf again."""

    def apply(connection: Connection, random: np.random.Generator) -> Names:
        targets = inner.apply(connection, random)
        for target in targets:
            seal_again(connection, "decision", target)
        return targets

    return Tampering(f"{inner.name}, leaf rewritten", apply)


def rehash_everything(connection: Connection, random: np.random.Generator) -> Names:
    """Change a decision, and write the whole log again in order."""
    target = pick(random, ids(connection, "decision"))
    run(
        connection,
        "update serving.decision set score = coalesce(score, 0) / 2 + 0.01 where decision_id = cast(:id as uuid)",
        id=target,
    )
    for leaf in list(log_leaves.leaves(connection)):
        if leaf.kind in sealed_rows.KINDS:
            seal_again(connection, leaf.kind, leaf.subject_id)
    return (target,)


def move_in_queue(what: str) -> Callable[[Connection, np.random.Generator], Names]:
    def apply(connection: Connection, random: np.random.Generator) -> Names:
        return waiting(connection, random, f"update serving.waiting_case set {what}")

    return apply


def leave_queue(connection: Connection, random: np.random.Generator) -> Names:
    return waiting(connection, random, "delete from serving.waiting_case")


def waiting(connection: Connection, random: np.random.Generator, statement: str) -> Names:
    names = [
        str(row[0])
        for row in run(connection, "select subject || '/' || subject_id from serving.waiting_case order by 1")
    ]
    target = pick(random, names)
    run(connection, f"{statement} where subject || '/' || subject_id = :id", id=target)
    return (target,)


def delete(kind: str, statement: str, *, with_leaf: bool = False) -> Tampering:
    def apply(connection: Connection, random: np.random.Generator) -> Names:
        target = pick(random, ids(connection, kind))
        run(connection, statement, id=target)
        if not with_leaf:
            return (target,)
        [(position,)] = run(connection, "delete from serving.log_leaf where kind = :k and subject_id = :i returning position", k=kind, i=target)  # fmt: skip
        close_gap(connection, int(str(position)))
        return later_leaves(connection, int(str(position)))

    return Tampering(f"deletion of a {kind}{' and its leaf' if with_leaf else ''}", apply)


def close_gap(connection: Connection, position: int, by: int = -1) -> None:
    for sign in (-1, 1):  # over negative positions: the primary key is checked row by row
        run(connection, f"update serving.log_leaf set position = {'-position - 1000' if sign < 0 else '-position - 1000 + :by'} "
            "where " + ("position >= :at" if sign < 0 else "position <= -1000"), **({"at": position} if sign < 0 else {"by": by}))  # fmt: skip


def later_leaves(connection: Connection, position: int) -> Names:
    """Return the ids of the leaves from a position on, and the size of the tree: faults name these."""
    later = tuple(leaf.subject_id for leaf in log_leaves.leaves(connection, position))
    return (
        *later,
        *(str(size) for (size,) in run(connection, "select count(*) + 1 from serving.log_leaf")),
        str(position),
    )


def insert_row(connection: Connection, random: np.random.Generator) -> Names:
    """Insert a decision past the log."""
    forged = a_decision(random, 500)
    decisions.insert(connection, forged)
    run(connection, "delete from serving.log_leaf where subject_id = :id", id=forged.decision_id)
    return (forged.decision_id,)


def insert_with_leaf(connection: Connection, random: np.random.Generator) -> Names:
    """Insert a decision and its leaf among the others."""
    forged = a_decision(random, 500)
    decisions.insert(connection, forged)
    size = log_leaves.size(connection)
    at = int(random.integers(size - 1))
    run(connection, "update serving.log_leaf set position = -1 where position = :at", at=size - 1)
    for position in reversed(range(at, size - 1)):
        run(connection, "update serving.log_leaf set position = position + 1 where position = :at", at=position)
    run(connection, "update serving.log_leaf set position = :at where position = -1", at=at)
    return (forged.decision_id,)


def insert_before_the_beginning(connection: Connection, random: np.random.Generator) -> Names:
    forged = a_decision(random, 500)
    decisions.insert(connection, forged)
    run(connection, "update serving.log_leaf set position = -7 where subject_id = :id", id=forged.decision_id)
    return (forged.decision_id,)


def forge_interview(connection: Connection, random: np.random.Generator) -> Names:
    name = f"A-{int(random.integers(8, 24))}"
    run(
        connection,
        "insert into serving.interviewed_case (subject, subject_id, account_id) values ('visa', :id, 0)",
        id=name,
    )
    return (f"visa/{name}",)


def reopen_case(connection: Connection, random: np.random.Generator) -> Names:
    run(connection, "delete from serving.queue_act where act = 'close'")
    return ("visa/A-5",)


def forge_outcome(connection: Connection, random: np.random.Generator) -> Names:
    """Copy a stored outcome to another position."""
    [(position,)] = run(
        connection,
        "insert into records.record (position, table_code, record_id, known_at, facts, layout_version, payload) select "
        "position + 1000, table_code, 'O-FORGED', known_at, facts, layout_version, payload from records.record "
        "order by position limit 1 returning position",
    )
    return (str(position),)


def supersede_without_version(connection: Connection, random: np.random.Generator) -> Names:
    [(position,)] = run(
        connection, "update records.record set superseded_at = 5000 where position = (select position from records.record "
        "where superseded_at is null order by random() limit 1) returning position",
    )  # fmt: skip
    return (str(position),)


def take_supersession_back(connection: Connection, random: np.random.Generator) -> Names:
    run(connection, "drop index records.live_record")
    [(position,)] = run(
        connection, "update records.record set superseded_at = null where position = (select position from records.record "
        "where superseded_at is not null order by random() limit 1) returning position",
    )  # fmt: skip
    return (str(position),)


def swap_leaves(connection: Connection, random: np.random.Generator) -> Names:
    first, second = sorted(int(at) for at in random.choice(log_leaves.size(connection), 2, replace=False))
    names = [leaf.subject_id for leaf in log_leaves.leaves(connection) if leaf.position in {first, second}]
    for before, after in ((first, -1), (second, first), (-1, second)):
        run(
            connection,
            "update serving.log_leaf set position = :after where position = :before",
            before=before,
            after=after,
        )
    return tuple(names)


def reorder_decisions(connection: Connection, random: np.random.Generator) -> Names:
    """Let two decisions change their numbers, by which the latest is chosen."""
    first, second = (str(name) for name in random.choice(ids(connection, "decision"), 2, replace=False))
    run(connection, "alter table serving.decision alter column number drop identity")
    run(
        connection, "update serving.decision d set number = o.number from serving.decision o where "
        "(d.decision_id, o.decision_id) in ((cast(:a as uuid), cast(:b as uuid)), (cast(:b as uuid), cast(:a as uuid)))",
        a=first, b=second,
    )  # fmt: skip
    return (first, second)


def cut_tail(connection: Connection, random: np.random.Generator) -> Names:
    size = log_leaves.size(connection)
    run(connection, "delete from serving.log_leaf where position >= :at", at=size - int(random.integers(1, size)))
    return (str(size),)


def restore_older_copy(connection: Connection, random: np.random.Generator) -> Names:
    """Delete the last leaves with everything that they seal."""
    size = log_leaves.size(connection)
    at = int(random.integers(1, size))
    for leaf in reversed(list(log_leaves.leaves(connection, at))):
        for table, kind in (("decision", "decision"), ("interviewed_case", "queue_removal"), ("queue_act", "queue_act"),
                            ("interview_sheet", "interview_sheet"), ("account_language", "account_language"),
                            ("own_view", "own_view"), ("own_view_draw", "own_view_draw"), ("interview_draft", "interview_draft"),
                            ("reading", "reading"), ("api_key", "api_key"), ("session", "session"), ("account", "account"),
                            ("practice_answer", "practice_answer"), ("shadow", "shadow"), ("submission", "submission"), ("shadow_score", "shadow_score")):  # fmt: skip
            if leaf.kind == kind:
                run(
                    connection,
                    f"delete from serving.{table} where {sealed_rows.KINDS[kind].key} = :id",
                    id=leaf.subject_id,
                )
        if leaf.kind == "supersession":
            run(
                connection,
                "update records.record set superseded_at = null where position::text = :id",
                id=leaf.subject_id,
            )
        if leaf.kind == "record":
            run(connection, "delete from records.record where position::text = :id", id=leaf.subject_id)
    run(connection, "delete from serving.log_leaf where position >= :at", at=at)
    return (str(size),)


def change(kind: str, statement: str) -> Tampering:
    """Edit or delete a row of a kind by SQL that names it as ``:id``."""

    def apply(connection: Connection, random: np.random.Generator) -> Names:
        target = pick(random, ids(connection, kind))
        run(connection, statement, id=target)
        return (target,)

    return Tampering(f"{statement.partition(' where ')[0]}", apply)


def insert(statement: str) -> Tampering:
    """Insert a row past the log by SQL that returns its id."""

    def apply(connection: Connection, random: np.random.Generator) -> Names:
        return tuple(str(name) for (name,) in run(connection, statement))

    return Tampering(statement.partition(" values")[0].partition(" select")[0], apply)


def revive_session(connection: Connection, random: np.random.Generator) -> Names:
    """Put a session back that was ended, under its own number."""
    [ended] = [
        leaf.subject_id
        for leaf in log_leaves.leaves(connection)
        if leaf.kind == "session" and leaf.content == b"{}" and leaf.subject_id == "1"
    ]
    run(
        connection, "insert into serving.session (session_id, token_hash, account_id, ends_at) overriding system value "
        "values (cast(:id as bigint), sha256('x'), 1, now() + interval '1 hour')", id=ended,
    )  # fmt: skip
    return (ended,)


def end_without_a_trace(connection: Connection, random: np.random.Generator) -> Names:
    """Delete a reading, and write into its leaf that it has ended, as is right for a session alone."""
    target = pick(random, ids(connection, "reading"))
    run(connection, "delete from serving.reading where reading_id::text = :id", id=target)
    seal_again(connection, "reading", target)
    return (target,)


def undo_withdrawal(connection: Connection, random: np.random.Generator) -> Names:
    [(name,)] = run(connection, "delete from serving.interview_sheet where outcome is null returning sheet_id")
    return (str(name),)


def flip_bit(column: str) -> Tampering:
    def apply(connection: Connection, random: np.random.Generator) -> Names:
        at = int(random.integers(log_leaves.size(connection)))
        [leaf] = log_leaves.leaves(connection, at, 1)
        value = bytearray(getattr(leaf, column))
        place = int(random.integers(len(value)))
        value[place] ^= 1 << int(random.integers(8))
        run(
            connection, f"update serving.log_leaf set {column} = :value where position = :at", value=bytes(value), at=at
        )
        return (leaf.subject_id,)

    return Tampering(f"flipped bit of {column}", apply)


def rename_leaf(column: str) -> Tampering:
    def apply(connection: Connection, random: np.random.Generator) -> Names:
        at = int(random.integers(log_leaves.size(connection)))
        run(connection, f"update serving.log_leaf set {column} = 'other' where position = :at", at=at)
        [leaf] = log_leaves.leaves(connection, at, 1)
        return (leaf.subject_id,)

    return Tampering(f"renamed {column} of a leaf", apply)


HALF = edit("score", "coalesce(score, 0) / 2 + 0.01")
KINDS = (
    HALF,
    edit("score", "1.0 - coalesce(score, 0.7) * (1 + 2.220446049250313e-16)"),
    edit("route", "'child_procedure'"),
    edit("post", "'TH-BKK'"),
    edit("post", "null"),
    edit("as_of", "as_of + 1"),
    edit("created_at", "created_at - interval '1 microsecond'"),
    edit("created_at", "'infinity'"),
    edit("position", "position + 1"),
    edit("record_position", "record_position - 1"),
    edit("model_sha256", "repeat('n', 64)"),
    edit("subject_id", "subject_id || '0'"),
    edit("features", "set_byte(features, 3, (get_byte(features, 3) + 1) % 256)"),
    edit("contributions", "''"),
    edit("shown", "shown || ' '"),
    edit("account_id", "account_id + 1"),
    rehash(HALF),
    rehash(edit("route", "'child_procedure'")),
    Tampering("rehash of everything", rehash_everything),
    delete("decision", "delete from serving.decision where decision_id = cast(:id as uuid)"),
    delete("decision", "delete from serving.decision where decision_id = cast(:id as uuid)", with_leaf=True),
    delete("queue_removal", "delete from serving.interviewed_case where subject || '/' || subject_id = :id"),
    delete("record", "delete from records.record where position::text = :id"),
    Tampering("insertion of a decision", insert_row),
    Tampering("insertion of a decision with its leaf", insert_with_leaf),
    Tampering("insertion before the beginning", insert_before_the_beginning),
    Tampering("forged interview", forge_interview),
    *(
        Tampering(f"queue: {what}", move_in_queue(what))
        for what in ("sort_score = sort_score - 1", "tier = (tier + 1) % 4", "arrived_at = arrived_at - interval '1 year'", "is_unpinned = false",
                     "act = 'snooze', act_until = now() + interval '1 year'", "number = number + 1", "post = 'XX-XXX'")
    ),
    Tampering("case taken out of the queue", leave_queue),
    Tampering("case put back into the queue", reopen_case),
    Tampering("forged outcome", forge_outcome),
    Tampering("superseding without a new version", supersede_without_version),
    Tampering("superseding taken back", take_supersession_back),
    Tampering("two leaves swapped", swap_leaves),
    Tampering("two decisions reordered", reorder_decisions),
    Tampering("tail cut", cut_tail),
    Tampering("older copy restored", restore_older_copy),
    flip_bit("commitment"),
    flip_bit("nonce"),
    flip_bit("content"),
    *(
        change("reading", f"update serving.reading set {what} where reading_id::text = :id")
        for what in ("account_id = account_id + 1", "read_at = read_at - interval '1 second'", "purpose = 'other'",
                     "fields = fields || '{address}'", "record_id = record_id || '0'", "view = 'card'")
    ),
    change("reading", "delete from serving.reading where reading_id::text = :id"),
    insert("insert into serving.reading (account_id, view, record_table, record_id, fields) values "
           "(1, 'record', 'outcomes', 'O-1', '{}') returning reading_id"),
    Tampering("reading deleted, its leaf rewritten as ended", end_without_a_trace),
    *(
        change("account", f"update serving.account set {what} where account_id::text = :id")
        for what in ("role = 'admin'", "posts = posts || '{TH-BKK}'", "name = name || '2'", "password_hash = 'other'",
                     "disabled_at = coalesce(disabled_at, now()) + interval '1 day'")
    ),
    insert("insert into serving.account (name, role, posts) values ('unseen', 'auditor', '{}') returning account_id"),
    *(
        change("api_key", f"update serving.api_key set {what} where key_id::text = :id")
        for what in ("token_hash = sha256(token_hash)", "account_id = account_id + 1", "expires_at = expires_at + interval '1 year'",
                     "revoked_at = case when revoked_at is null then now() end")
    ),
    change("api_key", "delete from serving.api_key where key_id::text = :id"),
    insert("insert into serving.api_key (token_hash, account_id, name, expires_at) values "
           "(sha256('x'), 1, 'unseen', now() + interval '1 day') returning key_id"),
    change("session", "update serving.session set account_id = account_id + 1 where session_id::text = :id"),
    change("session", "delete from serving.session where session_id::text = :id"),
    insert("insert into serving.session (token_hash, account_id, ends_at) values "
           "(sha256('y'), 1, now() + interval '1 hour') returning session_id"),
    Tampering("ended session revived", revive_session),
    change("shadow", "update serving.shadow set model_sha256 = repeat('o', 64) where shadow_id::text = :id"),
    change("shadow", "delete from serving.shadow where shadow_id::text = :id"),
    *(
        change("submission", f"update serving.submission set {what} where first_position::text = :id")
        for what in ("account_id = account_id + 1", "last_position = last_position + 1", "is_correction = not is_correction",
                     "submitted_at = submitted_at - interval '1 second'")
    ),
    change("submission", "delete from serving.submission where first_position::text = :id"),
    insert("insert into serving.submission (first_position, last_position, account_id, is_correction) values "
           "(900, 900, 1, false) returning first_position"),
    *(
        change("shadow_score", f"update serving.shadow_score set {what} where shadow_id || '/' || decision_id = :id")
        for what in ("score = score / 2", "raw_score = raw_score - 1", "contributions = '\\x00'")
    ),
    change("shadow_score", "delete from serving.shadow_score where shadow_id || '/' || decision_id = :id"),
    *(
        change("interview_sheet", f"update serving.interview_sheet set {what} where sheet_id::text = :id")
        for what in ("content = 'other'", "outcome_id = outcome_id || '0'", "account_id = 1", "recorded_at = recorded_at - interval '1 day'")
    ),
    Tampering("withdrawal of an interview undone", undo_withdrawal),
    change("interview_draft", "update serving.interview_draft set content = 'other' where draft_id::text = :id"),
    change("own_view_draw", "update serving.own_view_draw set is_first = not is_first where draw_id::text = :id"),
    change("own_view", "update serving.own_view set view = 'disagree' where view_id::text = :id"),
    change("practice_answer", "update serving.practice_answer set is_interview = not is_interview where answer_id::text = :id"),
    change("account_language", "update serving.account_language set language = 'ja' where account_id::text = :id"),
    rename_leaf("kind"),
    rename_leaf("subject_id"),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_tampering_is_detected_and_named(small_log: SmallLog, kind: Tampering) -> None:
    random = np.random.default_rng(crc32(kind.name.encode()))
    for _ in range(cases(TAMPERINGS, SHORT) // len(KINDS) + 1):
        with small_log.engine.connect() as connection, connection.begin() as transaction:
            without_triggers(connection)
            names = kind.apply(connection, random)
            faults = small_log.faults(connection)
            transaction.rollback()
        assert faults, kind.name
        named = {fault.subject_id for fault in faults}
        assert named & set(names), (kind.name, names, faults)


def test_a_rewritten_log_is_detected_against_the_signed_root_alone(small_log: SmallLog) -> None:
    random = np.random.default_rng(3)
    with small_log.engine.connect() as connection, connection.begin() as transaction:
        without_triggers(connection)
        rehash_everything(connection, random)
        size = str(small_log.known.checkpoint.size)
        # the queue still stands as the decision was
        faults = [fault for fault in small_log.faults(connection, with_hashes=False) if fault.kind != "queue"]
        assert faults == [
            Fault("tree", size, "the log does not extend the checkpoint of this size: leaves were changed")
        ]
        transaction.rollback()


def test_several_faults_are_all_reported(small_log: SmallLog) -> None:
    with small_log.engine.connect() as connection, connection.begin() as transaction:
        without_triggers(connection)
        run(connection, "update serving.decision set post = 'XX-XXX'")
        run(connection, "update serving.log_leaf set content = '\\xff' where position in (3, 5)")
        faults = small_log.faults(connection)
        transaction.rollback()
    assert len({fault.subject_id for fault in faults if fault.kind == "decision"}) == 24


def test_no_honest_log_is_accused(small_log: SmallLog) -> None:
    """Acts of every kind in random order and number, on top of the checkpoint."""
    random = np.random.default_rng(11)
    for turn in range(cases(HONEST, SHORT_HONEST)):
        with small_log.engine.connect() as connection, connection.begin() as transaction:
            for number in range(int(random.integers(1, 8))):
                name = 1000 * (turn + 1) + number
                act = int(random.integers(8))
                if act == 0:
                    decisions.insert(connection, a_decision(random, name))
                elif act == 1:
                    small_log.store.append(connection, "outcomes", rows_to_table("outcomes", [outcome(name)])[0])
                elif act == 2:
                    decisions.mark_interviewed(connection, "visa", f"A-{name}", UNKNOWN_ACCOUNT)
                elif act == 3:
                    account_acts(connection, random, name)
                elif act == 4:
                    insert_readings(connection, 1, [Reading("record", None, "outcomes", "O-1")] * 3, None)
                elif act == 5:
                    shadows.start(connection, "entry", "m" * 64, str(name), dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
                elif act == 6:
                    insert_submission(connection, [name, name + 1], UNKNOWN_ACCOUNT)
                else:
                    small_log.store.supersede(connection, "outcomes", "O-4", rows_to_table("outcomes", [outcome(4)])[0])
            assert small_log.faults(connection) == []
            transaction.rollback()


def account_acts(connection: Connection, random: np.random.Generator, number: int) -> None:
    """Open an account with a key and a session, and end some of them."""
    create_key(connection, "officer", "PH-MNL")
    key = max(row.key_id for row in credentials.list_keys(connection))
    credentials.insert_session(connection, number.to_bytes(32), 1, 8)
    if random.integers(2):
        rotate_key(connection, key)
        credentials.delete_sessions(connection, 1)
    else:
        reset_password(connection, 2)


def test_appending_nothing_changes_nothing(small_log: SmallLog) -> None:
    with small_log.engine.begin() as connection:
        append_all(connection, [])
        assert log_leaves.size(connection) == small_log.known.checkpoint.size


def test_missing_leaves_and_the_first_leaf_are_named(small_log: SmallLog) -> None:
    with small_log.engine.connect() as connection, connection.begin() as transaction:
        without_triggers(connection)
        run(connection, "delete from serving.log_leaf where position in (3, 4)")
        nonce, content = os.urandom(16), canonical({"of": "another beginning"})
        run(
            connection, "update serving.log_leaf set nonce = :n, content = :c, commitment = :h where position = 0",
            n=nonce, c=content, h=commitment(nonce, content),
        )  # fmt: skip
        faults = small_log.faults(connection)
        transaction.rollback()
    assert Fault("tree", "3-4", "the leaves of these positions are missing") in faults
    [first] = [fault for fault in faults if fault.kind == "log_start"]
    assert first.message == "leaf 0 is not the leaf that the checkpoint has there"
    assert not any("out of order" in fault.message for fault in faults)


def test_a_row_has_ended_only_where_rows_may_end() -> None:
    ended = Pair("1", 5, b"{}", None)
    assert row_faults(ended) == ["leaf 5 has no row: it was deleted"]
    assert row_faults(ended, may_end=True) == []
    assert row_faults(Pair("1", 5, b'{"a":"1"}', None), may_end=True) == ["leaf 5 has no row: it was deleted"]


def test_a_verification_says_how_far_it_is(small_log: SmallLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.log.verification._STEP", 30)
    seen: list[int] = []
    with small_log.engine.connect() as connection:
        assert list(verify_log(connection, None, seen.append)) == []
        size = log_leaves.size(connection)
    assert seen == list(range(30, size + 1, 30))
