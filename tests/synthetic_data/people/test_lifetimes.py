"""Dates of a file lie within the lives they belong to."""

from __future__ import annotations

import numpy as np
import pytest

from features.tables.faults import IMPOSSIBLE
from features.tables.plausibility import order_faults, plausibility_faults
from features.tables.schema import TABLES
from synthetic_data.filing.plan import Plan
from synthetic_data.people.keys import NONE
from synthetic_data.people.lifetimes import YEAR, within_lives
from synthetic_data.people.names import sponsor_birth
from synthetic_data.world import generate

FILED = 14_000


def plan_of(**values: int) -> Plan:
    plan = Plan.blank(1)
    for name, value in ({"day": FILED, "birth": FILED - 30 * YEAR, "passport_issued": FILED - 400} | values).items():
        plan[name][0] = value
    return plan


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param({}, {"passport_issued": FILED - 400}, id="a plausible file stays as it is"),
        pytest.param({"birth": FILED - 300}, {"passport_issued": FILED - 280}, id="no passport before birth"),
        pytest.param(
            {"birth": FILED - 18 * YEAR, "first_meeting": FILED - 6 * YEAR, "married": FILED - 50},
            {"first_meeting": FILED - 2 * YEAR, "married": FILED - 50},
            id="nobody meets a spouse as a child",
        ),
        pytest.param({"child_birth": FILED + 90}, {"child_birth": FILED - 10}, id="a child is born before it comes"),
        pytest.param({"child_citizen": FILED + 90}, {"child_citizen": FILED - 10}, id="what is declared is past"),
    ],
)  # fmt: skip
def test_dates_are_moved_into_the_life_they_belong_to(dates: dict[str, int], expected: dict[str, int]) -> None:
    plan = within_lives(plan_of(**dates))
    assert {name: int(plan[name][0]) for name in expected} == expected


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param({"birth": FILED + 5}, id="not yet born"),
        pytest.param({"birth": FILED - 9 * YEAR, "married": FILED - 50}, id="a spouse of nine"),
    ],
)
def test_whoever_is_too_young_for_the_application_does_not_file_it(dates: dict[str, int]) -> None:
    assert len(within_lives(plan_of(**dates))) == 0


def test_a_father_is_a_generation_older_than_the_child() -> None:
    father = 12_345
    born = int(sponsor_birth(np.array([father]))[0])
    young = within_lives(plan_of(parent=father, child_birth=born + 10 * YEAR))
    grown = within_lives(plan_of(parent=father, child_birth=born + 20 * YEAR, day=born + 30 * YEAR, birth=born))
    assert (int(young["parent"][0]), int(grown["parent"][0])) == (NONE, father)


@pytest.mark.parametrize("scenario", ["default", "adaptive"])
def test_a_world_without_slips_of_the_pen_holds_no_impossible_date(scenario: str) -> None:
    records = generate(4, 12_000, scenario, changes={"typing_errors": 0.0})[0]
    tables = {name: records[name] for name in TABLES}
    faults = [fault for name, rows in tables.items() for fault in plausibility_faults(name, rows)]
    faults += order_faults(tables)
    assert [fault.sentence() for fault in faults if fault.level == IMPOSSIBLE] == []
