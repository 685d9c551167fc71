"""Texts that people read, in a TOML file for each language; a third language is a third file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

Text = Mapping[str, str]
"""A sentence or label by language code: ``{"ja": …, "en": …}``."""

_HERE = Path(__file__).parent
_FIRST = ("ja", "en")
LANGUAGES: tuple[str, ...] = (*_FIRST, *sorted({path.stem for path in _HERE.glob("*.toml")} - set(_FIRST)))
"""Language codes, Japanese and English first."""


@cache
def texts(section: str) -> Mapping[str, Text]:
    """Return every text of a section by its key.

    Parameters
    ----------
    section
        Dotted name of a TOML table, such as ``pages.queue``.

    Raises `KeyError` if a language lacks the section, or a key that another language has.
    """
    by_language = {language: _section(language, section) for language in LANGUAGES}
    keys = list(by_language[LANGUAGES[0]])
    for language, entries in by_language.items():
        if set(entries) != set(keys):
            raise KeyError(f"{language}.toml, [{section}]: differs in {sorted(set(entries) ^ set(keys))}")
    return MappingProxyType({key: {code: by_language[code][key] for code in LANGUAGES} for key in keys})


def text(section: str, key: str) -> Text:
    """Return one text by language; raises `KeyError` if it is missing."""
    return texts(section)[key]


def _section(language: str, section: str) -> dict[str, str]:
    entry: Any = _file(language)
    for part in section.split("."):
        entry = entry[part]
    return {key: value for key, value in entry.items() if isinstance(value, str)}


@cache
def _file(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
