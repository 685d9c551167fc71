"""Which cases belong together? Those of a person and those of a ring, which stay on one side of a split and are one finding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from features.facts.layout import LAYOUT
from features.facts.recipes import encode_fact
from features.matrix import TABLE_OF_SUBJECT
from features.tables.folder import Records

LINKS = {
    "visa": ("person", "guarantor", "guarantor_phone", "introducer_phone", "stay_phone"),
    "entry": ("person", "stay_phone", "booking_phone"),
}
"""What two people found in interviews must share to be taken for one ring."""

Ints = NDArray[np.int64]


def link_keys(records: Records, subject: str, subject_ids: list[str]) -> dict[str, Ints]:
    """Return the link keys of cases by name, int64[n] each; 0 where there is none."""
    table = TABLE_OF_SUBJECT[subject]
    own = records[table]
    ids = pd.Index(own.column("application_id" if subject == "visa" else "landing_id").to_numpy(zero_copy_only=False))
    rows = own.take(pa.array(ids.get_indexer(pd.Index(subject_ids, dtype=ids.dtype))))
    return {
        fact.name: np.asarray(encode_fact(fact, rows), dtype=np.int64)
        for fact in LAYOUT[table]
        if fact.name in LINKS[subject]
    }


def persons(keys: dict[str, Ints]) -> Ints:
    """Return int64[n]: a number for each person, -1 where the person is not known."""
    numbers = pd.factorize(keys["person"])[0].astype(np.int64)
    return np.where(keys["person"] == 0, -1, numbers)


def rings(keys: dict[str, Ints], positive: NDArray[np.float64]) -> Ints:
    """Return int64[n]: a number for each ring, -1 for cases in none.

    A ring here is a set of cases with indications that are connected by shared keys. Cases without indications connect
    nothing: the large hubs among sponsors, agencies and addresses are honest, and would make one ring of everybody.
    """
    found = np.flatnonzero(positive == 1.0)
    joined = np.full(len(positive), -1, dtype=np.int64)
    if not len(found):
        return joined
    ones, others, offset = [], [], len(found)
    for values in keys.values():
        codes, names = pd.factorize(values[found])
        there = values[found] != 0
        ones.append(np.flatnonzero(there))
        others.append(codes[there] + offset)
        offset += len(names)
    start, end = np.concatenate(ones), np.concatenate(others)
    graph = coo_matrix((np.ones(len(start)), (start, end)), shape=(offset, offset))
    joined[found] = connected_components(graph, directed=False)[1][: len(found)]
    return joined


def found_together(records: Records, subject: str, frame: pd.DataFrame) -> Ints:
    """Return int64[n]: a number for those of an evaluation frame who were confirmed and are connected, -1 for all others."""
    confirmed = np.flatnonzero(frame["confirmed"].to_numpy(dtype=bool))
    together = np.full(len(frame), -1, dtype=np.int64)
    if len(confirmed):
        keys = link_keys(records, subject, frame["subject_id"].iloc[confirmed].tolist())
        together[confirmed] = rings(keys, np.ones(len(confirmed)))
    return together
