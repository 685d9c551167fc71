from __future__ import annotations

import numpy as np
import pytest

from features.tables import Records
from training.cases import Cases


@pytest.mark.parametrize(("subject", "table"), [("visa", "visa_applications"), ("entry", "landings")])
def test_a_route_is_the_status_asked_for_and_for_a_landing_whether_there_was_a_visa(
    world: Records, subject: str, table: str
) -> None:
    cases = Cases.of(world, subject, None)
    rows = world[table].to_pandas().set_index("application_id" if subject == "visa" else "landing_id")
    rows = rows.loc[cases.matrix.subject_ids]
    told = rows.status_of_residence + ("" if subject == "visa" else rows.application_id.notna().astype(str))
    assert cases.found.route is not None
    pairs = set(zip(told, cases.found.route.tolist(), strict=True))
    assert len(pairs) == told.nunique() == len(np.unique(cases.found.route))
    labels = cases.found.known_before()
    some = np.arange(0, len(told), 3)
    assert np.array_equal(labels.of(some).route, cases.found.of(some).route)
