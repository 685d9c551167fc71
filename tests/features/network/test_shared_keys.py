"""Identifiers with the same records are a group. Covers: features.network.shared_keys."""

from __future__ import annotations

import numpy as np

from features.network.shared_keys import group_keys


def test_identifiers_of_the_same_records_are_a_group_and_those_of_a_single_record_link_nothing() -> None:
    # records 0 and 2 share 7 and 9; 0 and 1 share 8; 5 is record 1's alone
    keys = np.array([[7, 9, 8], [8, 5, 0], [9, 7, 7]])
    shared = group_keys(keys, np.array([30, 10, 20]))
    seven, nine, eight, five = shared.number(np.array([7, 9, 8, 5])).tolist()
    assert seven == nine
    assert len({seven, eight, five}) == 3
    assert shared.number(np.array([0, 6])).tolist() == [-1, -1]
    # in order of time: record 2 (20) before record 0 (30)
    assert shared.posted[shared.begin[seven] : shared.begin[seven + 1]].tolist() == [2, 0]
    links = [sorted(shared.links[a:b].tolist()) for a, b in zip(shared.link_begin, shared.link_begin[1:], strict=False)]
    assert links == [sorted([seven, eight]), [eight], [seven]]


def test_no_record_shares_nothing() -> None:
    shared = group_keys(np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert shared.number(np.array([4])).tolist() == [-1]
