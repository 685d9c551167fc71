"""Features are blind to the future and to audit columns, free of order, and the same for a case as for many. Covers: features.matrix, features.parallel, features.arrays, features.cases, features.kernel.view, features.kernel.query, features.kernel.stays, features.network.component, features.network.search."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.tables import TABLES, Records

SUBJECTS = ("visa", "entry")
AUDIT = {
    "visa_applications": ("nationality", "former_nationality", "sex", "post"),
    "landings": ("nationality", "sex", "embarked_at"),
}


def bits(records: Records, subject: str, end: dt.datetime | None = None) -> dict[str, bytes]:
    matrix = build_matrix(records, subject, end=end)
    return {name: row.tobytes() for name, row in zip(matrix.subject_ids, matrix.values, strict=True)}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_swapping_identities_moves_no_bit(world: Records, subject: str) -> None:
    rng = np.random.default_rng(3)
    tables = dict(world.tables)
    for name, columns in AUDIT.items():
        for column in columns:
            index = tables[name].schema.get_field_index(column)
            shuffled = tables[name].column(column).take(pa.array(rng.permutation(tables[name].num_rows)))
            tables[name] = tables[name].set_column(index, tables[name].schema.field(column), shuffled)
    assert not tables["visa_applications"].column("post").equals(world["visa_applications"].column("post"))
    assert bits(Records(tables), subject) == bits(world, subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_order_of_rows_moves_no_bit(world: Records, subject: str) -> None:
    rng = np.random.default_rng(4)
    tables = {name: rows.take(pa.array(rng.permutation(rows.num_rows))) for name, rows in world.tables.items()}
    assert bits(Records(tables), subject) == bits(world, subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_becomes_known_at_or_after_a_moment_moves_nothing_before_it(world: Records, subject: str) -> None:
    # cut at the exact moment of a case, so that ties are tried too: records known at that moment are gone
    cut = world[TABLE_OF_SUBJECT[subject]].column(TABLES[TABLE_OF_SUBJECT[subject]].known_at).sort()[2000].as_py()
    tables = {
        name: rows.filter(pc.less(rows.column(TABLES[name].known_at), pa.scalar(cut, pa.timestamp("us", tz="UTC"))))
        for name, rows in world.tables.items()
    }
    assert bits(Records(tables), subject) == bits(world, subject, end=cut)


def test_a_record_known_late_is_invisible_until_then_although_it_happened_before(world: Records) -> None:
    # outcomes are all moved to the far future: no case may see any, as if there were none
    outcomes = world["outcomes"]
    late = pa.array([dt.datetime(2030, 1, 1, tzinfo=dt.UTC)] * outcomes.num_rows, pa.timestamp("us", tz="UTC"))
    index = outcomes.schema.get_field_index("known_at")
    later = Records({**world.tables, "outcomes": outcomes.set_column(index, outcomes.schema.field("known_at"), late)})
    without = Records({**world.tables, "outcomes": outcomes.slice(0, 0)})
    assert bits(later, "visa") == bits(without, "visa")
    assert bits(later, "visa") != bits(world, "visa")


def test_a_match_with_a_victim_entry_moves_no_feature(world: Records) -> None:
    entries = world["tip_database"]
    victims = entries.filter(pc.equal(entries.column("role"), "victim"))
    assert victims.num_rows
    others = entries.filter(pc.not_equal(entries.column("role"), "victim"))
    for subject in SUBJECTS:
        assert bits(Records({**world.tables, "tip_database": others}), subject) == bits(world, subject)
