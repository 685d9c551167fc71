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
_BY_FINDING = "serving.decision_finding f join serving.decision d on d.decision_id = f.decision_id"
_POPULAR = 15_000
"""Cases from which on a word leads nowhere: decisions are then read in the order of the page, each asked for its words."""
_HAS_WORD = (
    "(select true from serving.case_word w where w.word = :word{number} and w.post = {case}.post "
    "and w.subject = {case}.subject and w.subject_id = {case}.subject_id limit 1)"
)
_OF_OFFICER = (
    "of_officer as materialized (select subject, subject_id from serving.decision where account_id <> 0 and account_id = any(:accounts) "
    "union select subject, subject_id from serving.interviewed_case where account_id = any(:accounts) "
    "union select subject, subject_id from serving.queue_act where account_id = any(:accounts))"
)
_OF_RAREST = " join cases c on c.post = d.post and c.subject = d.subject and c.subject_id = d.subject_id"
_KEY = text("select as_of, number from serving.decision where decision_id = cast(:id as uuid)")
_KEY_NAMES, _NEVER = ("before_as_of", "before_number"), -(2**62)
_CONDITIONS = {
    "subject": "d.subject = :subject",
    "subject_id": "d.subject in ('visa', 'entry') and d.subject_id = :subject_id",
    "post": "{at}.post = :post",
    "route": "d.route = :route",
    "since": "{at}.as_of >= :since",
    "until": "{at}.as_of < :until",
    "model": "d.model_sha256 = any(:models)",
    "finding": "f.code = :finding",
    "before": "({at}.as_of, {at}.number) < (:before_as_of, :before_number)",
}


def search(connection: Connection, query: DecisionQuery, limit: int) -> list[MatchingDecision]:
    """Return decisions that have all that is asked for, those on the latest cases first."""
    given = {name: value for name, value in asdict(query).items() if value is not None and name != "words"}
    values: dict[str, object] = {**given, "limit": limit}
    # with a finding its own table leads, in the order of the pages: a join in any other order reads all that show it
    leading: list[str] = []
    at, source = ("d", "serving.decision d") if query.finding is None else ("f", _BY_FINDING)
    if query.before is not None:
        key = connection.execute(_KEY, {"id": query.before}).first()
        values |= {"before_as_of": key[0], "before_number": key[1]} if key else dict.fromkeys(_KEY_NAMES, _NEVER)
    if query.model is not None:
        values["models"] = _models(connection, query.model)
    if query.officer is not None:
        values["accounts"] = _people(connection, query.officer)
        leading.append(_OF_OFFICER)
        source += " join of_officer o on o.subject = d.subject and o.subject_id = d.subject_id"
    conditions = [_CONDITIONS[name].format(at=at) for name in given if name in _CONDITIONS]
    counts = {word: _count(connection, word) for word in query.words}
    words = sorted(counts, key=lambda word: counts[word])
    values |= {f"word{number}": word for number, word in enumerate(words)}
    if words and counts[words[0]] < _POPULAR:
        others = "".join(f" and {_HAS_WORD.format(number=number, case='r')}" for number in range(1, len(words)))
        leading.append(f"cases as materialized (select * from serving.case_word r where r.word = :word0{others})")
        source += _OF_RAREST
    else:
        conditions += [_HAS_WORD.format(number=number, case="d") for number in range(len(words))]
    first = f"with {', '.join(leading)} " if leading else ""
    statement = text(
        f"{first}select d.decision_id::text, not exists (select 1 from serving.decision later where later.subject = d.subject "
        f"and later.subject_id = d.subject_id and later.number > d.number) from {source} "
        f"where {' and '.join(conditions) or 'true'} order by {at}.as_of desc, {at}.number desc limit :limit"
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


def _count(connection: Connection, word: int) -> int:
    """Return how many cases have a word, at most `_POPULAR`."""
    query = text("select count(*) from (select 1 from serving.case_word where word = :word limit :most) w")
    return int(connection.execute(query, {"word": word, "most": _POPULAR}).scalar_one())


def _models(connection: Connection, beginning: str) -> list[str]:
    if len(beginning) < SHORTEST_HASH:
        return []
    return [sha256 for sha256 in models_in_use(connection) if sha256.startswith(beginning.lower())]


def _people(connection: Connection, name: str) -> list[int]:
    """Return the accounts of a person's name, closed ones too; what a feed sent is nobody's act."""
    query = text("select account_id from serving.account where name = :name and role <> 'feed'")
    return list(connection.execute(query, {"name": name}).scalars())
