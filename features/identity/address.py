"""Is this the same address? Japanese addresses in kanji or Latin letters, and foreign ones, with and without the room."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.identity.distinct import of_each_distinct
from features.identity.hashing import hash_texts
from features.identity.romanise import fold, romanise

_KANJI_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_KANJI_NUMBER = re.compile(r"([〇一二三四五六七八九十]+)(?=丁目|番|号|-|の\d)")
_BLOCKS = re.compile(r"\s*(?:丁目|番地の?|番|号(?!室)|-chome|chome|-ban|-go)\s*", re.IGNORECASE)
_ROOM = re.compile(
    r"(?:#\s*|room\s*|rm\.?\s*|apt\.?\s*|コーポ|マンション|ハイツ|荘|アパート)\s*(\d+)|(\d+)\s*号室",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d+(?:-\d+)*")
_PREFECTURE = re.compile(r"^(東京都|北海道|京都府|大阪府|.{2,3}県)")
# an ending opens no name and stands before no 市 or 府: 市川市, 町田市 and 京都市 are one name each
_ENDINGS = re.compile(r"(?<=\S)([都道府県市区郡町村])(?![市府])")
_SUFFIXES = re.compile(r"-(to|do|fu|ken|shi|ku|gun|cho|machi|mura)\b")


def parse_address(text: str) -> tuple[str, str]:
    """Return an address in one spelling, as (with the room, without the room).

    >>> parse_address("東京都足立区梅田8丁目23番15号") == parse_address("Tokyo-to Adachi-ku Umeda8-23-15")
    True
    """
    return _parse(text)


@lru_cache(maxsize=65536)
def _parse(text: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("‐", "-").replace("–", "-")
    plain = _KANJI_NUMBER.sub(lambda match: str(_number(match.group(1))), plain)
    room = ""
    found = _ROOM.search(plain)
    if found:
        room = found.group(1) or found.group(2)
        plain = plain[: found.start()] + " " + plain[found.end() :]
    plain = _BLOCKS.sub("-", plain)
    first = re.search(r"\d", plain)
    if first and first.start() and "," not in plain:
        place, numbers = plain[: first.start()], _NUMBERS.findall(plain[first.start() :])
    else:
        place, numbers = re.sub(r"\d+", " ", plain), _NUMBERS.findall(plain)
    building = f"{_place(place.strip())} {' '.join(number.strip('-') for number in numbers)}".strip()
    return (f"{building} #{room}" if room else building), building


@lru_cache(maxsize=65536)
def _place(text: str) -> str:
    """Return a place name without its administrative suffixes, romanised and folded to one spelling."""
    text = _SUFFIXES.sub(" ", text.casefold())
    # without the endings 都/区/市 … the dictionary reads the names themselves
    text = _ENDINGS.sub(r"\1 ", _PREFECTURE.sub(r"\1 ", text))
    words = [word[:-1] if len(word) > 1 and word[-1] in "都道府県市区郡町村" else word for word in text.split()]
    return "".join(fold(romanise(word).replace(" ", "")) for word in words)


def _number(kanji: str) -> int:
    if "十" not in kanji:
        return int("".join(str(_KANJI_DIGITS[digit]) for digit in kanji))
    tens, _, ones = kanji.partition("十")
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[ones] if ones else 0)


def address_keys(addresses: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return two keys per address, int64[n] each: of the unit (with the room) and of the building; 0 for none."""
    if addresses.null_count == len(addresses):
        return np.zeros(len(addresses), dtype=np.int64), np.zeros(len(addresses), dtype=np.int64)
    parsed = parsed_addresses(addresses) if len(addresses) < 64 else of_each_distinct(addresses, parsed_addresses)
    unit, building = (
        hash_texts(parsed.column(kind).combine_chunks(), f"address-{kind}") for kind in ("unit", "building")
    )
    return unit, building


def parsed_addresses(texts: pa.Array) -> pa.Table:
    """Return each address in one spelling, with the room and without it; null where nothing is left."""
    parsed = [(None, None) if text is None else _parse(text) for text in texts.to_pylist()]
    return pa.table({kind: pa.array([part[side] or None for part in parsed], pa.string())
                     for side, kind in enumerate(("unit", "building"))})  # fmt: skip
