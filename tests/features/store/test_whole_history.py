"""Many cases together see, bit for bit, what each saw alone at its own position, whatever came, went or was corrected."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import Connection

from features.events.history import History
from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT, view_of
from features.online import cases_of_view, view_case
from features.store.case_history import with_names
from features.store.records import RecordStore
from features.store.whole_history import WholeHistory
from features.tables.json_rows import row_as_json, rows_to_table
from features.tables.schema import TABLES
from tests.features.store.worlds import world

CASES = 60
Case = tuple[int, int, str]
"""Position, ``as_of`` and id."""


def fill(store: RecordStore, random: np.random.Generator) -> int:
    """Store a world a few records at a time, in any order of their times, with corrections between; return the head."""
    tables = world(random, crowding=14, size=0.6)
    parts = [(name, at) for name, rows in tables.items() for at in range(0, rows.num_rows, 5)]
    stored: list[tuple[str, int]] = []
    for number in random.permutation(len(parts)).tolist():
        name, at = parts[number]
        with store.engine.begin() as connection:
            store.append(connection, name, tables[name].slice(at, 5))
            stored += [(name, row) for row in range(at, min(at + 5, tables[name].num_rows))]
            if random.random() < 0.3:
                correct(store, connection, tables, random, *stored[int(random.integers(len(stored)))])
    with store.engine.connect() as connection:
        return store.head(connection)


def correct(
    store: RecordStore,
    connection: Connection,
    tables: dict[str, pa.Table],
    random: np.random.Generator,
    name: str,
    row: int,
) -> None:
    """Replace a stored record by another of its table, under its own id; its references stay."""
    table, rows = TABLES[name], tables[name]
    own = row_as_json(rows.slice(row, 1).to_pylist()[0])
    other = row_as_json(rows.slice(int(random.integers(rows.num_rows)), 1).to_pylist()[0])
    kept = {
        table.id_column,
        *(reference.column for reference in table.references),
        "subject",
        "subject_id",
        "arm",
        "inclusion_probability",
    }
    corrected = {**other, **{column: own[column] for column in kept if column in own}}
    new, faults = rows_to_table(name, [corrected])
    assert not faults
    store.supersede(connection, name, str(own[table.id_column]), new)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("subject", TABLE_OF_SUBJECT)
def test_cases_together_are_what_each_is_alone(store: RecordStore, subject: str, seed: int) -> None:
    random = np.random.default_rng(100 + seed)
    head = fill(store, random)
    table = TABLE_OF_SUBJECT[subject]
    with store.engine.connect() as connection:
        whole = WholeHistory.read(connection, store, head)
        assert WholeHistory.size(connection, head) == head
        cases = cases_at(store, connection, table, random, head)
        positions, as_of = (np.array([case[part] for case in cases], dtype=np.int64) for part in (0, 1))
        groups = list(whole.shared_positions(positions, as_of))
        assert np.concatenate(groups).tolist() == list(range(len(cases)))
        assert 1 < len(groups) < len(cases)
        for rows in groups:
            together(store, connection, whole, subject, [cases[row] for row in rows.tolist()])


def cases_at(
    store: RecordStore, connection: Connection, table: str, random: np.random.Generator, head: int
) -> list[Case]:
    """Return cases that were stored by random positions, most of them by those that follow one another closely."""
    chosen = []
    ids = store.rows(connection, table, [f"{table}-{number}" for number in range(200)]).column(0).to_pylist()
    while len(chosen) < CASES:
        position = (
            int(random.integers(head // 2, head // 2 + 12)) if random.random() < 0.8 else int(random.integers(head))
        )
        name = str(ids[int(random.integers(len(ids)))])
        row = store.rows(connection, table, [name], position)
        if row.num_rows:
            chosen.append((position, int(facts_of_table(table, row)["known_at"][0]), name))
    return sorted(chosen)


def together(store: RecordStore, connection: Connection, whole: WholeHistory, subject: str, cases: list[Case]) -> None:
    """Check the cases of a group, at the latest of their positions, against each at its own."""
    table, last = TABLE_OF_SUBJECT[subject], cases[-1][0]
    rows = store.rows_each(connection, table, [name for _, _, name in cases], [position for position, _, _ in cases])
    own = facts_of_table(table, rows)
    facts = whole.facts_at(connection, last)
    applications = facts["visa_applications"]
    facts["visa_applications"] = with_names(
        applications, store.rows(connection, "visa_applications", applications.id_list(), last)
    )
    views = cases_of_view(view_of(History(facts), own, subject), own, subject, rows)
    for at, (position, as_of, name) in enumerate(cases):
        alone = view_case(connection, store, subject, rows.slice(at, 1), position=position)
        assert (views[at].subject_id, views[at].as_of) == (name, as_of)
        assert views[at].values.tobytes() == alone.values.tobytes(), (name, position)
        for part in ("is_minor", "age_unknown", "victim_match", "status", "masked_keys", "notes"):
            assert getattr(views[at], part) == getattr(alone, part)


def test_a_record_that_came_later_but_was_known_before_parts_the_cases(store: RecordStore) -> None:
    tables = world(np.random.default_rng(1), size=0.2)
    visas = tables["visa_applications"]
    times = facts_of_table("visa_applications", visas)["known_at"]
    order = np.argsort(times, kind="stable")
    with store.engine.begin() as connection:
        # the latest first: position 1 is known after all the others
        for row in order[::-1].tolist():
            store.append(connection, "visa_applications", visas.slice(row, 1))
    moments = times[order][::-1]
    with store.engine.connect() as connection:
        whole = WholeHistory.read(connection, store, len(order))
        # a case that knows of nothing is parted from nothing
        none = np.full(3, int(times.min()), dtype=np.int64)
        assert [group.tolist() for group in whole.shared_positions(np.array([0, 1, 5]), none)] == [[0, 1, 2]]
        # the record at position 3 is known before moment 2: cases at 2 and at 3 see another history
        known = np.full(3, int(moments[2]) + 1, dtype=np.int64)
        assert [group.tolist() for group in whole.shared_positions(np.array([1, 2, 3]), known)] == [[0, 1], [2]]
        assert not list(whole.shared_positions(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)))


def test_a_later_change_far_away_is_seen(store: RecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search goes on over blocks of changes."""
    monkeypatch.setattr("features.store.whole_history._BLOCK", 2)
    test_a_record_that_came_later_but_was_known_before_parts_the_cases(store)


def test_an_empty_store_has_no_cases(store: RecordStore) -> None:
    with store.engine.connect() as connection:
        whole = WholeHistory.read(connection, store, 0)
        assert all(len(facts) == 0 for facts in whole.facts_at(connection, 0).values())
        assert [g.tolist() for g in whole.shared_positions(np.array([0]), np.array([5]))] == [[0]]
