"""Can what the demonstration starts with be learnt from, whatever the seed?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from serving.commands import DEMO_WORLD, demo
from synthetic_data.world import generate
from training.labels import findings
from training.splits import last_split

SIZE = next(one.default for one in demo.params if one.name == "applications")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_subjects_have_enough_findings_in_each_part(seed: int) -> None:
    records, _ = generate(seed, SIZE, changes=DEMO_WORLD)
    for subject, table, key, time in (
        ("visa", "visa_applications", "application_id", "submitted_at"),
        ("entry", "landings", "landing_id", "landed_at"),
    ):
        at = records[table].column(time).cast(pa.int64()).to_numpy()
        order = np.argsort(at, kind="stable")
        ids = records[table].column(key).take(pa.array(order)).to_pylist()
        # raises where a part has too few
        assert last_split(findings(records["outcomes"], subject, ids, at[order])).labels.counts["positive"] >= 10
