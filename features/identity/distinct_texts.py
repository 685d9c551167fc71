"""Slow rules over many texts: once for each distinct text, on all processors.

Rules in Python hold the interpreter's lock, so parts of the texts go to other processes; nothing is written to disk.
"""

from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
from joblib import Parallel, delayed

from features.parallel import processors

Rule = Callable[[pa.Array], pa.Table]
"""From distinct texts without null to a row of texts for each; a function at the top of its module."""
WORTH_A_PROCESS = 50_000
"""Distinct texts for each process; fewer are read sooner than a process starts."""


def of_each_distinct(texts: pa.Array, rule: Rule) -> pa.Table:
    """Apply a rule to texts; null for null."""
    distinct = pc.unique(texts)
    distinct = distinct.filter(distinct.is_valid())
    ruled = _on_all_processors(distinct, rule)
    return ruled.take(pc.index_in(texts, value_set=distinct, skip_nulls=True))


def _on_all_processors(distinct: pa.Array, rule: Rule) -> pa.Table:
    count = min(processors(), len(distinct) // WORTH_A_PROCESS)
    if count <= 1:
        return rule(distinct)
    edges = [len(distinct) * number // count for number in range(count + 1)]
    # copied, because a slice is sent with the whole of its array
    parts = [pa.concat_arrays([distinct.slice(a, b - a)]) for a, b in pairwise(edges)]
    tables = Parallel(n_jobs=count, max_nbytes=None)(delayed(rule)(part) for part in parts)
    return pa.concat_tables(tables).combine_chunks()
