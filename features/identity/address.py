"""Keys of addresses: Japanese in kanji or Latin letters, and foreign, with and without the room."""

import re
from functools import lru_cache

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.identity.characters import plain
from features.identity.distinct_texts import of_each_distinct
from features.identity.foreign_address import foreign_address
from features.identity.hashes import hash_texts
from features.identity.japanese_address import is_japanese, japanese_address
from features.identity.no_values import no_value_reason

# the usual writings, nine in ten: an area, a house number of three parts, and no building's name; a test compares the paths
_REGULAR = re.compile(
    r"([^0-9,#\n]*[^\W\d] ?)([1-9][0-9]{0,3})(?:-|丁目)([1-9][0-9]{0,3})(?:-|番)([1-9][0-9]{0,3})号?"
    r"(?: (?:コーポ|#)([1-9][0-9]{0,3})| ([1-9][0-9]{0,3})号室)?"
)

_ANY_NUMBER = " 1-2-3"


@lru_cache(maxsize=65536)
def parse_address(text: str) -> tuple[str, str]:
    """Return an address in normal form, as (with the room, of the building).

    Both are empty for what is no address: a filler, or a town without a number.

    >>> parse_address("東京都足立区梅田8丁目23番15号") == parse_address("Tokyo-to Adachi-ku Umeda8-23-15")
    True
    """
    regular = _REGULAR.fullmatch(text)
    area = _area(regular[1]) if regular else None
    if regular is None or area is None:
        return _parsed(text)
    building = f"{area} {regular[2]}-{regular[3]}-{regular[4]}"
    room = regular[5] or regular[6]
    return (f"{building} #{room}" if room else building), building


@lru_cache(maxsize=65536)
def _area(text: str) -> str | None:
    """Return the area of a regular address, as the whole path reads it with any other house number; None for another path."""
    building = _parsed(f"{text}1-2-3")[1]
    return building.removesuffix(_ANY_NUMBER) if building.endswith(_ANY_NUMBER) else None


def _parsed(text: str) -> tuple[str, str]:
    if no_value_reason(text, "address"):
        return "", ""
    written = plain(text)
    return japanese_address(written) if is_japanese(written) else foreign_address(written)


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
