"""Every feature passes every check by being in the list, in a crowded world and in a lifelike one. Covers: features.catalogue.application, features.catalogue.sponsors, features.catalogue.marriage, features.catalogue.employment, features.catalogue.hosts, features.catalogue.children, features.catalogue.brokers, features.catalogue.identity, features.catalogue.documents, features.catalogue.transit, features.catalogue.track_record, features.catalogue.builders, features.catalogue.measures, features.catalogue.case_fields, features.catalogue.stay_measures, features.catalogue.sentences, features.evidence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from synthetic_data.world import generate
from tests.features.catalogue.feature_checks import CHECKS, Looked, is_blind_to_the_future, look
from tests.features.store.late_records import tied_and_late
from tests.features.store.worlds import world as crowded_world
from tests.proof_size import cases

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1500)]
SUBJECTS = ("visa", "entry")
FUTURES = cases(300, 25)


@pytest.fixture(scope="module")
def crowded() -> dict[str, Looked]:
    random = np.random.default_rng(17)
    tables = tied_and_late(random, crowded_world(random, crowding=14, size=2.0))
    return {subject: look(tables, subject, seed=5) for subject in SUBJECTS}


@pytest.fixture(scope="module")
def lifelike() -> dict[str, Looked]:
    tables = dict(generate(18, 800)[0].tables)
    return {subject: look(tables, subject, seed=6) for subject in SUBJECTS}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_feature(
    crowded: dict[str, Looked], lifelike: dict[str, Looked], subject: str, check: Callable[[Looked], list[str]]
) -> None:
    assert check(crowded[subject]) == []
    assert check(lifelike[subject]) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_worlds_let_nearly_every_feature_speak(
    crowded: dict[str, Looked], lifelike: dict[str, Looked], subject: str
) -> None:
    """A feature that is the same everywhere would pass anything."""
    both = [crowded[subject], lifelike[subject]]
    varies = [any(len(np.unique(looked.values[:, column], equal_nan=True)) > 1 for looked in both)
              for column in range(both[0].values.shape[1])]  # fmt: skip
    silent = [name for name, does in zip(both[0].known.names, varies, strict=True) if not does]
    assert len(silent) <= 3, silent


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_future_whatever_moves_a_feature(subject: str) -> None:
    for seed in range(FUTURES):
        random = np.random.default_rng(1000 + seed)
        tables = crowded_world(
            random, crowding=int(random.choice([5, 12, 40, 150])), size=float(random.choice([0.5, 1.0, 2.0]))
        )
        tables = tied_and_late(random, tables) if seed % 2 else tables
        assert is_blind_to_the_future(look(tables, subject, seed)) == [], seed
