"""Case examples for training: written from a confirmed finding without anything personal, and released by another person."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.identity.hashes import hash_texts
from features.languages import LANGUAGES
from features.matrix import TABLE_OF_SUBJECT
from features.store.lookups import Fetched, Lookup
from features.tables.definition import Use
from features.tables.schema import TABLES
from serving.auth.permissions import Caller
from serving.decisions.evidence import decision_in_scope
from serving.decisions.service import DecisionService
from serving.measures.live_cases import WITH_INDICATIONS
from serving.refusals import Refusal
from serving.store import case_examples
from serving.store.decisions import Decision
from serving.store.transactions import transaction

LONGEST = 3000
_ALL = 2**62
_KINDS = {"visa": ("application", "outcome_of_application"), "entry": ("landing", "outcome_of_landing")}
_NUMBER_OR_ADDRESS = re.compile(r"\d{5,}|\d[\d\s().-]{6,}\d|@|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
"""Numbers of papers and telephones, addresses of e-mail, and exact dates."""
_PLAIN = frozenset({"nationality", "former_nationality", "sex", "post", "embarked_at"})
"""Audit columns of few values: whoever reads them recognises nobody."""


@dataclass(frozen=True, slots=True)
class CaseExample:
    """An example by language; ``may_release`` says whether the reader may release it."""

    example_id: str
    texts: Mapping[str, str]
    released_at: dt.datetime | None
    may_release: bool


def write_example(service: DecisionService, caller: Caller, decision_id: str, texts: Mapping[str, str]) -> str:
    """Store an example in every language and return its id.

    Raises `Refusal` 404 without such a case, 409 without a confirmed finding, 422 for a text that is missing, too long, or
    holds something personal.
    """
    with transaction(service.engine, caller.reach) as connection:
        decision = decision_in_scope(connection, caller, decision_id)
        if not _is_confirmed(connection, service, decision):
            raise Refusal(409, "not_confirmed", "the case has no confirmed finding", expected="a case with indications")
        given = {language: texts.get(language, "").strip() for language in LANGUAGES}
        wrong = [language for language, words in given.items() if not 0 < len(words) <= LONGEST]
        if wrong:
            raise Refusal(
                422, "text", "a text is missing or too long", where=wrong, expected=f"1 to {LONGEST} characters"
            )
        personal = sorted(_personal_words(connection, service, decision))
        wrong = [language for language, words in given.items() if _is_personal(words, personal)]
        if wrong:
            expected = "no name, number, address or exact date of the case"
            raise Refusal(422, "personal", "a text holds something personal", where=wrong, expected=expected)
        example_id = str(uuid.uuid4())
        content = service.store.data_key.encrypt(orjson.dumps(given), _context(example_id))
        case_examples.insert(connection, example_id, decision, caller.account_id, content)
    return example_id


def release_example(service: DecisionService, caller: Caller, example_id: str) -> None:
    """Release an example that another person wrote; raises `Refusal` 404 where there is none to release."""
    with transaction(service.engine, caller.reach) as connection:
        if not case_examples.insert_release(connection, example_id, caller.account_id):
            expected = "an example of another person that waits for a release"
            raise Refusal(404, "example", "there is no such example to release", expected=expected)


def examples_for(service: DecisionService, caller: Caller) -> list[CaseExample]:
    """Return the examples that a caller reads: those released, and for an auditor those that wait."""
    with transaction(service.engine, caller.reach) as connection:
        stored = case_examples.examples(connection)
    return [
        CaseExample(
            each.example_id, orjson.loads(service.store.data_key.decrypt(each.content, _context(each.example_id))),
            each.released_at, each.released_at is None and each.account_id != caller.account_id,
        )
        for each in stored
    ]  # fmt: skip


def _context(example_id: str) -> bytes:
    return f"case_example/{example_id}".encode()


def _is_confirmed(connection: Connection, service: DecisionService, decision: Decision) -> bool:
    space, kind = _KINDS[decision.subject]
    fetched = Fetched(service.store.data_key, connection, _ALL, _ALL, skip_unreadable=True)
    fetched.look_up([Lookup(kind, int(hash_texts(pa.array([decision.subject_id], pa.string()), space)[0]))])
    ids = [record_id for _, record_id, _ in fetched.rows.values()]
    rows = service.readable_rows(connection, "outcomes", ids).to_pylist()
    return any(row["finding"] in WITH_INDICATIONS for row in rows)


def _personal_words(connection: Connection, service: DecisionService, decision: Decision) -> set[str]:
    """Return what names or reaches a person in the case's record."""
    name = TABLE_OF_SUBJECT[decision.subject]
    rows: list[dict[str, Any]] = service.readable_rows(connection, name, [decision.subject_id]).to_pylist()
    return {word for row in rows for word in _words_of(name, row)}


def _words_of(table: str, row: Mapping[str, Any]) -> Iterator[str]:
    for column in TABLES[table].columns:
        value = row[column.name]
        if (
            column.use in {Use.LINK, Use.AUDIT, Use.AUDIT_AND_LINK}
            and column.name not in _PLAIN
            and isinstance(value, str)
        ):
            yield _folded(value)
            if column.name.endswith("name") or column.name.endswith("names"):
                yield from _folded(value).split()
    yield _folded(row[TABLES[table].id_column])


def _is_personal(words: str, personal: list[str]) -> bool:
    folded = _folded(words)
    return _NUMBER_OR_ADDRESS.search(folded) is not None or any(_holds(folded, word) for word in personal)


def _holds(folded: str, word: str) -> bool:
    """Return whether a text holds a word; of Latin letters only a whole word counts, of at least two."""
    if len(word) < 2:
        return False
    return re.search(rf"\b{re.escape(word)}\b", folded) is not None if word.isascii() else word in folded


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).casefold()
