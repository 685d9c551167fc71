"""What is written about a person beside the records, as the answers of an interview: encrypted under the key of that person."""

from __future__ import annotations

from sqlalchemy import Connection, text

from features.store.encryption import DataKey
from features.store.person_keys import unwrapped
from features.store.posting_kinds import TABLE_CODES

_UNDER_A_KEY = b"\0under the key of a person\0"
_ID_BYTES = 8
_KEY_OF_RECORD = text(
    "select r.key_id, k.person, k.wrapped from records.record r left join records.person_key k using (key_id) "
    "where r.table_code = :code and r.record_id = :id and r.superseded_at is null"
)
_KEY = text("select person, wrapped from records.person_key where key_id = :key")


class PersonErased(Exception):
    """Raised when something is to be written about a person whose key was destroyed."""


def encrypt_about(
    connection: Connection, data_key: DataKey, record: tuple[str, str], content: bytes, context: bytes
) -> bytes:
    """Encrypt what is written about the person of a record, (table, id); under the data key where that names nobody.

    Raises `PersonErased` if the key of that person was destroyed.
    """
    stored = connection.execute(_KEY_OF_RECORD, {"code": TABLE_CODES[record[0]], "id": record[1]}).first()
    if stored is None or stored.key_id is None:
        return data_key.encrypt(content, context)
    if stored.wrapped is None:
        raise PersonErased
    key = unwrapped(data_key, stored.person, bytes(stored.wrapped))
    return _UNDER_A_KEY + int(stored.key_id).to_bytes(_ID_BYTES) + key.encrypt(content, context)


def decrypt_about(connection: Connection, data_key: DataKey, content: bytes, context: bytes) -> bytes | None:
    """Decrypt what `encrypt_about` returned; None once the key of that person was destroyed."""
    if not content.startswith(_UNDER_A_KEY):
        return data_key.decrypt(content, context)
    begin = len(_UNDER_A_KEY) + _ID_BYTES
    key_id = int.from_bytes(content[len(_UNDER_A_KEY) : begin])
    stored = connection.execute(_KEY, {"key": key_id}).first()
    if stored is None:
        return None
    return unwrapped(data_key, stored.person, bytes(stored.wrapped)).decrypt(content[begin:], context)
