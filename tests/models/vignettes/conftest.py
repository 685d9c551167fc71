from __future__ import annotations

from collections.abc import Mapping

import pytest

from features.tables import Records
from models.bundle import Bundle
from training.gate.vignettes import prior_bundle


@pytest.fixture(scope="session")
def priors(world: Records) -> Mapping[str, Bundle]:
    """The prior that ships, with the cases of the small world as peers."""
    return {subject: prior_bundle(subject, world) for subject in ("visa", "entry")}
