"""SQL of the search over decisions of all posts: by blinded words, marks and time, page by page by a key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.store import decisions
from serving.store.decisions import Decision


@dataclass(frozen=True, slots=True)
class DecisionQuery:
    """What decisions are searched for; a field that is None asks for nothing.

    Attributes
    ----------
    words
        Blinded words of the case: all of them.
    since, until
        Moments, microseconds UTC, between which the case became known.
    model
        Hash of the model, or its beginning of at least `SHORTEST_HASH` digits.
    officer
        Name of a person who entered or corrected the record, held its interview or acted on it in the queue.
    before
        Id of the decision that the page before ended with.
    """

    words: tuple[int, ...] = ()
    subject: str | None = None
    subject_id: str | None = None
    post: str | None = None
    route: str | None = None
    since: int | None = None
    until: int | None = None
    model: str | None = None
    finding: str | None = None
    officer: str | None = None
    before: str | None = None


class MatchingDecision(NamedTuple):
    """A decision, and whether no later one about the case supersedes it."""

    decision: Decision
    is_latest: bool


SHORTEST_HASH = 8
_CONDITIONS = {
    "subject": "d.subject = :subject",
    "subject_id": "d.subject in ('visa', 'entry') and d.subject_id = :subject_id",
    "post": "d.post = :post",
    "route": "d.route = :route",
    "since": "d.as_of >= :since",
    "until": "d.as_of < :until",
    "model": "d.model_sha256 = any(:models)",
    "finding": "f.code = :finding",
    "officer": "(d.subject, d.subject_id) in ("
    "select subject, subject_id from serving.decision where account_id <> 0 and account_id = any(:accounts) union "
    "select subject, subject_id from serving.interviewed_case where account_id = any(:accounts) union "
    "select subject, subject_id from serving.queue_act where account_id = any(:accounts))",
    "before": "(d.as_of, d.number) < (select b.as_of, b.number from serving.decision b "
    "where b.decision_id = cast(:before as uuid))",
}


def search(connection: Connection, query: DecisionQuery, limit: int) -> list[MatchingDecision]:
    """Return decisions that have all that is asked for, those on the latest cases first."""
    given = {name: value for name, value in asdict(query).items() if value is not None and name != "words"}
    values: dict[str, object] = {**given, "limit": limit}
    if query.model is not None:
        values["models"] = _models(connection, query.model)
    if query.officer is not None:
        values["accounts"] = _people(connection, query.officer)
    joins = ["serving.decision d"]
    if query.finding is not None:
        joins.append("join serving.decision_finding f on f.as_of = d.as_of and f.number = d.number")
    for at, word in enumerate(query.words):
        values[f"word{at}"] = word
        joins.append(
            f"join serving.case_word w{at} on w{at}.word = :word{at} and w{at}.post = d.post "
            f"and w{at}.subject = d.subject and w{at}.subject_id = d.subject_id"
        )
    conditions = " and ".join(_CONDITIONS[name] for name in given) or "true"
    statement = text(
        "select d.decision_id::text, not exists (select 1 from serving.decision later where later.subject = d.subject "
        f"and later.subject_id = d.subject_id and later.number > d.number) from {' '.join(joins)} "
        f"where {conditions} order by d.as_of desc, d.number desc limit :limit"
    )
    is_latest = {row[0]: row[1] for row in connection.execute(statement, values)}
    stored = {decision.decision_id: decision for decision in decisions.by_ids(connection, list(is_latest))}
    return [MatchingDecision(stored[name], latest) for name, latest in is_latest.items()]


def models_in_use(connection: Connection) -> list[str]:
    """Return the hashes of all models that decided; each is looked up in an index, not counted."""
    query = text(
        "with recursive model as (select min(model_sha256) as sha256 from serving.decision union all "
        "select (select min(d.model_sha256) from serving.decision d where d.model_sha256 > model.sha256) from model "
        "where model.sha256 is not null) select sha256 from model where sha256 is not null"
    )
    return list(connection.execute(query).scalars())


def faults(connection: Connection) -> list[str]:
    """Return the numbers of decisions that are not found by what they show."""
    stored, right = "select * from serving.decision_finding", "select * from serving.shown_finding"
    query = f"select distinct number::text from (({stored} except {right}) union all ({right} except {stored})) d order by 1"
    return list(connection.execute(text(query)).scalars())


def _models(connection: Connection, beginning: str) -> list[str]:
    if len(beginning) < SHORTEST_HASH:
        return []
    return [sha256 for sha256 in models_in_use(connection) if sha256.startswith(beginning.lower())]


def _people(connection: Connection, name: str) -> list[int]:
    """Return the accounts of a person's name, closed ones too; what a feed sent is nobody's act."""
    query = text("select account_id from serving.account where name = :name and role <> 'feed'")
    return list(connection.execute(query, {"name": name}).scalars())
