"""Keys of addresses: Japanese in kanji or Latin letters, and foreign, with and without the room."""

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.identity.distinct_texts import of_each_distinct
from features.identity.hashes import hash_texts
from features.identity.romanisation import fold, romanise

_KANJI_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_KANJI_NUMBER = re.compile(r"([〇一二三四五六七八九十]+)(?=丁目|番|号|-|の\d)")
_BLOCKS = re.compile(r"\s*(?:丁目|番地の?|番|号(?!室)|-chome|chome|-ban|-go)\s*", re.IGNORECASE)
_ROOM = re.compile(
    r"(?:#\s*|room\s*|rm\.?\s*|apt\.?\s*|コーポ|マンション|ハイツ|荘|アパート)\s*(\d+)|(\d+)\s*号室", re.IGNORECASE
)
_NUMBERS = re.compile(r"\d+(?:-\d+)*")
_PREFECTURE = re.compile(r"^(東京都|北海道|京都府|大阪府|.{2,3}県)")
# an ending neither begins a name nor precedes 市 or 府: 市川市, 町田市 and 京都市 are single names
_ENDINGS = re.compile(r"(?<=\S)([都道府県市区郡町村])(?![市府])")
_SUFFIXES = re.compile(r"-(to|do|fu|ken|shi|ku|gun|cho|machi|mura)\b")


@lru_cache(maxsize=65536)
def parse_address(text: str) -> tuple[str, str]:
    """Return an address in normal form, as (with the room, without the room).

    >>> parse_address("東京都足立区梅田8丁目23番15号") == parse_address("Tokyo-to Adachi-ku Umeda8-23-15")
    True
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("‐", "-").replace("–", "-")
    plain = _KANJI_NUMBER.sub(lambda match: str(_number(match.group(1))), plain)
    room = ""
    match = _ROOM.search(plain)
    if match:
        room = match.group(1) or match.group(2)
        plain = plain[: match.start()] + " " + plain[match.end() :]
    plain = _BLOCKS.sub("-", plain)
    first = re.search(r"\d", plain)
    if first and first.start() and "," not in plain:
        area, numbers = plain[: first.start()], _NUMBERS.findall(plain[first.start() :])
    else:
        area, numbers = re.sub(r"\d+", " ", plain), _NUMBERS.findall(plain)
    building = f"{_area_name(area.strip())} {' '.join(number.strip('-') for number in numbers)}".strip()
    return (f"{building} #{room}" if room else building), building


@lru_cache(maxsize=65536)
def _area_name(text: str) -> str:
    """Return the name of an area without administrative suffixes, romanised and folded."""
    text = _SUFFIXES.sub(" ", text.casefold())
    # without the endings 都/区/市 … the dictionary reads the names themselves
    text = _ENDINGS.sub(r"\1 ", _PREFECTURE.sub(r"\1 ", text))
    words = [word[:-1] if len(word) > 1 and word[-1] in "都道府県市区郡町村" else word for word in text.split()]
    return "".join(fold(romanise(word).replace(" ", "")) for word in words)


def _number(kanji: str) -> int:
    if "十" not in kanji:
        return int("".join(str(_KANJI_DIGITS[digit]) for digit in kanji))
    tens, _, units = kanji.partition("十")
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[units] if units else 0)


def address_keys(addresses: pa.Array) -> tuple[Ints, Ints]:
    """Return two keys per address, int64[n] each: with the room, and of the building; 0 for none."""
    if addresses.null_count == len(addresses):
        return np.zeros(len(addresses), dtype=np.int64), np.zeros(len(addresses), dtype=np.int64)
    parsed = parsed_addresses(addresses) if len(addresses) < 64 else of_each_distinct(addresses, parsed_addresses)
    # the name space of the room's key is part of stored facts
    with_room = hash_texts(parsed.column("address").combine_chunks(), "address-unit")
    return with_room, hash_texts(parsed.column("building").combine_chunks(), "address-building")


def parsed_addresses(texts: pa.Array) -> pa.Table:
    """Return each address in normal form, with the room and without it; null where nothing is left."""
    parsed = [(None, None) if text is None else parse_address(text) for text in texts.to_pylist()]
    return pa.table({kind: pa.array([part[side] or None for part in parsed], pa.string())
                     for side, kind in enumerate(("address", "building"))})  # fmt: skip
