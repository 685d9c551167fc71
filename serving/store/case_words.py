"""SQL of words by which cases are found: blinded words of each case, and the cases of a post that have all words asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from serving.store import decisions
from serving.store.decisions import Decision


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: blinded words, an id, and moments (microseconds UTC) between which the case was lodged.

    ``waiting`` leaves out cases that are not in the queue.
    """

    words: tuple[int, ...] = ()
    subject_id: str | None = None
    since: int | None = None
    until: int | None = None
    waiting: bool = False


def insert(connection: Connection, post: str | None, subject: str, subject_id: str, words: Sequence[int]) -> None:
    """Store the words of a case; a corrected case keeps those of before, by which it is found as well."""
    query = text(
        "insert into serving.case_word (word, post, subject, subject_id) "
        "select unnest(cast(:words as bigint[])), :post, :subject, :id on conflict do nothing"
    )
    if post is not None:
        connection.execute(query, {"words": list(words), "post": post, "subject": subject, "id": subject_id})


def insert_of_case(connection: Connection, subject: str, subject_id: str, words: Sequence[int]) -> None:
    """Store further words of a case that was decided about; does nothing for any other."""
    decision = decisions.latest(connection, subject, subject_id)
    if decision is not None:
        insert(connection, decision.post, subject, subject_id, words)


def has_word(connection: Connection, words: Sequence[int]) -> bool:
    """Return whether any case has one of these words."""
    query = text("select 1 from serving.case_word where word = any(:words) limit 1")
    return connection.execute(query, {"words": list(words)}).first() is not None


def search(connection: Connection, posts: Sequence[str], query: Query, limit: int) -> list[Decision]:
    """Return the latest decision of each case of some posts that has all that is asked for, newest first."""
    conditions = [
        "d.post = any(:posts)",
        "not exists (select 1 from serving.decision later where later.subject = d.subject "
        "and later.subject_id = d.subject_id and later.number > d.number)",
    ]
    if query.words:
        conditions.append(
            "(d.subject, d.subject_id) in (select subject, subject_id from serving.case_word where word = any(:words) "
            "and post = any(:posts) group by 1, 2 having count(distinct word) = :count)"
        )
    if query.subject_id is not None:
        conditions.append("d.subject in ('visa', 'entry') and d.subject_id = :id")
    if query.since is not None:
        conditions.append("d.as_of >= :since and d.as_of < :until")
    if query.waiting:
        conditions.append(
            "exists (select 1 from serving.waiting_case w where w.subject = d.subject and w.subject_id = d.subject_id)"
        )
    statement = f"select d.decision_id::text from serving.decision d where {' and '.join(conditions)} "
    statement += "order by d.as_of desc, d.number desc limit :limit"
    values = {"posts": list(posts), "words": list(query.words), "count": len(set(query.words)), "id": query.subject_id,
              "since": query.since, "until": query.until, "limit": limit}  # fmt: skip
    ids = list(connection.execute(text(statement), values).scalars())
    stored = {decision.decision_id: decision for decision in decisions.by_ids(connection, ids)}
    return [stored[each] for each in ids]


def cases_without_words(connection: Connection, subject: str) -> list[tuple[str, str | None]]:
    """Return (subject id, post) of every case of a subject while no case has words yet; none afterwards."""
    query = text(
        "select distinct on (subject_id) subject_id, post from serving.decision where subject = :subject "
        "and not exists (select 1 from serving.case_word where subject = :subject) order by subject_id, number desc"
    )
    return [(row[0], row[1]) for row in connection.execute(query, {"subject": subject})]
