"""SQL of the rows that the log seals: which tables, under which id, and each row beside its leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from features.store.posting_kinds import TABLE_CODES

_BATCH = 5000


class Kind(NamedTuple):
    """Rows of a kind of leaf.

    Attributes
    ----------
    source, key
        Table or query of the rows, and the expression of their id.
    changes
        Whether rows may change and end: then their last leaf holds the present state, ``{}`` once the row has ended.
        Other rows have a single leaf.
    """

    source: str
    key: str
    changes: bool = False


class Pair(NamedTuple):
    """A leaf beside the row that it seals; ``position`` and ``content`` are None without a leaf, ``row`` without a row."""

    subject_id: str
    position: int | None
    content: bytes | None
    row: str | None


_RECORD = "select position, table_code, record_id, known_at, facts, layout_version, payload from records.record"
_SUPERSESSION = "select position, table_code, record_id, superseded_at from records.record"
# whoever reads a leaf shall not try passwords on it
_ACCOUNT = (
    "(select account_id, name, role, posts, sha256(convert_to(password_hash, 'UTF8')) as password_sha256, created_at, "
    "disabled_at from serving.account)"
)
KINDS = {
    "decision": Kind("serving.decision", "decision_id::text"),
    "queue_removal": Kind("serving.interviewed_case", "subject || '/' || subject_id"),
    "closing": Kind("serving.closed_case", "subject || '/' || subject_id"),
    "record": Kind(
        f"({_RECORD} where table_code = {TABLE_CODES['outcomes']} "
        "or position in (select superseded_at from records.record where superseded_at is not null))", "position::text",
    ),
    "supersession": Kind(f"({_SUPERSESSION} where superseded_at is not null)", "position::text"),
    "submission": Kind("serving.submission", "first_position::text"),
    "reading": Kind("serving.reading", "reading_id::text"),
    "queue_act": Kind("serving.queue_act", "act_id::text"),
    "rescoring": Kind("serving.rescoring", "decision_id::text"),
    "scoring_switch": Kind("serving.scoring_switch", "switch_id::text"),
    "wrong_link": Kind("serving.wrong_link", "link_id::text"),
    "correction_reason": Kind("serving.correction_reason", "position::text"),
    "correction_request": Kind("serving.correction_request", "request_id::text"),
    "correction_answer": Kind("serving.correction_answer", "request_id::text"),
    "interview_draft": Kind("serving.interview_draft", "draft_id::text"),
    "interview_sheet": Kind("serving.interview_sheet", "sheet_id::text"),
    "own_view_draw": Kind("serving.own_view_draw", "draw_id::text"),
    "own_view": Kind("serving.own_view", "view_id::text"),
    "practice_draw": Kind("serving.practice_draw", "draw_id::text"),
    "practice_answer": Kind("serving.practice_answer", "answer_id::text"),
    "interview_plan": Kind("serving.interview_plan", "plan_id::text"),
    "random_draw": Kind("serving.random_draw", "draw_id::text"),
    "drawn_case": Kind("serving.drawn_case", "subject || '/' || subject_id"),
    "access_request": Kind("serving.access_request", "request_id::text"),
    "access_answer": Kind("serving.access_answer", "request_id::text"),
    "erasure": Kind("serving.erasure", "erasure_id::text"),
    "entry_review": Kind("serving.entry_review", "account_id || '/' || day"),
    "case_example": Kind("serving.case_example", "example_id::text"),
    "case_example_release": Kind("serving.case_example_release", "example_id::text"),
    "refused_read": Kind("serving.refused_read", "read_id::text"),
    "account": Kind(_ACCOUNT, "account_id::text", changes=True),
    "account_language": Kind("serving.account_language", "account_id::text", changes=True),
    "api_key": Kind("serving.api_key", "key_id::text", changes=True),
    "session": Kind("serving.session", "session_id::text", changes=True),
    "shadow": Kind("serving.shadow", "shadow_id::text", changes=True),
    "shadow_score": Kind("serving.shadow_score", "shadow_id || '/' || decision_id"),
}  # fmt: skip
"""Every kind of leaf that seals a row: of records outcomes, corrected versions and what they superseded."""


def rows_of(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the JSON text of all columns of rows by id; ids without a row are left out."""
    query = text(f"select id, row from ({_rows(kind)}) v where id = any(:ids)")
    return {row[0]: row[1] for row in connection.execute(query, {"ids": list(ids)})}


def rows(connection: Connection, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (id, JSON text of all columns) of every row of a kind, in the order of the ids."""
    yield from _stream(connection, f"{_rows(kind)} order by id")


def record_rows(connection: Connection, positions: Sequence[int]) -> list[tuple[str, str]]:
    """Return (id, JSON text) of the records at these positions, in order, as leaves of the kind ``record`` seal them."""
    return _rows_at(connection, _RECORD, positions)


def supersession_rows(connection: Connection, positions: Sequence[int]) -> list[tuple[str, str]]:
    """Return (id, JSON text) of superseded records at these positions, as leaves of the kind ``supersession`` seal them."""
    return _rows_at(connection, _SUPERSESSION, positions)


def decision_pairs(connection: Connection, decision_ids: Sequence[str]) -> dict[str, Pair]:
    """Return the first leaf of each decision beside its row; an id without both is left out."""
    query = text(
        "select distinct on (d.decision_id) d.decision_id::text, l.position, l.content, row_to_json(d)::text "
        "from serving.decision d left join serving.log_leaf l on l.kind = 'decision' and l.subject_id = d.decision_id::text "
        "where d.decision_id = any(cast(:ids as uuid[])) order by d.decision_id, l.position"
    )
    stored = connection.execute(query, {"ids": list(decision_ids)})
    return {row[0]: Pair(row[0], row[1], None if row[2] is None else bytes(row[2]), row[3]) for row in stored}


def pairs(connection: Connection, kind: str) -> Iterator[Pair]:
    """Yield every leaf of a kind with its row, leaves without a row, and rows without a leaf.

    Of rows that may change, the last leaf counts.
    """
    last = "distinct on (subject_id)" if KINDS[kind].changes else ""
    query = (
        "select coalesce(l.subject_id, v.id), l.position, l.content, v.row from "
        f"(select {last} position, subject_id, content from serving.log_leaf where kind = :kind "
        f"order by subject_id, position desc) l full join ({_rows(kind)}) v on v.id = l.subject_id"
    )
    for subject_id, position, content, stored in _stream(connection, query, kind=kind):
        yield Pair(subject_id, position, None if content is None else bytes(content), stored)


def repeated(connection: Connection, kind: str) -> list[str]:
    """Return the ids that two leaves, or two rows, of a kind have; rows that may change have several leaves."""
    leaves = "select subject_id from serving.log_leaf where kind = :kind group by 1 having count(*) > 1 union "
    query = f"{'' if KINDS[kind].changes else leaves}select id from ({_rows(kind)}) v group by 1 having count(*) > 1"
    return list(connection.execute(text(query), {"kind": kind}).scalars())


def _rows(kind: str) -> str:
    source, key, _ = KINDS[kind]
    return f"select {key} as id, row_to_json(r)::text as row from {source} r"


def _rows_at(connection: Connection, source: str, positions: Sequence[int]) -> list[tuple[str, str]]:
    query = f"select position::text, row_to_json(r)::text from ({source} where position = any(:positions)) r order by position"
    return [(stored[0], stored[1]) for stored in connection.execute(text(query), {"positions": list(positions)})]


def _stream(connection: Connection, query: str, **values: object) -> Iterator[Any]:
    yield from connection.execute(text(query), values, execution_options={"yield_per": _BATCH})
