"""Pairs of writings from forms: the same address, phone, name, or not; experts extend the tables cases_*.csv.

Covers: features.identity.address, features.identity.japanese_address, features.identity.foreign_address,
features.identity.place_names, features.identity.kanji_numbers, features.identity.phone, features.identity.name_words,
features.identity.no_values, features.identity.characters.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from features.identity.address import address_keys
from features.identity.hashes import hash_texts
from features.identity.no_values import values_only
from features.identity.person import email_keys, full_name_person_keys, passport_keys
from features.identity.phone import phone_keys

Row = tuple[str, str, bool, str]
FOLDER = Path(__file__).parent


def cases(kind: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with (FOLDER / f"cases_{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def name_of(row: dict[str, str]) -> str:
    return f"{row['first']} / {row['second']}: {row['why']}"


def rows(kind: str) -> list[object]:
    return [pytest.param(row, id=name_of(row)) for row in cases(kind)]


def name_keys(texts: pa.Array) -> object:
    return full_name_person_keys(texts, pa.nulls(len(texts), pa.date32()))


KEYS: dict[str, Callable[[pa.Array], object]] = {
    "address": lambda texts: address_keys(texts)[0],
    "phone": phone_keys,
    "name": name_keys,
    "passport": passport_keys,
    "email": email_keys,
    "identifier": lambda texts: hash_texts(values_only(texts, "identifier"), "coe"),
}


def linked(field: str, row: dict[str, str]) -> bool:
    """Return whether the two writings of a row have the same key, and not that of nothing."""
    first, second = KEYS[field](pa.array([row["first"], row["second"]], pa.string()))  # type: ignore[misc]
    return bool(first == second != 0)


@pytest.mark.parametrize("row", rows("addresses"))
def test_addresses(row: dict[str, str]) -> None:
    assert linked("address", row) is (row["same"] == "yes")


@pytest.mark.parametrize("row", rows("phones"))
def test_phones(row: dict[str, str]) -> None:
    assert linked("phone", row) is (row["same"] == "yes")


@pytest.mark.parametrize("row", rows("names"))
def test_names(row: dict[str, str]) -> None:
    assert linked("name", row) is (row["same"] == "yes")


@pytest.mark.parametrize("row", rows("no_values"))
def test_no_values_link_nobody(row: dict[str, str]) -> None:
    assert linked(row["field"], row) is (row["same"] == "yes")


def test_a_third_of_at_least_400_pairs_differ() -> None:
    pairs = [row["same"] for kind in ("addresses", "phones", "names", "no_values", "bearers") for row in cases(kind)]
    assert len(pairs) >= 400
    assert pairs.count("no") * 3 >= len(pairs)


@pytest.mark.parametrize(("kind", "field"), [("addresses", "address"), ("phones", "phone"), ("names", "name")])
def test_a_column_reads_all_writings_as_alone(kind: str, field: str) -> None:
    texts = [text for row in cases(kind) for text in (row["first"], row["second"])]
    together = KEYS[field](pa.array(texts, pa.string()))
    alone = [KEYS[field](pa.array([text], pa.string()))[0] for text in texts]  # type: ignore[index]
    assert list(together) == alone  # type: ignore[call-overload]
