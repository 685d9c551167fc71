"""SQL of follow-up: landed people whose case changed most since their landing, as later records arrived."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from serving.store import decisions
from serving.store.decisions import Decision


class LaterChange(NamedTuple):
    """Case of a landing that was scored again, with its first decision."""

    first: Decision
    latest: Decision


def later_changes(connection: Connection, port: str | None, landed_before: int, limit: int) -> list[LaterChange]:
    """Return cases without an interview that were scored again after the landing, former victims and children first.

    The others follow by how much their score rose; whose case moved back in the queue is left out.

    Parameters
    ----------
    landed_before
        Microseconds UTC; later travellers may be at the counter still.
    """
    query = text(
        "select f.decision_id::text, w.decision_id::text from serving.waiting_case w "
        "join serving.rescoring r on r.decision_id = w.decision_id cross join lateral (select d.decision_id, d.score "
        "from serving.decision d where d.subject = w.subject and d.subject_id = w.subject_id order by d.number limit 1) f "
        "where w.subject = 'entry' and w.as_of < :before and (cast(:port as text) is null or w.post = :port) "
        "and (w.tier < 2 or -w.sort_score > coalesce(f.score, 0)) "
        "order by w.tier >= 2, w.tier, w.sort_score + coalesce(f.score, 0), w.number limit :limit"
    )
    rows = connection.execute(query, {"before": landed_before, "port": port, "limit": limit}).all()
    stored = {item.decision_id: item for item in decisions.by_ids(connection, [key for row in rows for key in row])}
    return [LaterChange(stored[first], stored[latest]) for first, latest in rows]
