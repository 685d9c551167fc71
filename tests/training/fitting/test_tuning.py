from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.cases import matrix, outcomes
from training.data.labels import ARMS
from training.data.splits import last_split
from training.fitting.making import How
from training.fitting.tuning import Budget, known_by, tune

MADE = matrix(1500)
FOUND = outcomes(MADE)
FOUND = replace(FOUND, confirmed=FOUND.value == 1.0)
OUTER = last_split(FOUND)


def silent(_: str) -> None:
    pass


def test_a_search_goes_on_where_it_stopped_and_never_ends_below_the_defaults(tmp_path: Path) -> None:
    store = tmp_path / "tuning.db"
    first = tune(MADE, FOUND, OUTER, How(), Budget(2), store, silent)
    said: list[str] = []
    second = tune(MADE, FOUND, OUTER, How(), Budget(3), store, said.append)
    assert [one.number for one in second.trials] == [1, 2, 3]
    assert second.trials[:2] == first.trials
    assert second.value == max(one.value for one in second.trials)
    assert len(said) == 1  # one more trial, not three
    assert second.value >= first.value >= first.default_value
    assert 3 <= int(second.parameters["max_depth"]) <= 6  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "changed",
    [
        {"arm": np.where(FOUND.arm == ARMS.index("random"), ARMS.index("targeted"), FOUND.arm)},
        {"inclusion": FOUND.inclusion / 2},
        {"confirmed": np.zeros(len(FOUND.row), dtype=bool)},
        {"confirmed": None},
        {"route": np.arange(len(FOUND.as_of)) % 2},
        {"lot": "another lot"},
    ],
    ids=["arm", "inclusion", "confirmed", "unconfirmed", "route", "lot"],
)
def test_a_search_begins_anew_with_whatever_of_the_findings_is_different(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    store = tmp_path / "tuning.db"
    tune(MADE, FOUND, OUTER, How(), Budget(1), store, silent)
    said: list[str] = []
    tune(MADE, replace(FOUND, **changed), OUTER, How(), Budget(1), store, said.append)
    assert len(said) == 1  # a trial of its own, not the value of the other findings


def test_outcomes_after_the_outer_cutoff_change_nothing(tmp_path: Path) -> None:
    late = FOUND.known_at >= OUTER.cutoff_us
    turned = replace(FOUND, value=np.where(late, 1.0 - FOUND.value, FOUND.value))
    found = [
        tune(MADE, one, OUTER, How(), Budget(1), tmp_path / f"{number}.db", silent)
        for number, one in enumerate((FOUND, turned))
    ]
    assert found[0] == found[1]
    assert (known_by(FOUND, OUTER.cutoff_us).known_at < OUTER.cutoff_us).all()
