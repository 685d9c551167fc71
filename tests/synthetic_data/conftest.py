from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from features.tables import Records
from synthetic_data.geography.district import District, open_district
from synthetic_data.scenario import load_scenario
from synthetic_data.world import generate


def small_district(applications: int = 3000, seed: int = 5, changes: Mapping[str, float] | None = None) -> District:
    return open_district(seed, 0, 1, applications, load_scenario("default", changes))


@pytest.fixture(scope="session")
def town() -> tuple[Records, pa.Table]:
    """A world large enough for shares to be steady."""
    return generate(3, 20_000)
