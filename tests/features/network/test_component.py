"""The records behind a component are those that its measures count."""

from __future__ import annotations

import numpy as np
import pytest

from features.matrix import history_of, view_of
from features.network.component import MEMBERS_LISTED
from synthetic_data.world import generate

TABLES = {"visa": "visa_applications", "entry": "landings"}


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_as_many_records_are_listed_as_are_counted(subject: str) -> None:
    records, _ = generate(3, 1500)
    history = history_of(records)
    own = history.facts[TABLES[subject]]
    view = view_of(history, own.take(np.arange(len(own) - 200, len(own))), subject)
    listed = 0
    for measure in ("records", "findings", "missing_or_overstay", "spouse_applications", "adult_work"):
        counts = view.component(measure)
        for case in np.flatnonzero(counts <= MEMBERS_LISTED):
            applications, landings = view.connected_records(measure, int(case))
            assert len(applications) + len(landings) == counts[case]
            listed += len(applications) + len(landings)
            for table, rows in (("visa_applications", applications), ("landings", landings)):
                assert (history.facts[table]["known_at"][rows] < view.cases.as_of[case]).all()
    assert listed > 100
