"""Every text is there in every language. Covers: features.languages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from features import languages

FOLDER = Path(languages.__file__).parent


def keys(table: dict[str, object], prefix: str = "") -> set[str]:
    names = set()
    for name, value in table.items():
        names |= keys(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return names


def test_all_languages_have_the_same_keys() -> None:
    by_language = {
        code: keys(tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))) for code in languages.LANGUAGES
    }
    for code, present in by_language.items():
        assert present ^ by_language["ja"] == set(), code


def test_japanese_and_english_come_first() -> None:
    assert languages.LANGUAGES[:2] == ("ja", "en")
    assert list(languages.text("typologies", "T8")) == list(languages.LANGUAGES)


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        languages.text("typologies", "T13")
    with pytest.raises(KeyError):
        languages.texts("no.such.section")
