"""Erasure of a person: the key under which everything about that person is encrypted is destroyed, and every proof stays.

Rows, hashes and leaves stay as they are, so that decisions can still be verified; what they held about the person can be read by
nobody. The ids of destroyed keys stand in a file outside the database: a copy from before comes back without them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from features.store.person_keys import destroy, key_ids_of, records_under
from serving.decisions.service import DecisionService
from serving.store import decisions, erasures, queue_acts
from serving.store.accounts import UNKNOWN_ACCOUNT
from serving.store.transactions import EVERYTHING, transaction

CLOSED_BY = "erased"
"""Reason for which the waiting cases of an erased person leave the queue."""
AFTER_A_RESTORE = "erased before; this copy of the database came back from an earlier time"
_SUBJECT = {table: subject for subject, table in TABLE_OF_SUBJECT.items()}
Records = list[tuple[str, str]]


class NobodyToErase(Exception):
    """Raised when a case has no record, or nothing of its person is left to be erased."""

    def __init__(self) -> None:
        super().__init__("there is no such record, or its person was erased before")


def erasures_file(settings: Settings) -> Path:
    """Return the file of destroyed keys: beside the checkpoints, or in the home where none are written."""
    return (settings.checkpoint_folder or settings.home) / "erased_keys.jsonl"


def records_of_person(connection: Connection, record: tuple[str, str]) -> tuple[list[int], Records]:
    """Return the keys of the person of a record, (table, id), and every record that they open.

    A correction of the name gave the record another key: both are the person's. Raises `NobodyToErase` without any.
    """
    keys: list[int] = []
    records = [record]
    while len(more := key_ids_of(connection, records)) > len(keys):
        keys = sorted(more)
        records = records_under(connection, keys)
    if not keys:
        raise NobodyToErase
    return keys, records


def erase_person(service: DecisionService, record: tuple[str, str], reason: str) -> Records:
    """Erase the person of a record, (table, id), and return the records that nobody can read any more.

    Raises `NobodyToErase` for an unknown record, and where the person was erased before.
    """
    with transaction(service.engine, EVERYTHING) as connection:
        service.store.next_position(connection)  # nobody writes about the person meanwhile
        keys, records = records_of_person(connection, record)
        _erase(connection, service, keys, records, reason)
        # before the commit: a copy of the database must never know of an erasure that this file lacks
        _remember(erasures_file(service.models.settings), keys)
    return records


def erase_again(service: DecisionService) -> int:
    """Destroy every key that was destroyed before, as a restored copy needs it; return how many came back."""
    file = erasures_file(service.models.settings)
    if not file.exists():
        return 0
    known = sorted({key for line in file.read_text(encoding="ascii").splitlines() for key in json.loads(line)})
    with transaction(service.engine, EVERYTHING) as connection:
        service.store.next_position(connection)
        records = records_under(connection, known)
        returned = _erase(connection, service, known, records, AFTER_A_RESTORE)
    return len(returned)


def _erase(
    connection: Connection, service: DecisionService, keys: Sequence[int], records: Records, reason: str
) -> list[int]:
    destroyed = destroy(connection, keys)
    if destroyed:
        for table, record_id in records:
            if table in _SUBJECT:
                erasures.forget_case(connection, _SUBJECT[table], record_id)
                if decisions.is_waiting(connection, _SUBJECT[table], record_id):
                    queue_acts.close(connection, _SUBJECT[table], record_id, CLOSED_BY, UNKNOWN_ACCOUNT)
        erasures.insert(connection, destroyed, reason, len(records))
    return destroyed


def _remember(file: Path, keys: Sequence[int]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="ascii") as lines:
        lines.write(json.dumps(list(keys)) + "\n")
        lines.flush()
        os.fsync(lines.fileno())
