"""Identifiers that records share: the records of each in order of time, and the identifiers of each record.

Identifiers with exactly the same records (a sponsor, their phone and address, mostly) form one group. An identifier of
a single record links nothing.
"""

# mypy: allow-untyped-defs
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.arrays import Ints
from features.compilation import kernel
from features.events.index import positions, values_at
from features.events.order import stable_argsort
from features.identity.hashes import finalise

Ints32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class SharedKeys:
    """Groups of identifiers with the same records.

    Attributes
    ----------
    keys, group
        int64[k], ascending: identifiers; int32[k]: group of each.
    begin, posted, posted_at
        int64[g + 1], int32[…], int64[…]: records of each group in order of time, and when they became known.
    link_begin, links
        int64[r + 1], int32[…]: groups of each record that another record has too.
    """

    keys: Ints
    group: Ints32
    begin: Ints
    posted: Ints32
    posted_at: Ints
    link_begin: Ints
    links: Ints32

    def number(self, keys: Ints) -> Ints32:
        """Return the group of each key, -1 for none (0) and for unknown keys."""
        return values_at(self.group, positions(self.keys, keys), -1).astype(np.int32)


def group_keys(keys: Ints, known_at: Ints) -> SharedKeys:
    """Group the identifiers of r records.

    Parameters
    ----------
    keys
        int64[r, …]: identifiers of each record, 0 for none; equal ones of a record count once.
    known_at
        int64[r].
    """
    values, begin, posted = _postings(keys, known_at)
    size = np.diff(begin)
    # equal sets of records have equal sums of scattered numbers; the sets are compared afterwards
    scattered = finalise(posted.astype(np.uint64) + np.uint64(1))
    sums = np.add.reduceat(scattered, begin[:-1]) if len(values) else np.zeros(0, dtype=np.uint64)
    order = np.lexsort((sums, size, posted[begin[:-1]]))
    group = np.empty(len(values), dtype=np.int32)
    first = np.empty(len(values), dtype=np.int64)
    count = _groups(order, sums, begin, posted, group, first)
    first = first[:count]
    kept = size[first]
    group_begin = np.append(0, np.cumsum(kept))
    chosen = np.repeat(begin[first] - group_begin[:-1], kept) + np.arange(group_begin[-1])
    posted = posted[chosen]
    linking = np.repeat(kept > 1, kept)
    record = posted[linking]
    by_record = stable_argsort(record)
    links = np.repeat(np.arange(count, dtype=np.int32), kept)[linking][by_record]
    link_begin = np.append(0, np.cumsum(np.bincount(record, minlength=len(keys))))
    return SharedKeys(values, group, group_begin, posted, known_at[posted], link_begin, links)


def _postings(keys: Ints, known_at: Ints) -> tuple[Ints, Ints, Ints32]:
    """Return (distinct keys ascending, begin, records): the records of each key in order of time."""
    by_time = stable_argsort(known_at)
    row, column = np.nonzero(keys[by_time])
    record = by_time[row].astype(np.int32)
    flat = keys[record, column]
    order = stable_argsort(flat)
    flat, record = flat[order], record[order]
    new_key = np.ones(len(flat), dtype=bool)
    new_key[1:] = flat[1:] != flat[:-1]
    fresh = new_key.copy()
    fresh[1:] |= record[1:] != record[:-1]
    at = np.flatnonzero(new_key[fresh])
    return flat[new_key], np.append(at, fresh.sum()), record[fresh]


@kernel
def _groups(order, sums, begin, posted, group, first):
    """Write each key's group and the first key of each group; return the number of groups."""
    count = 0
    for at in range(len(order)):
        key = order[at]
        same = False
        if count:
            other = first[count - 1]
            size = begin[key + 1] - begin[key]
            same = sums[other] == sums[key] and begin[other + 1] - begin[other] == size
            if same:
                for offset in range(size):
                    if posted[begin[other] + offset] != posted[begin[key] + offset]:
                        same = False
        if not same:
            first[count] = key
            count += 1
        group[key] = count - 1
    return count
