"""Which cases form a group? Cases of a person, and positives connected by shared keys: a group is on one side of a split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from features.arrays import Bools, Floats, Ints
from features.facts.layout import LAYOUT
from features.facts.recipes import encode_fact
from features.matrix import TABLE_OF_SUBJECT
from features.tables.folder import Records
from features.tables.schema import TABLES

LINK_KEYS = {
    "visa": ("person", "guarantor", "guarantor_phone", "introducer_phone", "stay_phone"),
    "entry": ("person", "stay_phone", "booking_phone"),
}
"""Keys that connect two positives into a case group."""


def case_rows(records: Records, subject: str, subject_ids: list[str]) -> pa.Table:
    """Records of the given cases, in this order.

    Raises
    ------
    KeyError
        If a case is missing from the records.
    """
    table = TABLE_OF_SUBJECT[subject]
    ids = pd.Index(records[table].column(TABLES[table].id_column).to_numpy(zero_copy_only=False))
    at = ids.get_indexer(pd.Index(subject_ids, dtype=ids.dtype))
    if (at < 0).any():
        raise KeyError(f"{int((at < 0).sum())} cases are missing from the {table}")
    return records[table].take(pa.array(at))


def link_keys(records: Records, subject: str, subject_ids: list[str]) -> dict[str, Ints]:
    """Link keys of cases by name, int64[n] each; 0 where missing."""
    rows = case_rows(records, subject, subject_ids)
    facts = [fact for fact in LAYOUT[TABLE_OF_SUBJECT[subject]] if fact.name in LINK_KEYS[subject]]
    return {fact.name: np.asarray(encode_fact(fact, rows), dtype=np.int64) for fact in facts}


def persons(keys: dict[str, Ints]) -> Ints:
    """Number of each case's person, int64[n]; -1 where unknown."""
    numbers = pd.factorize(keys["person"])[0].astype(np.int64)
    return np.where(keys["person"] == 0, -1, numbers)


def case_groups(keys: dict[str, Ints], positive: Floats) -> Ints:
    """Connected components of the positives by shared keys, int64[n]; -1 for all other cases.

    Only positives connect: the large hubs among sponsors, agencies and addresses are honest, and would make a single
    component of everybody.
    """
    rows = np.flatnonzero(positive == 1.0)
    groups = np.full(len(positive), -1, dtype=np.int64)
    if not len(rows):
        return groups
    starts, ends, offset = [], [], len(rows)
    for values in keys.values():
        codes, names = pd.factorize(values[rows])
        known = values[rows] != 0
        starts.append(np.flatnonzero(known))
        ends.append(codes[known] + offset)
        offset += len(names)
    start, end = np.concatenate(starts), np.concatenate(ends)
    graph = coo_matrix((np.ones(len(start)), (start, end)), shape=(offset, offset))
    groups[rows] = connected_components(graph, directed=False)[1][: len(rows)]
    return groups


def groups_among(records: Records, subject: str, frame: pd.DataFrame, rows: Bools) -> Ints:
    """Case groups among the marked rows of an evaluation frame, int64[n]; -1 for all other cases."""
    groups, at = np.full(len(frame), -1, dtype=np.int64), np.flatnonzero(rows)
    if len(at):
        keys = link_keys(records, subject, frame["subject_id"].iloc[at].tolist())
        groups[at] = case_groups(keys, np.ones(len(at)))
    return groups


def confirmed_case_groups(records: Records, subject: str, frame: pd.DataFrame) -> Ints:
    """Case groups of the confirmed positives of an evaluation frame, int64[n]; -1 for all other cases."""
    return groups_among(records, subject, frame, frame["confirmed"].to_numpy(dtype=bool))
