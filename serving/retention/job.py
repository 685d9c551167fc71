"""The job that applies the retention table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from features.store.posting_kinds import TABLE_CODES
from serving.decisions.service import DecisionService
from serving.retention.erasure import NobodyToErase, erase_person
from serving.retention.kinds import DELETE, Kind, kinds
from serving.store import expired_rows
from serving.store.transactions import EVERYTHING, transaction

REASON = "retention: the time for which these data may be kept is over"
PEOPLE = "people"
Progress = Callable[[int, int], None]
_NAMES = {code: name for name, code in TABLE_CODES.items()}


class Due(NamedTuple):
    """What of a kind is due: people to be erased, or rows to be deleted."""

    kind: Kind
    number: int


def due(service: DecisionService, now: dt.datetime) -> list[Due]:
    """Return what is due at a time, for each kind of the table."""
    with transaction(service.engine, EVERYTHING) as connection:
        rows = []
        for kind in kinds():
            before = now - dt.timedelta(days=kind.days)
            count = 0
            if kind.code == PEOPLE:
                count = len(expired_rows.people(connection, _us(before)))
            elif kind.act == DELETE:
                count = sum(expired_rows.count(connection, table, before) for table in kind.tables)
            rows.append(Due(kind, count))
    return rows


def apply(service: DecisionService, now: dt.datetime, progress: Progress = lambda done, total: None) -> Iterator[Due]:
    """Erase and delete what is due, and yield what was done for each kind.

    Sheets of interviews are under the keys of people and go with them. ``progress`` is called with how many of how many people
    are erased.
    """
    for kind in kinds():
        before = now - dt.timedelta(days=kind.days)
        if kind.code == PEOPLE:
            yield Due(kind, _erase_people(service, before, progress))
        elif kind.act == DELETE:
            with transaction(service.engine, EVERYTHING) as connection:
                yield Due(kind, sum(expired_rows.delete(connection, table, before) for table in kind.tables))


def _erase_people(service: DecisionService, before: dt.datetime, progress: Progress) -> int:
    with transaction(service.engine, EVERYTHING) as connection:
        records = expired_rows.people(connection, _us(before))
    count = 0
    for done, (code, record_id) in enumerate(records):
        progress(done, len(records))
        try:
            erase_person(service, (_NAMES[code], record_id), REASON)
            count += 1
        except NobodyToErase:  # one of two spellings of the same person went with the other
            continue
    return count


def _us(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
