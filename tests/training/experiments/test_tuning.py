from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.cases import matrix, outcomes
from training.experiments.tuning import Budget, Trial, Tuned, known_by, tune
from training.fit.trainer import TrainingConfig
from training.labels.labels import ARMS
from training.labels.splits import last_split

MATRIX = matrix(1500)
OUTCOMES = outcomes(MATRIX)
OUTCOMES = replace(OUTCOMES, confirmed=OUTCOMES.value == 1.0)
OUTER = last_split(OUTCOMES)


def silent(_: str) -> None:
    pass


def test_a_search_goes_on_where_it_stopped(tmp_path: Path) -> None:
    store = tmp_path / "tuning.db"
    first = tune(MATRIX, OUTCOMES, OUTER, TrainingConfig(), Budget(2), store, silent)
    output: list[str] = []
    second = tune(MATRIX, OUTCOMES, OUTER, TrainingConfig(), Budget(3), store, output.append)
    assert [item.number for item in second.trials] == [1, 2, 3]
    assert second.trials[:2] == first.trials
    assert len(output) == 1  # one more trial, not three
    assert second.best.value == max(item.value for item in second.trials) >= first.best.value >= first.default.value
    assert second.default == first.trials[0]


@pytest.mark.parametrize(
    ("folds", "adopted"),
    [
        # gains 0.02, 0.03, 0.04: mean 0.03, standard error 0.01 / sqrt(3)
        ((0.12, 0.23, 0.34), True),
        # gains 0.10, -0.04, 0.00: mean 0.02, standard error 0.07 / sqrt(3) = 0.042
        ((0.20, 0.16, 0.30), False),
        # gains 0.02, 0.01, 0.03 but of a single fold no standard error
        ((0.12,), False),
    ],
)
def test_a_setting_is_adopted_only_beyond_one_standard_error(folds: tuple[float, ...], adopted: bool) -> None:
    default = Trial(1, {"rounds": 150}, 0.2, (0.10, 0.20, 0.30)[: len(folds)])
    tuned = Tuned.of([default, Trial(2, {"rounds": 50}, 0.25, folds)], {"rounds": 150})
    assert tuned.adopted is adopted
    assert tuned.parameters == {"rounds": 50 if adopted else 150}
    assert ("trial 2 is adopted" if adopted else "the default stays") in tuned.line


def test_where_the_default_is_best_it_stays() -> None:
    default = Trial(1, {"rounds": 150}, 0.2, (0.1, 0.2, 0.3))
    tuned = Tuned.of([default, Trial(2, {"rounds": 50}, 0.1, (0.1, 0.1, 0.1))], {"rounds": 150})
    assert (tuned.adopted, tuned.parameters) == (False, {"rounds": 150})


@pytest.mark.parametrize(
    "changed",
    [
        {"arm": np.where(OUTCOMES.arm == ARMS.index("random"), ARMS.index("targeted"), OUTCOMES.arm)},
        {"inclusion_probability": OUTCOMES.inclusion_probability / 2},
        {"confirmed": np.zeros(len(OUTCOMES.row), dtype=bool)},
        {"confirmed": None},
        {"route": np.arange(len(OUTCOMES.as_of)) % 2},
        {"sample_frame": "another lot"},
    ],
    ids=["arm", "inclusion_probability", "confirmed", "unconfirmed", "route", "sample_frame"],
)
def test_a_search_begins_anew_with_whatever_of_the_findings_is_different(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    store = tmp_path / "tuning.db"
    tune(MATRIX, OUTCOMES, OUTER, TrainingConfig(), Budget(1), store, silent)
    output: list[str] = []
    tune(MATRIX, replace(OUTCOMES, **changed), OUTER, TrainingConfig(), Budget(1), store, output.append)
    assert len(output) == 1  # a trial of its own, not the value of the other findings


def test_outcomes_after_the_outer_cutoff_change_nothing(tmp_path: Path) -> None:
    late = OUTCOMES.known_at >= OUTER.cutoff_us
    turned = replace(OUTCOMES, value=np.where(late, 1.0 - OUTCOMES.value, OUTCOMES.value))
    recorded = [
        tune(MATRIX, item, OUTER, TrainingConfig(), Budget(1), tmp_path / f"{number}.db", silent)
        for number, item in enumerate((OUTCOMES, turned))
    ]
    assert recorded[0] == recorded[1]
    assert (known_by(OUTCOMES, OUTER.cutoff_us).known_at < OUTER.cutoff_us).all()
