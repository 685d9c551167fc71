"""Which records share an identifier? Each identifier's records in order of time, and each record's identifiers.

Identifiers that exactly the same records have (a sponsor, their phone and their address, mostly) say the same about
who hangs together, so they are followed as one; and one that a single record has leads from it to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.windows.order import stable_argsort

Ints = NDArray[np.int64]
Small = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Shared:
    """Groups of identifiers that the same records have.

    Attributes
    ----------
    keys, group
        int64[k], ascending: the identifiers; int32[k]: the group of each.
    begin, posted, posted_at
        int64[g + 1], int32[…], int64[…]: for each group the records that have it, in order of time, and when these
        became known.
    link_begin, links
        int64[r + 1], int32[…]: for each record its groups that another record has, too.
    """

    keys: Ints
    group: Small
    begin: Ints
    posted: Small
    posted_at: Ints
    link_begin: Ints
    links: Small

    def number(self, keys: Ints) -> Small:
        """Return the group of each key, -1 for none (0) and for one that no record has."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int32)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where((self.keys[at] == keys) & (keys != 0), self.group[at], -1).astype(np.int32)


def share(keys: Ints, known_at: Ints) -> Shared:
    """Group the identifiers of r records.

    Parameters
    ----------
    keys
        int64[r, …]: the identifiers of each record, 0 for none; one that stands in two columns counts once.
    known_at
        int64[r].
    """
    values, begin, posted = _postings(keys, known_at)
    size = np.diff(begin)
    # the same records have the same sum of scattered numbers; whether they are the same is then compared
    sums = np.add.reduceat(_scattered(posted), begin[:-1]) if len(values) else np.zeros(0, dtype=np.uint64)
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
    return Shared(values, group, group_begin, posted, known_at[posted], link_begin, links)


def _postings(keys: Ints, known_at: Ints) -> tuple[Ints, Ints, Small]:
    """Return the distinct keys, ascending, and for each the records that have it, in order of time (begin, records)."""
    by_time = stable_argsort(known_at)
    place, column = np.nonzero(keys[by_time])
    record = by_time[place].astype(np.int32)
    flat = keys[record, column]
    order = stable_argsort(flat)
    flat, record = flat[order], record[order]
    new = np.ones(len(flat), dtype=bool)
    new[1:] = flat[1:] != flat[:-1]
    fresh = new.copy()
    fresh[1:] |= record[1:] != record[:-1]
    at = np.flatnonzero(new[fresh])
    return flat[new], np.append(at, fresh.sum()), record[fresh]


def _scattered(numbers: Small) -> NDArray[np.uint64]:
    """Return a 64-bit number for each, without order (the finaliser of MurmurHash3)."""
    x = numbers.astype(np.uint64) + np.uint64(1)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


@njit(cache=True, nogil=True)
def _groups(order, sums, begin, posted, group, first):
    """Number the groups in ``order``: write each key's, and the first key of each; return how many there are."""
    count = 0
    for place in range(len(order)):
        key = order[place]
        joins = False
        if count:
            other = first[count - 1]
            size = begin[key + 1] - begin[key]
            joins = sums[other] == sums[key] and begin[other + 1] - begin[other] == size
            if joins:
                for at in range(size):
                    if posted[begin[other] + at] != posted[begin[key] + at]:
                        joins = False
        if not joins:
            first[count] = key
            count += 1
        group[key] = count - 1
    return count
