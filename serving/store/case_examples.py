"""SQL of case examples, encrypted and sealed, and of their releases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.decisions import Decision, is_id


@dataclass(frozen=True, slots=True)
class StoredExample:
    """An example with its encrypted content; ``released_at`` is None while it waits for a release."""

    example_id: str
    account_id: int
    content: bytes
    released_at: dt.datetime | None


def insert(connection: Connection, example_id: str, decision: Decision, account_id: int, content: bytes) -> None:
    """Store an example about a decision's case and seal it in the log."""
    query = (
        "insert into serving.case_example (example_id, subject, subject_id, account_id, content) values "
        "(cast(:id as uuid), :subject, :case, :account, :content) returning row_to_json(case_example.*)::text"
    )
    values = {
        "id": example_id, "subject": decision.subject, "case": decision.subject_id, "account": account_id, "content": content,
    }  # fmt: skip
    append_row(connection, "case_example", example_id, connection.execute(text(query), values).scalar_one())


def insert_release(connection: Connection, example_id: str, account_id: int) -> bool:
    """Store a release by another account than the writer's, and seal it; return whether there was anything to release."""
    if not is_id(example_id):
        return False
    query = (
        "insert into serving.case_example_release (example_id, writer_id, account_id) "
        "select example_id, account_id, :account from serving.case_example "
        "where example_id = cast(:id as uuid) and account_id <> :account on conflict do nothing "
        "returning row_to_json(case_example_release.*)::text"
    )
    row = connection.execute(text(query), {"id": example_id, "account": account_id}).scalar()
    if row is not None:
        append_row(connection, "case_example_release", example_id, row)
    return row is not None


def examples(connection: Connection) -> list[StoredExample]:
    """Return the examples that the transaction reaches, the latest first."""
    query = (
        "select e.example_id::text, e.account_id, e.content, r.released_at from serving.case_example e "
        "left join serving.case_example_release r using (example_id) order by e.written_at desc"
    )
    return [StoredExample(row[0], row[1], bytes(row[2]), row[3]) for row in connection.execute(text(query))]
