from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.cases import matrix, outcomes
from training.experiments.tuning import Budget, known_by, tune
from training.fit.trainer import TrainingConfig
from training.labels.labels import ARMS
from training.labels.splits import last_split

MATRIX = matrix(1500)
OUTCOMES = outcomes(MATRIX)
OUTCOMES = replace(OUTCOMES, confirmed=OUTCOMES.value == 1.0)
OUTER = last_split(OUTCOMES)


def silent(_: str) -> None:
    pass


def test_a_search_goes_on_where_it_stopped_and_never_ends_below_the_defaults(tmp_path: Path) -> None:
    store = tmp_path / "tuning.db"
    first = tune(MATRIX, OUTCOMES, OUTER, TrainingConfig(), Budget(2), store, silent)
    output: list[str] = []
    second = tune(MATRIX, OUTCOMES, OUTER, TrainingConfig(), Budget(3), store, output.append)
    assert [item.number for item in second.trials] == [1, 2, 3]
    assert second.trials[:2] == first.trials
    assert second.value == max(item.value for item in second.trials)
    assert len(output) == 1  # one more trial, not three
    assert second.value >= first.value >= first.default_value
    assert 3 <= int(second.parameters["max_depth"]) <= 6  # type: ignore[call-overload]


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
