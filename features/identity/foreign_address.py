"""Addresses outside Japan: all words without digits, then all numbers in their order."""

import re
from functools import lru_cache

from features.identity.place_names import area_name
from features.identity.romanisation import fold

_ROOM = re.compile(r"(?:#\s*|\broom\s*|\brm\.?\s*|\bapt\.?\s*|\bunit\s*|\bflat\s*)(\d+)", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+(?:-\d+)*")
_SHORT = {
    fold(word): short
    for word, short in (
        ("street", "st"), ("road", "rd"), ("avenue", "ave"), ("boulevard", "blvd"), ("barangay", "brgy"), ("building", "bldg"),
    )
}  # fmt: skip
"""Words that are as often shortened; replaced wherever they stand, because blanks are dropped before."""


_DIGITS = re.compile(r"\d+")


def foreign_address(text: str) -> tuple[str, str]:
    """Return an address in normal form, as (with the room, of the building); empty without a place or a number.

    >>> foreign_address("130 Rizal Street, Brgy. 68") == foreign_address("130 Rizal St Barangay 68")
    True
    """
    text = text.casefold()
    room = _ROOM.search(text)
    if room:
        text = text[: room.start()] + " " + text[room.end() :]
    numbers = _NUMBERS.findall(text)
    if not numbers:
        return "", ""
    area = _area(_DIGITS.sub(" ", text).strip())
    if not area:
        return "", ""
    building = f"{area} {' '.join(numbers)}"
    return (f"{building} #{room[1]}" if room else building), building


@lru_cache(maxsize=65536)
def _area(words: str) -> str:
    area = area_name(words)
    for word, short in _SHORT.items():
        area = area.replace(word, short)
    return area
