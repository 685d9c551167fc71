"""A rule over many texts, in several processes as in a single one. Covers: features.identity.distinct_texts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from features.identity import distinct_texts
from features.identity.address import parsed_addresses
from features.identity.phone import normalised_phones


def test_texts_read_by_several_processes_are_read_as_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array([f"+63 917 {number % 90:03d} 1234" for number in range(200)] + [None, "not a number"], pa.string())
    alone = distinct_texts.of_each_distinct(texts, normalised_phones)
    monkeypatch.setattr(distinct_texts, "WORTH_A_PROCESS", 10)
    monkeypatch.setattr(distinct_texts, "processors", lambda: 3)
    assert distinct_texts.of_each_distinct(texts, normalised_phones) == alone
    assert alone.column("phone")[0].as_py() == "+639170001234"
    assert alone.column("phone")[200].as_py() is None
    assert alone.column("phone")[201].as_py() is None


def test_an_address_keeps_its_row_when_each_distinct_address_is_read_once() -> None:
    texts = pa.array(
        ["東京都足立区梅田8-23-15 101号室", None, "Tokyo-to Adachi-ku Umeda8-23-15", "東京都足立区梅田8-23-15 101号室"]
    )
    parsed = distinct_texts.of_each_distinct(texts, parsed_addresses)
    assert parsed.column("address").to_pylist()[0] == parsed.column("address").to_pylist()[3]
    assert parsed.column("building").to_pylist()[0] == parsed.column("building").to_pylist()[2]
    assert parsed.column("address").to_pylist()[1] is None
