"""Cards for people who are interviewed, in more languages than the pages have."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "cards.toml"


@dataclass(frozen=True, slots=True)
class Card:
    """Card in one language, with the names of three telephone numbers."""

    code: str
    name: str
    heading: str
    lines: tuple[str, ...]
    police: str
    advice: str
    children: str


@cache
def cards() -> tuple[Card, ...]:
    """Return the card in each language."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(Card(code, **entry | {"lines": tuple(entry["lines"])}) for code, entry in entries.items())
