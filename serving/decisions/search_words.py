"""Words by which a case is found: names in any script reduced to sounds, passport, sponsor, flight, status, outcome; blinded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection

from features.identity.hashes import hash_texts
from features.identity.name_words import name_words
from features.matrix import TABLE_OF_SUBJECT
from features.store.encryption import DataKey
from features.tables.categories import FINDINGS
from serving.store import case_words, record_ids

ReadRows = Callable[[Connection, str, Sequence[str]], pa.Table]
SUBJECT_OF_OUTCOME = {"visa_application": "visa", "landing": "entry"}
_KIND = 60_000
"""Kind under which words are blinded: apart from every kind of posting."""
_BATCH = 5000
_COLUMNS = {
    "name": ("family_name", "given_names", "other_names"), "sponsor": ("guarantor_name", "inviter_name"),
    "passport": ("passport_number",), "flight": ("flight",), "status": ("status_of_residence",), "outcome": ("finding",),
}  # fmt: skip
"""Columns of a record by the field that they are searched under."""


def words_of_record(data_key: DataKey, row: Mapping[str, Any]) -> list[int]:
    """Return the blinded words of a record."""
    texts = [text for field, columns in _COLUMNS.items() for name in columns for text in _texts(field, row.get(name))]
    return _blinded(data_key, texts)


def words_of_search(data_key: DataKey, fields: Mapping[str, str]) -> list[int]:
    """Return the blinded words of what is searched for, by field; a field without a word is left out.

    A name is found in any script and in any order of its words.
    """
    return _blinded(data_key, [text for field in _COLUMNS for text in _texts(field, fields.get(field))])


def index_outcomes(connection: Connection, data_key: DataKey, outcomes: pa.Table) -> None:
    """Let cases be found by their outcomes; also by a former one, which a correction or a withdrawal superseded."""
    for row in outcomes.to_pylist():
        subject = SUBJECT_OF_OUTCOME[row["subject"]]
        case_words.insert_of_case(connection, subject, row["subject_id"], words_of_record(data_key, row))


def index_cases_of_before(connection: Connection, data_key: DataKey, rows: ReadRows) -> None:
    """Store the words of cases and outcomes from before they had words; ``rows`` reads records of a table by id."""
    for subject, table in TABLE_OF_SUBJECT.items():
        posts = dict(case_words.cases_without_words(connection, subject))
        ids = list(posts)
        for begin in range(0, len(ids), _BATCH):
            for row in rows(connection, table, ids[begin : begin + _BATCH]).to_pylist():
                subject_id = str(next(iter(row.values())))
                words = words_of_record(data_key, row)
                case_words.insert(connection, posts[subject_id], subject, subject_id, words)
    if not case_words.has_word(
        connection, _blinded(data_key, [text for code in FINDINGS for text in _texts("outcome", code)])
    ):
        ids = record_ids.ids_after(connection, "outcomes", -1)
        for begin in range(0, len(ids), _BATCH):
            index_outcomes(connection, data_key, rows(connection, "outcomes", ids[begin : begin + _BATCH]))


def _texts(field: str, value: str | None) -> list[str]:
    if not value:
        return []
    words = name_words(value) if field in {"name", "sponsor"} else ["".join(filter(str.isalnum, value)).upper()]
    return [f"{field}:{word}" for word in words if word]


def _blinded(data_key: DataKey, texts: Iterable[str]) -> list[int]:
    ordered = sorted(set(texts))
    return [data_key.blind(_KIND, int(key)) for key in hash_texts(pa.array(ordered, pa.string()), "case_word")]
