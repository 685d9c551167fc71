"""Texts that hold no value: 同上, N/A, 000-0000-0000. They link nobody; the table gives the reason for each."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.identity.characters import without_signs
from features.identity.distinct_texts import of_each_distinct

FIELDS = ("address", "phone", "name", "passport", "email", "identifier")
_TABLE = Path(__file__).with_suffix(".toml")
_REFERENCE = "it refers to another field of the form"
_BLANK = "it has no letter and no digit"
_FILLER = "it is a filler"
_FILLERS = re.compile("x{2,}|0+")
# almost every value but a name has two digits, the first of them not zero
_ORDINARY = re.compile("[1-9].*[0-9]")


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries of a field: reason of each text, of each beginning, and of each part; what hints at the last two."""

    texts: dict[str, str]
    beginnings: dict[str, str]
    contained: dict[str, str]
    hints: tuple[str, ...]


def no_value_reason(text: str, field: str) -> str | None:
    """Return why a text of a field holds no value; None if it holds one.

    Parameters
    ----------
    field
        One of `FIELDS`.

    >>> no_value_reason("同上", "address")
    'it refers to another field of the form'
    >>> no_value_reason("Null", "name") is None
    True
    """
    entries = _entries(field)
    if _ORDINARY.search(text):
        small = text.casefold()
        if not any(hint in small for hint in entries.hints):
            return None
    key = without_signs(text)
    if not key.strip("/@"):
        return _BLANK
    if key in entries.texts:
        return entries.texts[key]
    if _FILLERS.fullmatch(key):
        return _FILLER
    if not any(hint in key for hint in entries.hints):
        return None
    begun = (reason for beginning, reason in entries.beginnings.items() if key.startswith(beginning))
    return next(begun, next((reason for part, reason in entries.contained.items() if part in key), None))


@cache
def references() -> pa.Array:
    """Return the texts that refer to another field of the form, in small letters."""
    return pa.array([text for row in _rows() if row["why"] == _REFERENCE for text in row["texts"]], pa.string())


def values_only(texts: pa.Array, field: str) -> pa.Array:
    """Return texts of many rows, null where a text holds no value."""
    if texts.null_count == len(texts):
        return texts
    odd = pc.invert(pc.fill_null(pc.match_substring_regex(texts, _ORDINARY.pattern), fill_value=True))
    if not pc.any(odd).as_py():
        return texts
    rows = pc.indices_nonzero(odd)
    kept = of_each_distinct(texts.take(rows), partial(_known, field=field)).column("text").combine_chunks()
    return pc.replace_with_mask(texts, odd, kept)


@cache
def listed_texts(field: str) -> pa.Array:
    """Return the texts of the table that hold no value in a field, in small letters, as they are listed."""
    rows = [row for row in _rows() if field in row.get("fields", FIELDS)]
    return pa.array([text for row in rows for text in row.get("texts", ())], pa.string())


def _known(texts: pa.Array, field: str) -> pa.Table:
    kept = [None if no_value_reason(text, field) else text for text in texts.to_pylist()]
    return pa.table({"text": pa.array(kept, pa.string())})


@cache
def _entries(field: str) -> _Entries:
    rows = [row for row in _rows() if field in row.get("fields", FIELDS)]
    texts, beginnings, contained = (
        {without_signs(text): row["why"] for row in rows for text in row.get(part, ())}
        for part in ("texts", "beginnings", "contained")
    )
    hints = {text.split()[0] for row in rows for part in ("beginnings", "contained") for text in row.get(part, ())}
    return _Entries(texts, beginnings, contained, tuple(sorted(hints)))


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))["reason"]
    return rows
