from __future__ import annotations

import pytest

from features.tables.folder import Records
from synthetic_data.world import generate
from training.data.splits import last_split
from training.fitting.cases import Cases
from training.fitting.making import How, make


@pytest.fixture(scope="module")
def learnable() -> Records:
    """A small world with so many exploited people and interviews that both subjects can be learned."""
    shares = {"exploited_share": 0.05, "interview_share": 0.2, "landing_interview_share": 0.15, "random_share": 0.1}
    return generate(4, 2500, "default", shares)[0]


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_same_records_and_seed_give_the_same_model_on_one_thread_and_on_two(learnable: Records, subject: str) -> None:
    cases = Cases.of(learnable, subject, None)
    split = last_split(cases.found)
    made = [make(cases.matrix, split, How(seed=3, threads=threads)) for threads in (1, 2, 2)]
    assert len({one.fitted.text for one in made}) == 1
    assert len({(one.calibration_kind, one.calibration) for one in made}) == 1
    assert made[0].fitted.text.count("Tree=") > 1
    other = make(cases.matrix, split, How(seed=4, threads=1))
    assert other.fitted.text != made[0].fitted.text
