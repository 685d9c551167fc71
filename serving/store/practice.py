"""SQL of answers to practice cases; sealed."""

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
