"""SQL of the appraisal pack: counts of a period by month, in a fixed order, so that a period gives the same rows whenever it is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, text


class Period(NamedTuple):
    """Time ``[since, until)``, by when the service took note of what happened."""

    since: dt.datetime
    until: dt.datetime

    def __str__(self) -> str:
        return "/".join(f"{moment:%Y-%m-%d}" for moment in self)


_MONTH = "to_char({column} at time zone 'UTC', 'YYYY-MM')"
_WITHIN = "{column} >= :since and {column} < :until"
_QUERIES = {
    "decisions": (
        "created_at", "select {month} as month, subject, post, route, model_sha256, count(*) as decisions, "
        "count(*) filter (where exists (select 1 from serving.rescoring r where r.decision_id = d.decision_id)) as of_them_scored_again "
        "from serving.decision d where {within} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5",
    ),
    "interviews": (
        "recorded_at", "select {month} as month, subject, post, coalesce(outcome, 'withdrawn') as outcome, count(*) as interviews "
        "from serving.interview_sheet where {within} group by 1, 2, 3, 4 order by 1, 2, 3, 4",
    ),
    "own_views": (
        "viewed_at", "select {month} as month, stage, view, advice, count(*) as views from serving.own_view where {within} "
        "group by 1, 2, 3, 4 order by 1, 2, 3, 4",
    ),
    "readings": (
        "read_at", "select {month} as month, a.role, r.view, count(*) as readings, count(distinct r.account_id) as accounts "
        "from serving.reading r join serving.account a using (account_id) where {within} group by 1, 2, 3 order by 1, 2, 3",
    ),
    "corrections": (
        "corrected_at", "select {month} as month, reason, count(*) as corrections from serving.correction_reason where {within} "
        "group by 1, 2 order by 1, 2",
    ),
    "wrong_links": (
        "stated_at", "select {month} as month, reason, count(*) as records from serving.wrong_link where {within} "
        "group by 1, 2 order by 1, 2",
    ),
    "stops": (
        "switched_at", "select to_char(switched_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at, scope, s.name, is_stopped, reason, "
        "a.name as by from serving.scoring_switch s join serving.account a using (account_id) where {within} order by switch_id",
    ),
    "urgent_openings": (
        "requested_at", "select to_char(requested_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at, a.name as by, r.from_post, r.post, "
        "r.purpose, coalesce((select answer from serving.access_answer x where x.request_id = r.request_id and x.answered_at "
        "< :until), 'not reviewed') as answer from serving.access_request r "
        "join serving.account a using (account_id) where r.is_urgent and {within} order by requested_at, r.request_id",
    ),
    "entry_alarms": (
        "reviewed_at", "select to_char(day, 'YYYY-MM-DD') as at, a.name as by, answer from serving.entry_review r "
        "join serving.account a using (account_id) where {within} order by day, a.name",
    ),
    "scores": (
        "created_at", "select {month} as month, subject, model_sha256, least(floor(score * 10), 9)::int as tenth, count(*) as decisions "
        "from serving.decision d where score is not null and route = 'interview_queue' and {within} "
        "group by 1, 2, 3, 4 order by 1, 2, 3, 4",
    ),
}  # fmt: skip
"""Column of the time, and the query, by name of the table."""
TABLES = tuple(_QUERIES)


def table(connection: Connection, name: str, period: Period) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of a table of a period."""
    column, query = _QUERIES[name]
    statement = query.format(month=_MONTH.format(column=column), within=_WITHIN.format(column=column))
    result = connection.execute(text(statement), period._asdict())
    return list(result.keys()), [tuple(row) for row in result]


def leaves_until(connection: Connection, until: dt.datetime) -> int:
    """Return the size of the log right after the last decision or reading before a moment; 0 before the first."""
    query = text(
        "select coalesce(max(l.position) + 1, 0) from (select 'decision' as kind, decision_id::text as id from serving.decision "
        "where number = (select max(number) from serving.decision where created_at < :until) "
        "union all select 'reading', max(reading_id)::text from serving.reading where read_at < :until) "
        "v join serving.log_leaf l on l.kind = v.kind and l.subject_id = v.id"
    )
    return int(connection.execute(query, {"until": until}).scalar_one())
