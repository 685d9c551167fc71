"""Insertion of records and postings: encrypted rows and blinded keys, in batches."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.facts.layout import LAYOUT_VERSION
from features.facts.postings import POSTINGS
from features.facts.table_facts import TableFacts, encode_rows
from features.store.derived_postings import Posting
from features.store.encryption import DataKey
from features.store.lookups import array_text, facts_context
from features.store.person_keys import keys_of_people
from features.store.posting_kinds import KINDS, TABLE_CODES
from features.tables.json_rows import row_as_json

_BATCH = 10_000
_INSERT_RECORDS = (
    "insert into records.record (position, table_code, record_id, known_at, facts, layout_version, payload, key_id) "
    "select at, %s, id, known, facts, %s, payload, key_id "
    "from unnest(%s::bigint[], %b::text[], %s::bigint[], %b::bytea[], %b::bytea[], %s::bigint[]) "
    "as new(at, id, known, facts, payload, key_id)"
)
_INSERT_POSTINGS = (
    "insert into records.posting (kind, key, known_at, position) "
    "select * from unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])"
)


def insert_records(
    connection: Connection, data_key: DataKey, rows: pa.Table, facts: TableFacts, positions: Sequence[int]
) -> None:
    """Insert records of a table, each as encrypted facts and a payload encrypted under the key of its person, if it has one."""
    name, ids, packed = facts.table, facts.id_list(), encode_rows(facts)
    known, plain = facts["known_at"].tolist(), rows.to_pylist()
    raw: Any = connection.connection.driver_connection
    for begin in range(0, len(ids), _BATCH):
        batch = slice(begin, begin + _BATCH)
        encrypted, payload = [], []
        keys = keys_of_people(connection, data_key, facts.take(np.arange(*batch.indices(len(ids)))))
        for content, row, position, own in zip(packed[batch], plain[batch], positions[batch], keys, strict=True):
            encrypted.append(data_key.encrypt(content, facts_context(name, position)))
            key = data_key if own is None else own.key
            payload.append(key.encrypt(orjson.dumps(row_as_json(row)), payload_context(name, position)))
        key_ids = array_text("null" if own is None else own.key_id for own in keys)
        columns = (array_text(positions[batch]), ids[batch], array_text(known[batch]), encrypted, payload, key_ids)
        raw.execute(_INSERT_RECORDS, (TABLE_CODES[name], LAYOUT_VERSION, *columns))


def own_postings(facts: TableFacts, positions: Sequence[int]) -> Iterator[Posting]:
    """Yield the postings of records under their own keys, each key of a kind once a record."""
    known = facts["known_at"].tolist()
    columns = [(KINDS[kind], facts[column].tolist()) for kind, column in POSTINGS[facts.table]]
    for at, position in enumerate(positions):
        for kind, key in {(kind, keys[at]) for kind, keys in columns if keys[at] != 0}:
            yield kind, key, known[at], position


def insert_postings(connection: Connection, data_key: DataKey, postings: Iterable[Posting]) -> None:
    """Insert postings with their keys blinded."""
    raw: Any = connection.connection.driver_connection
    remaining = iter(postings)
    while batch := list(islice(remaining, _BATCH)):
        kinds, keys, known, positions = zip(*batch, strict=True)
        blinded = map(data_key.blind, kinds, keys)
        raw.execute(
            _INSERT_POSTINGS, (array_text(kinds), array_text(blinded), array_text(known), array_text(positions))
        )


def payload_context(name: str, position: int) -> bytes:
    """Return the context that binds an encrypted payload to its row."""
    return f"{name}/{position}".encode()
