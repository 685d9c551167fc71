"""SQL of the random draw: the sealed seed of a week, whom it drew from those whom the score does not reach, and by what chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.log.leaves import append_row
from serving.store.waiting_cases import NOT_AT_HAND, ORDERS, arrived_since

_HASH = "sha256({seed} || convert_to({case}.subject || '/' || {case}.subject_id, 'UTF8'))"
"""Order of a draw: whoever knows the seed can repeat it."""
_FRAME = (
    "select subject, subject_id, number from (select subject, subject_id, number, tier from serving.waiting_case "
    f"where post = :post and {{since}} and {NOT_AT_HAND} order by {ORDERS['priority']} offset :reached) beyond "
    "where tier >= 2 and not exists (select 1 from serving.drawn_case d where d.subject = beyond.subject "
    "and d.subject_id = beyond.subject_id)"
)
"""Cases beyond the slots of the score; former victims and children are never left to chance."""


class DrawnCase(NamedTuple):
    """A case that was drawn, with the number of the decision that waited then."""

    subject: str
    subject_id: str
    number: int


@dataclass(frozen=True, slots=True)
class RandomDraw:
    """Draw of a post in a week; ``random_slot_count`` of ``slot_count`` interviews are for drawn cases."""

    draw_id: int
    seed: bytes
    slot_count: int
    random_slot_count: int
    drawn_at: dt.datetime


def draw_of(connection: Connection, post: str, week: dt.date) -> RandomDraw | None:
    """Return the draw of a post in a week; None before it."""
    query = text(
        "select draw_id, seed, slot_count, random_slot_count, drawn_at from serving.random_draw "
        "where post = :post and week = :week"
    )
    row = connection.execute(query, {"post": post, "week": week}).first()
    return None if row is None else RandomDraw(row[0], bytes(row[1]), *row[2:])


def undrawn(
    connection: Connection, post: str, since: dt.datetime | None, seed: bytes, reached: int, count: int
) -> tuple[int, list[DrawnCase]]:
    """Return how many cases stand beyond the first ``reached`` by priority, and ``count`` of them in the order of a seed."""
    frame = _FRAME.format(since=arrived_since(since))
    query = text(
        f"select count(*) over (), subject, subject_id, number from ({frame}) f order by {_HASH.format(seed=':seed', case='f')} "
        "limit :count"
    )
    values = {"post": post, "since": since, "reached": reached, "seed": seed, "count": count}
    rows = connection.execute(query, values).all()
    return (int(rows[0][0]) if rows else 0), [DrawnCase(*row[1:]) for row in rows]


def waiting_drawn_count(connection: Connection, post: str) -> int:
    """Return how many cases of earlier draws still wait."""
    query = text(
        "select count(*) from serving.drawn_case d join serving.waiting_case w using (subject, subject_id) where d.post = :post"
    )
    return int(connection.execute(query, {"post": post}).scalar_one())


def insert(
    connection: Connection, post: str, week: dt.date, draw: RandomDraw, frame_count: int, cases: list[DrawnCase],
    account_id: int,
) -> None:  # fmt: skip
    """Store a draw and whom it drew, each with the inclusion probability, and seal them in the log."""
    query = (
        "insert into serving.random_draw (post, week, seed, slot_count, random_slot_count, frame_count, account_id) values "
        "(:post, :week, :seed, :slots, :random, :frame, :account) returning draw_id, row_to_json(random_draw.*)::text"
    )
    values = {"post": post, "week": week, "seed": draw.seed, "slots": draw.slot_count, "random": draw.random_slot_count,
              "frame": frame_count, "account": account_id}  # fmt: skip
    draw_id, row = connection.execute(text(query), values).one()
    append_row(connection, "random_draw", str(draw_id), row)
    query = (
        "insert into serving.drawn_case (subject, subject_id, post, draw_id, number, inclusion_probability) values "
        "(:subject, :id, :post, :draw, :number, :probability) returning row_to_json(drawn_case.*)::text"
    )
    for case in cases:
        drawn = {"subject": case.subject, "id": case.subject_id, "number": case.number, "post": post, "draw": draw_id,
                 "probability": len(cases) / frame_count}  # fmt: skip
        row = connection.execute(text(query), drawn).scalar_one()
        append_row(connection, "drawn_case", f"{case.subject}/{case.subject_id}", row)


def inclusion_probability(connection: Connection, subject: str, subject_id: str) -> float | None:
    """Return the probability with which a case was drawn; None if it was not."""
    query = text("select inclusion_probability from serving.drawn_case where subject = :s and subject_id = :i")
    probability: float | None = connection.execute(query, {"s": subject, "i": subject_id}).scalar()
    return probability


def taken_count(connection: Connection, post: str, since: dt.datetime) -> int:
    """Return how many cases the queue of a post has given since a moment."""
    query = text(
        "select count(distinct (subject, subject_id)) from serving.queue_act "
        "where post = :post and act = 'take' and acted_at > :since"
    )
    return int(connection.execute(query, {"post": post, "since": since}).scalar_one())


def next_drawn(connection: Connection, post: str, account_id: int, since: dt.datetime | None) -> tuple[str, str] | None:
    """Return (subject, subject id) of the next drawn case that is free, the earliest draw first; None without."""
    query = text(
        "select w.subject, w.subject_id from serving.drawn_case d join serving.random_draw r using (draw_id) "
        "join serving.waiting_case w on w.subject = d.subject and w.subject_id = d.subject_id "
        f"where d.post = :post and {arrived_since(since)} and (act is null or act_until <= now() "
        "or (act = 'skip' and act_account <> :account)) "
        f"order by d.draw_id, {_HASH.format(seed='r.seed', case='w')} limit 1"
    )
    row = connection.execute(query, {"post": post, "since": since, "account": account_id}).first()
    return None if row is None else (row[0], row[1])
