"""SQL of rescorings: which decisions were taken because new records touched an open case, each with its leaf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import Act, append_all, row_content
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.waiting_cases import HELD


class Rescoring(NamedTuple):
    """A decision that new records of some tables brought about."""

    decision_id: str
    tables: tuple[str, ...]
    rescored_at: dt.datetime


class UnopenedChange(NamedTuple):
    """A waiting case that was scored again and that an account has not opened since; ``is_held`` says that the account holds it."""

    decision: Decision
    rescoring: Rescoring
    is_held: bool


def insert_rescoring(
    connection: Connection, decision: Decision, tables: Sequence[str], positions: Sequence[int]
) -> None:
    """Store why a case was scored again, and seal it in the log."""
    append_all(connection, [insert_unsealed(connection, decision, tables, positions)])


def insert_unsealed(connection: Connection, decision: Decision, tables: Sequence[str], positions: Sequence[int]) -> Act:
    """Store why a case was scored again, and return what seals it; it belongs into the log within the same transaction."""
    query = text(
        "insert into serving.rescoring (decision_id, post, subject, subject_id, tables, positions) "
        "values (cast(:id as uuid), :post, :s, :i, :tables, :positions) returning row_to_json(rescoring.*)::text"
    )
    values = {
        "id": decision.decision_id, "post": decision.post, "s": decision.subject, "i": decision.subject_id,
        "tables": list(tables), "positions": list(positions),
    }  # fmt: skip
    return Act("rescoring", decision.decision_id, row_content(connection.execute(query, values).scalar_one()))


def rescorings_of(connection: Connection, decision_ids: Sequence[str]) -> dict[str, Rescoring]:
    """Return the rescorings among decisions, by id."""
    query = text(
        "select decision_id::text, tables, rescored_at from serving.rescoring where decision_id = any(cast(:ids as uuid[]))"
    )
    rows = connection.execute(query, {"ids": list(decision_ids)})
    return {row[0]: Rescoring(row[0], tuple(row[1]), row[2]) for row in rows}


_UNOPENED = (
    f"select r.decision_id, r.rescored_at, coalesce(w.act_account = :account and {HELD}, false) as held "
    "from serving.rescoring r join serving.waiting_case w using (decision_id) "
    "where not exists (select 1 from serving.decisions_opened(:account, array[r.decision_id]))"
)


def count_unopened(connection: Connection, account_id: int) -> tuple[int, int]:
    """Return how many waiting cases in reach were scored again since an account opened them, and how many of these it holds."""
    query = text(f"select count(*), count(*) filter (where held) from ({_UNOPENED} limit 1000) u")
    changed, held = connection.execute(query, {"account": account_id}).one()
    return int(changed), int(held)


def unopened_changes(connection: Connection, account_id: int, limit: int) -> list[UnopenedChange]:
    """Return waiting cases in reach that were scored again since an account opened them, those that it holds first."""
    query = text(
        f"select decision_id::text, held from ({_UNOPENED}) u order by held desc, rescored_at desc limit :limit"
    )
    held = {row[0]: row[1] for row in connection.execute(query, {"account": account_id, "limit": limit})}
    stored = {decision.decision_id: decision for decision in decisions.by_ids(connection, list(held))}
    why = rescorings_of(connection, list(held))
    return [UnopenedChange(stored[name], why[name], is_held) for name, is_held in held.items()]
