from __future__ import annotations

import numpy as np

from features.catalogue import catalogue
from features.tables.times import DAY_US
from training.drift.population_stability import SHIFTED, feature_drift
from training.drift.reference import growing, reference


def test_today_is_compared_with_the_last_two_years_before_the_cut_off_and_not_with_the_first_year() -> None:
    day = np.arange(3000)
    held = np.flatnonzero(reference(day * DAY_US, 2000 * DAY_US, 100))
    assert (held[0], held[-1]) == (1271, 2000)
    # at a cut-off 500 days after the records begin, the year without histories is left out, where enough remain
    held = np.flatnonzero(reference(day * DAY_US, 500 * DAY_US, 100))
    assert (held[0], held[-1]) == (365, 500)
    assert np.flatnonzero(reference(day * DAY_US, 400 * DAY_US, 100))[0] == 0


def test_what_grows_is_identified_by_what_it_measures() -> None:
    for subject in ("visa", "entry"):
        named = growing(catalogue(subject))
        assert named == {item for item in catalogue(subject).names if item.endswith("_first_days")}
        assert named


def test_days_since_the_first_event_alarm_by_a_change_of_measure_or_missing_values_and_never_by_growing() -> None:
    rng = np.random.default_rng(0)
    first = rng.uniform(1000, 2000, (3000, 1))
    [longer] = feature_drift(("x",), first, first + 700, frozenset("x"))
    assert longer.stability_index > SHIFTED
    assert longer.grows
    assert not longer.alarm
    assert feature_drift(("x",), first, first + 700)[0].alarm
    assert feature_drift(("x",), first, first / 365.25, frozenset("x"))[0].alarm
    lost = np.where(rng.random((3000, 1)) < 0.3, np.nan, first)
    assert feature_drift(("x",), first, lost, frozenset("x"))[0].alarm


def test_what_grows_stands_last() -> None:
    rng = np.random.default_rng(0)
    then = rng.normal(size=(500, 2))
    figures = feature_drift(("grows", "stays"), then, then + np.array([5.0, 0.0]), frozenset({"grows"}))
    assert [item.feature for item in figures] == ["stays", "grows"]
