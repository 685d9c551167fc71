from __future__ import annotations

import pytest

from features.tables.folder import Records
from synthetic_data.world import generate
from training.fit.cases import Cases
from training.fit.trainer import TrainingConfig, train_model
from training.labels.splits import last_split


@pytest.fixture(scope="module")
def learnable() -> Records:
    """A small world with so many exploited people and interviews that both subjects can be learned."""
    shares = {"exploited_share": 0.05, "interview_share": 0.2, "landing_interview_share": 0.15, "random_share": 0.1}
    return generate(4, 2500, "default", shares)[0]


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_same_records_and_seed_give_the_same_model_on_a_thread_and_on_two(learnable: Records, subject: str) -> None:
    cases = Cases.of(learnable, subject, None)
    split = last_split(cases.outcomes)
    built = [train_model(cases.matrix, split, TrainingConfig(seed=3, threads=threads)) for threads in (1, 2, 2)]
    assert len({item.fitted.text for item in built}) == 1
    assert len({(item.calibration_kind, item.scorer.calibration) for item in built}) == 1
    assert built[0].fitted.text.count("Tree=") > 1
    other = train_model(cases.matrix, split, TrainingConfig(seed=4, threads=1))
    assert other.fitted.text != built[0].fitted.text
