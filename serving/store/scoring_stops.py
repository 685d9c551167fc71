"""SQL of stops: where scoring is stopped, since when, by whom and why; each switch has its leaf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES
from serving.log.leaves import append_row

ALL, POST, MODEL = SCOPES = ("all", "post", "model")
_TOUCHED_AT_MOST = 20_000


class Switch(NamedTuple):
    """A stop of scoring, or its end.

    Attributes
    ----------
    name
        The post or port, or the subject of the model; empty for all.
    """

    scope: str
    name: str
    is_stopped: bool
    reason: str
    by: str
    at: dt.datetime

    def applies_to(self, subject: str, post: str | None) -> bool:
        """Return whether it concerns cases of a subject at a post."""
        return self.name == {ALL: "", POST: post, MODEL: subject}[self.scope]


_SELECT = (
    "select s.scope, s.name, s.is_stopped, s.reason, a.name, s.switched_at "
    "from serving.scoring_switch s join serving.account a using (account_id) "
)


def stops(connection: Connection) -> list[Switch]:
    """Return the stops in force, those of all first."""
    query = text(
        f"{_SELECT} where s.is_stopped and not exists (select 1 from serving.scoring_switch later "
        "where (later.scope, later.name) = (s.scope, s.name) and later.switch_id > s.switch_id) order by s.scope, s.name"
    )
    return [Switch(*row) for row in connection.execute(query)]


def switches(connection: Connection, limit: int) -> list[Switch]:
    """Return the latest switches, the latest first."""
    query = text(f"{_SELECT} order by s.switch_id desc limit :limit")
    return [Switch(*row) for row in connection.execute(query, {"limit": limit})]


def insert_switch(
    connection: Connection, scope: str, name: str, *, is_stopped: bool, reason: str, account_id: int
) -> None:
    """Stop scoring or let it go on, and seal it in the log."""
    query = text(
        "insert into serving.scoring_switch (scope, name, is_stopped, reason, account_id) "
        "values (:scope, :name, :stopped, :reason, :account) returning switch_id::text, row_to_json(scoring_switch.*)::text"
    )
    values = {"scope": scope, "name": name, "stopped": is_stopped, "reason": reason, "account": account_id}
    switch_id, row = connection.execute(query, values).one()
    append_row(connection, "scoring_switch", switch_id, row)


def touch_unscored(connection: Connection, tables: Iterable[tuple[str, str]]) -> None:
    """Let waiting cases that no model has scored be scored again, the earliest first; ``tables`` by subject."""
    query = text(
        "insert into serving.touched_case (subject, subject_id, table_code, position, fan_out) "
        "select w.subject, w.subject_id, :code, d.record_position, :most from serving.waiting_case w "
        "join serving.decision d using (decision_id) where w.subject = :subject and d.model_sha256 is null "
        "and not exists (select 1 from serving.touched_case t where (t.subject, t.subject_id) = (w.subject, w.subject_id)) "
        "order by w.arrived_at limit :most"
    )
    for subject, table in tables:
        values = {"subject": subject, "code": TABLE_CODES[table], "most": _TOUCHED_AT_MOST}
        connection.execute(query, values)
