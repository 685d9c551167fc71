"""Keys of addresses: Japanese in kanji or Latin letters, and foreign, with and without the room."""

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


@lru_cache(maxsize=65536)
def parse_address(text: str) -> tuple[str, str]:
    """Return an address in normal form, as (with the room, of the building).

    Both are empty for what is no address: a filler, or a town without a number.

    >>> parse_address("東京都足立区梅田8丁目23番15号") == parse_address("Tokyo-to Adachi-ku Umeda8-23-15")
    True
    """
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
