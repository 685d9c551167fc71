"""Which counts of a table may be published? Small ones are hidden, and as many others that none comes back by subtraction."""

from __future__ import annotations

from collections.abc import Mapping

SMALLEST = 5
"""Smaller counts, other than none at all, would name persons."""
WIDTH = SMALLEST - 2
"""Fewest steps between the least and the greatest value that a hidden count may have, from all that is published: as many
as between 1 and 4."""


def hidden_categories(counts: Mapping[str, int]) -> frozenset[str]:
    """Return the categories of a table whose counts are hidden, where the total of all of them is published.

    Whoever subtracts learns the sum of the hidden counts. So the smallest other counts are hidden as well, zeros last, until
    each hidden count may lie anywhere within `WIDTH` steps or more.

    >>> sorted(hidden_categories({"a": 2, "b": 9, "c": 30, "d": 0}))
    ['a', 'b']
    >>> hidden_categories({"a": 5, "b": 0})
    frozenset()
    """
    hidden = {name for name, count in counts.items() if 0 < count < SMALLEST}
    others = sorted(counts.keys() - hidden, key=lambda name: (counts[name] == 0, counts[name], name))
    while hidden and others and not _is_wide(counts, hidden):
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _is_wide(counts: Mapping[str, int], hidden: set[str]) -> bool:
    """Return whether the sum of the hidden counts leaves each of them open."""
    least = 0 if any(counts[name] == 0 for name in hidden) else 1
    return len(hidden) > 1 and sum(counts[name] for name in hidden) - least * len(hidden) >= WIDTH


def is_hidden_total(total: int) -> bool:
    """Return whether a total is too small to be published, and with it all that adds up to it."""
    return 0 < total < SMALLEST
