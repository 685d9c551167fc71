"""SQL of practice cases: the seed that orders them for an officer, and the answers; sealed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row


class PracticeAnswer(NamedTuple):
    """An answer: whether an interview was chosen, was advised by the findings, and would have reached an exploited person."""

    number: int
    is_interview: bool
    is_advised: bool
    is_exploited: bool
    typology: str


class ControlAnswer(NamedTuple):
    """An answer as an auditor counts it; ``post`` is the first of the officer's."""

    post: str
    set_name: str
    number: int
    is_interview: bool
    is_advised: bool
    is_exploited: bool


def seed_of(connection: Connection, account_id: int, set_name: str, new: bytes) -> bytes:
    """Return the seed of an account's order of a set; without one, the new one is stored and sealed."""
    query = (
        "insert into serving.practice_draw (account_id, set_name, seed) values (:account, :set_name, :seed) "
        "on conflict do nothing returning draw_id::text, row_to_json(practice_draw.*)::text"
    )
    values = {"account": account_id, "set_name": set_name}
    row = connection.execute(text(query), {**values, "seed": new}).first()
    if row is not None:
        append_row(connection, "practice_draw", row[0], row[1])
        return new
    stored = "select seed from serving.practice_draw where account_id = :account and set_name = :set_name"
    return bytes(connection.execute(text(stored), values).scalar_one())


def control_answers(connection: Connection) -> list[ControlAnswer]:
    """Return all answers in the transaction's reach."""
    query = (
        "select coalesce(a.posts[1], ''), p.set_name, p.number, p.is_interview, p.is_advised, p.is_exploited "
        "from serving.practice_answer p join serving.account a using (account_id) order by p.answer_id"
    )
    return [ControlAnswer(*row) for row in connection.execute(text(query))]


def insert_answer(connection: Connection, account_id: int, set_name: str, answer: PracticeAnswer) -> None:
    """Store an answer and seal it in the log; the first to a case stays."""
    query = (
        "insert into serving.practice_answer (account_id, set_name, number, is_interview, is_advised, is_exploited, typology) "
        "values (:account, :set_name, :number, :is_interview, :is_advised, :is_exploited, :typology) on conflict do nothing "
        "returning answer_id::text, row_to_json(practice_answer.*)::text"
    )
    values = {"account": account_id, "set_name": set_name, **answer._asdict()}
    row = connection.execute(text(query), values).first()
    if row is not None:
        append_row(connection, "practice_answer", row[0], row[1])


def answers_of(connection: Connection, account_id: int, set_name: str) -> list[PracticeAnswer]:
    """Return the answers of an account to the cases of a set, in order of number."""
    query = (
        "select number, is_interview, is_advised, is_exploited, typology from serving.practice_answer "
        "where account_id = :account and set_name = :set_name order by number"
    )
    return [
        PracticeAnswer(*row) for row in connection.execute(text(query), {"account": account_id, "set_name": set_name})
    ]
