"""Compatible names: of two records under one passport and birth date, the same person's although not written alike.

A part may be left out, and the dots and strokes of a letter dropped; all else must agree.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools, Ints
from features.identity.hashes import hash_texts

_UMLAUT_AS_TWO = "([aou])e"
_BITS_OF_WORD = 3


def word_bits(skeletons: pa.Array) -> Ints:
    """Return the words of each name as bits, int64[n]; 0 for no name.

    Each word sets three of 64 bits (Bloom 1970), so that a name with more words has the bits of a name with fewer.
    Another word is taken for one of three about once in 300 times.
    """
    texts = pc.fill_null(skeletons, "")
    words = pc.split_pattern(pc.replace_substring_regex(texts, _UMLAUT_AS_TWO, r"\1"), " ")
    keys = hash_texts(words.flatten(), "name-word").view(np.uint64)
    bits = np.zeros(len(keys), dtype=np.uint64)
    for part in range(_BITS_OF_WORD):
        bits |= np.uint64(1) << ((keys >> np.uint64(6 * part)) & np.uint64(63))
    bits[keys == 0] = 0
    rows = np.asarray(pc.list_parent_indices(words))
    joined = np.zeros(len(texts), dtype=np.uint64)
    np.bitwise_or.at(joined, rows, bits)
    return joined.view(np.int64)


def compatible(first: Ints, second: Ints) -> Bools:
    """Return bool[n]: whether the words of either name are all in the other; not for a missing name."""
    both = first & second
    return (both != 0) & ((both == first) | (both == second))
