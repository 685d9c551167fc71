"""The facts of a record alone are its facts among many, whichever columns are empty. Covers: features.facts.table_facts, features.facts.layout, features.facts.recipes, features.facts.postings."""

from __future__ import annotations

import numpy as np
import pytest

from features.facts.table_facts import encode_rows, facts_of_table
from features.tables.schema import TABLES
from tests.features.store.worlds import world

CROWDED = world(np.random.default_rng(11))


@pytest.mark.parametrize("name", TABLES)
def test_facts_of_a_record_alone_are_its_facts_among_many(name: str) -> None:
    rows = CROWDED[name]
    # a third of what may be empty is empty, so that every column is empty alone and full beside empty ones
    alone = [encode_rows(facts_of_table(name, rows.slice(row, 1)))[0] for row in range(rows.num_rows)]
    assert alone == encode_rows(facts_of_table(name, rows))
