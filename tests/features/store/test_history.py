"""One case computed from what shares a key with it equals the same case computed from everything."""

from __future__ import annotations

import numpy as np
import pytest

from features.catalogue import catalogue
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.online import view_case
from features.store.records import RecordStore
from features.tables.folder import Records
from tests.features.store.worlds import world


@pytest.mark.parametrize("subject", ["visa", "entry"])
@pytest.mark.parametrize(("crowding", "size"), [(6, 0.5), (12, 1.0), (25, 1.0), (80, 1.0), (300, 2.0)])
def test_one_case_online_equals_the_batch_bit_for_bit(
    store: RecordStore, subject: str, crowding: int, size: float
) -> None:
    tables = world(np.random.default_rng(crowding), crowding=crowding, size=size)
    with store.engine.begin() as connection:
        for name, rows in tables.items():
            store.append(connection, name, rows)
    matrix = build_matrix(Records(tables), subject)
    own = tables[TABLE_OF_SUBJECT[subject]]
    ids = own.column(0).to_pylist()
    names = np.array(catalogue(subject).names)  # type: ignore[arg-type]
    wrong: dict[str, int] = {}
    with store.engine.connect() as connection:
        head = store.head(connection)
        for at, subject_id in enumerate(matrix.subject_ids):
            row = own.slice(ids.index(subject_id), 1)
            values = view_case(connection, store, subject, row, position=head).values
            for name in names[values.view(np.int64) != matrix.values[at].view(np.int64)]:
                wrong[str(name)] = wrong.get(str(name), 0) + 1
    assert wrong == {}
