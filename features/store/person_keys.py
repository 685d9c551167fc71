"""Keys of people: the payload of a record about a person is encrypted under the key of that person.

A key stands in the database wrapped under the data key, which lies outside it. Once the row of a key is deleted nobody can
read what was encrypted under it, while rows, hashes and proofs stay as they were.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from features.facts.table_facts import TableFacts
from features.store.encryption import DataKey
from features.store.lookups import array_text
from features.store.posting_kinds import KINDS, TABLE_CODES

TABLES_OF_PEOPLE = ("visa_applications", "landings", "employment_reports")
"""Tables whose records are about one person each, known by name and birth date."""
_KEY_BYTES, _ID_BITS = 32, 62
_GET_OR_MAKE = (
    "with wanted as (select * from unnest(%s::bigint[], %s::bigint[], %b::bytea[]) as w(key_id, person, wrapped)), "
    "made as (insert into records.person_key (key_id, person, wrapped) select key_id, person, wrapped from wanted "
    "on conflict (person) do nothing returning key_id, person, wrapped) "
    "select key_id, person, wrapped from made union all select k.key_id, k.person, k.wrapped from records.person_key k join wanted using (person)"
)
_OF_RECORDS = text(
    "select distinct k.key_id from unnest(cast(:codes as smallint[]), cast(:ids as text[])) as q(code, id) "
    "join records.record r on r.table_code = q.code and r.record_id = q.id join records.person_key k using (key_id)"
)
_UNDER = text("select distinct table_code, record_id from records.record where key_id = any(:keys)")
_DESTROY = text("delete from records.person_key where key_id = any(:keys) returning key_id")


class PersonKey(NamedTuple):
    """Key of a person; ``key_id`` stands beside what it encrypts."""

    key_id: int
    key: DataKey


def keys_of_people(connection: Connection, data_key: DataKey, facts: TableFacts) -> list[PersonKey | None]:
    """Return the key of each row's person, made where it is not there; None where the row names nobody.

    Call it under the lock of the store: a person gets one key.
    """
    if facts.table not in TABLES_OF_PEOPLE:
        return [None] * len(facts)
    people = [data_key.blind(KINDS["person"], key) if key else None for key in facts["person"].tolist()]
    wanted = sorted({person for person in people if person is not None})
    if not wanted:
        return [None] * len(people)
    fresh = [data_key.encrypt(secrets.token_bytes(_KEY_BYTES), _context(person)) for person in wanted]
    # at random: a restored copy of the database must never give a person the id of a key that was destroyed
    key_ids = array_text(secrets.randbits(_ID_BITS) for _ in wanted)
    raw: Any = connection.connection.driver_connection
    stored = raw.execute(_GET_OR_MAKE, (key_ids, array_text(wanted), fresh)).fetchall()
    known = {
        person: PersonKey(key_id, unwrapped(data_key, person, bytes(wrapped))) for key_id, person, wrapped in stored
    }
    return [None if person is None else known[person] for person in people]


def unwrapped(data_key: DataKey, person: int, wrapped: bytes) -> DataKey:
    """Return the key of a person from its wrapped form."""
    return DataKey(data_key.decrypt(wrapped, _context(person)))


def key_ids_of(connection: Connection, records: Iterable[tuple[str, str]]) -> list[int]:
    """Return the ids of the keys under which any version of some records, (table, id), is encrypted."""
    codes, ids = zip(*((TABLE_CODES[name], record_id) for name, record_id in records), strict=True)
    return list(connection.execute(_OF_RECORDS, {"codes": list(codes), "ids": list(ids)}).scalars())


def records_under(connection: Connection, key_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return (table, id) of every record that some keys open."""
    names = {code: name for name, code in TABLE_CODES.items()}
    return sorted((names[code], record_id) for code, record_id in connection.execute(_UNDER, {"keys": list(key_ids)}))


def destroy(connection: Connection, key_ids: Sequence[int]) -> list[int]:
    """Delete keys; return the ids of those that were there."""
    return sorted(connection.execute(_DESTROY, {"keys": list(key_ids)}).scalars())


def _context(person: int) -> bytes:
    return f"person_key/{person}".encode()
