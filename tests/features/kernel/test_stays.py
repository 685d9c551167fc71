"""Days in Japan are the union of stays, and wrong dates or endless stays cost no other number."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from features.catalogue import catalogue
from features.facts.table_facts import facts_of_records
from features.kernel.stays import Stays
from features.matrix import compute
from features.tables import Records, empty_records, rows_to_table
from features.tables.times import DAY_US, NULL_TIME
from tests.features.tables.folders import good, typed


def stays(case: list[int], begin: list[int], end: list[int]) -> Stays:
    days = [np.array(column, dtype=np.int64) * DAY_US for column in (begin, end)]
    flags = np.ones(len(case), dtype=bool)
    return Stays(3, np.array(case, dtype=np.int64), np.arange(len(case)), *days, flags, flags)


def test_a_day_of_two_stays_counts_once() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        count = int(rng.integers(0, 9))
        case, begin = rng.integers(0, 3, count), rng.integers(0, 50, count)
        end = begin + rng.integers(0, 30, count)
        as_of = np.array([70, 60, 40], dtype=np.int64)
        spent = stays(case.tolist(), begin.tolist(), end.tolist()).days_within(30, as_of * DAY_US)
        for at in range(3):
            there = {
                day
                for k in range(count) if case[k] == at
                for day in range(max(begin[k], as_of[at] - 30), min(end[k], as_of[at]))
            }  # fmt: skip
            assert spent[at] == len(there)


def test_the_order_of_rows_moves_no_day_of_stays_that_lasted_parts_of_days() -> None:
    rng = np.random.default_rng(6)
    as_of = np.full(3, 70 * DAY_US)
    for _ in range(200):
        case, begin = rng.integers(0, 3, 6), rng.integers(20, 50, 6) * DAY_US
        end = begin + rng.integers(0, 30 * DAY_US, 6)
        none = np.ones(6, dtype=bool)
        days = [
            Stays(3, case[rows], rows, begin[rows], end[rows], none, none).days_within(30, as_of).tolist()
            for rows in (np.arange(6), rng.permutation(6))
        ]
        assert days[0] == days[1]


def history(**tables: list[dict[str, object]]) -> Records:
    whole = dict(empty_records().tables)
    for name, rows in tables.items():
        whole[name], faults = rows_to_table(name, rows)
        assert not faults
    return Records(whole)


def landing(number: int, day: str, **changed: object) -> dict[str, object]:
    row = typed("landings", good("landings", landing_id=f"L{number}", landed_at=f"{day}T10:00:00Z"))
    row.pop("application_id")
    return {**row, **changed}


def value_of(records: Records, name: str) -> float:
    facts = facts_of_records(records.tables)
    last = int(facts["landings"]["known_at"].argmax())
    values = compute(facts, facts["landings"].take(np.array([last])), "entry")
    assert not np.isinf(values).any()
    return float(values[0, catalogue("entry").names.index(name)])


@pytest.mark.parametrize(
    ("days", "departed", "in_japan", "overdue"),
    [
        (90, "2009-05-31", 30, 0),
        # no limit is no overstay, and no wrap of microseconds: 999,999,999 days are 2.7 million years
        (999_999_999, "2009-05-31", 30, 0),
        (999_999_999, None, 245, 0),
        (90, None, 245, 1),
        # a departure before the landing is a wrong date: the traveller left, and was here for no day that is on record
        (90, "2009-04-01", 0, 0),
    ],
)
def test_a_stay_without_end_or_ended_before_it_began(
    days: int, departed: str | None, in_japan: int, overdue: int
) -> None:
    departures = [] if departed is None else [{"landing_id": "L1", "departed_at": f"{departed}T10:00:00Z"}]
    earlier, now = landing(1, "2009-05-01", permitted_stay_days=days), landing(2, "2010-01-01")
    records = history(landings=[earlier, now], departures=departures)
    # 1 May 2009 to 1 January 2010 are 245 days
    assert (dt.date(2010, 1, 1) - dt.date(2009, 5, 1)).days == 245
    assert value_of(records, "days_in_japan_365d_days") == in_japan
    assert value_of(records, "own_overdue_stays_count") == overdue


def test_values_that_cannot_be_true_leave_their_features_empty() -> None:
    wrong = landing(1, "2009-05-01", permitted_stay_days=999_999_999, passport_issued_on="2551-01-01")
    for name in ("permitted_stay_days", "passport_age_days"):
        assert np.isnan(value_of(history(landings=[wrong]), name))
        assert value_of(history(landings=[landing(1, "2009-05-01")]), name) > 0


def test_stays_that_never_end_are_none() -> None:
    assert stays([], [], []).days_within(365, np.array([DAY_US] * 3)).tolist() == [0, 0, 0]
    assert stays([], [], []).latest_end().tolist() == [NULL_TIME] * 3
