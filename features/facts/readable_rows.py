"""Rules applied to rows so that a row on which a rule fails costs its own value, never the others'."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")
log = logging.getLogger("mimamori")


def of_readable_rows(
    rule: Callable[..., T], arrays: Sequence[pa.Array], blank: Callable[[int], T], join: Callable[[Sequence[T]], T]
) -> T:
    """Return the values of a rule, blank in each row on which it fails.

    Parameters
    ----------
    rule
        From arrays of n rows to their values; it is called for parts of them if it fails for all.
    blank, join
        Values of n rows without any, and of several parts in order.
    """
    try:
        return rule(*arrays)
    except MemoryError:
        raise
    except Exception as error:
        count = len(arrays[0])
        if count <= 1:
            # the error's message might quote the text
            log.warning("a text that cannot be read gives no value (%s)", type(error).__name__)
            return blank(count)
    half = count // 2
    parts = ([array.slice(0, half) for array in arrays], [array.slice(half) for array in arrays])
    return join([of_readable_rows(rule, part, blank, join) for part in parts])
