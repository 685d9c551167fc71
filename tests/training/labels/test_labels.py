"""Covers: labels.labels, labels.outcomes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from features.tables import TABLES
from features.tables.times import DAY_US
from training.labels.labels import ARMS, UNFLAGGED_FILES
from training.labels.outcomes import RefusalColumn, case_outcomes

START = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)
START_US = int(START.timestamp() * 1e6)


def outcomes(*rows: tuple[str, str, int] | tuple[str, str, int, str, float | None]) -> pa.Table:
    """Rows of (case, finding, day on which it was recorded[, arm, inclusion probability])."""
    built = []
    for n, (case, finding, recorded, *more) in enumerate(rows):
        arm, inclusion = more or ("targeted", 1.0)
        moment = START + dt.timedelta(days=recorded)
        built.append(
            {"outcome_id": str(n), "subject": "visa_application", "subject_id": case, "occurred_at": moment,
             "known_at": moment, "arm": arm, "inclusion_probability": inclusion, "finding": finding}
        )  # fmt: skip
    return pa.Table.from_pylist(built, schema=TABLES["outcomes"].arrow_schema)


def days(*numbers: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([START_US + int(number * DAY_US) for number in numbers], dtype=np.int64)


def test_labels_come_from_findings_alone_and_a_positive_outcome_wins() -> None:
    table = outcomes(
        ("a", "no_indication", 1),
        ("a", "indications", 2),
        ("b", "no_indication", 1),
        ("c", "inconclusive", 1),
        ("d", "victim_identified", 1),
    )
    results = case_outcomes(table, "visa", list("abcde"), days(0, 0, 0, 0, 0)).known_before()
    assert results.positive[[0, 1, 3]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(results.positive[[2, 4]]).all()


def test_a_finding_is_confirmed_by_an_identification_or_by_others_than_the_interviewer() -> None:
    table = outcomes(
        ("a", "indications", 1),
        ("b", "victim_identified", 1),
        ("c", "indications", 1, "referral", None),
        ("d", "indications", 1),
        ("d", "victim_identified", 9, "later_identification", None),
        ("e", "no_indication", 1, "referral", None),
    )
    results = case_outcomes(table, "visa", list("abcde"), days(0, 0, 0, 0, 0))
    confirmed = [results.known_before(START_US + at * DAY_US).confirmed for at in (5, 10)]
    assert confirmed[0] is not None
    assert confirmed[0].tolist() == [False, True, True, False, False]
    assert confirmed[1] is not None
    assert confirmed[1].tolist() == [False, True, True, True, False]


def test_outcomes_with_a_refusal_column_are_refused() -> None:
    table = outcomes(("a", "indications", 1)).append_column("visa_refused", pa.array([True]))
    with pytest.raises(RefusalColumn, match="visa_refused"):
        case_outcomes(table, "visa", ["a"], days(0))


def test_an_outcome_recorded_at_or_after_the_cutoff_is_not_a_label_yet() -> None:
    results = case_outcomes(outcomes(("a", "no_indication", 5), ("a", "victim_identified", 40)), "visa", ["a"], days(0))
    assert np.isnan(results.known_before(START_US + 5 * DAY_US).positive[0])  # recorded exactly then: not before it
    assert results.known_before(START_US + 6 * DAY_US).positive.tolist() == [0.0]
    assert results.known_before(START_US + 41 * DAY_US).positive.tolist() == [1.0]


def test_a_case_younger_than_the_label_window_is_censored_even_with_an_early_outcome() -> None:
    results = case_outcomes(outcomes(("a", "indications", 1), ("b", "indications", 9)), "visa", ["a", "b"], days(0, 8))
    labels = results.known_before(START_US + 20 * DAY_US, window_us=15 * DAY_US)
    assert labels.positive[0] == 1.0
    assert np.isnan(labels.positive[1])


def test_every_case_is_counted_once_by_reason() -> None:
    table = outcomes(
        ("positive", "indications", 1),
        ("negative", "no_indication", 1),
        ("inconclusive", "inconclusive", 1),
        ("late", "indications", 50),
        ("recent", "indications", 29),
    )
    cases = ["positive", "negative", "inconclusive", "late", "recent", "never", "future"]
    labels = case_outcomes(table, "visa", cases, days(0, 0, 0, 0, 28, 0, 31)).known_before(
        START_US + 30 * DAY_US, window_us=10 * DAY_US
    )
    assert labels.counts == {
        "after the cut-off": 1, "too recent for a label": 1, "positive": 1, "negative": 1, "inconclusive": 1,
        "outcome not yet known": 1, "not interviewed": 1,
    }  # fmt: skip


def test_the_way_a_case_was_sampled_is_kept_when_it_is_identified_later() -> None:
    table = outcomes(
        ("a", "no_indication", 1, "random", 0.02), ("a", "victim_identified", 300, "later_identification", None)
    )
    labels = case_outcomes(table, "visa", ["a"], days(0)).known_before()
    assert labels.positive.tolist() == [1.0]
    assert ARMS[labels.arm[0]] == "random"
    assert labels.inclusion_probability.tolist() == [0.02]


def test_the_label_window_is_read_from_interviews_and_not_from_later_identifications() -> None:
    rows = [(str(n), "no_indication", 10) for n in range(99)]
    table = outcomes(*rows, ("99", "victim_identified", 700, "later_identification", None))
    results = case_outcomes(table, "visa", [str(n) for n in range(100)], days(*[0] * 100))
    assert results.window_us() == 10 * DAY_US


def test_a_drawn_case_that_officers_chose_too_keeps_the_lots_answer_and_probability() -> None:
    table = outcomes(
        ("a", "no_indication", 1, "random", 0.25),
        ("a", "indications", 2, "targeted", 0.8),
        ("b", "no_indication", 1, "random", 0.5),
        ("b", "victim_identified", 3, "later_identification", None),
        ("c", "indications", 1, "targeted", 0.9),
        ("d", "inconclusive", 1, "random", 0.5),
    )
    results = case_outcomes(table, "visa", list("abcde"), days(0, 0, 0, 0, 0), UNFLAGGED_FILES).known_before()
    assert results.randomly_sampled.tolist() == [True, True, False, True, False]
    assert results.inclusion_probability[:4].tolist() == [0.25, 0.5, 0.9, 0.5]
    assert results.positive[:3].tolist() == [1.0, 1.0, 1.0]
    # what the interview told, whatever others found
    assert results.finding[:3].tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(results.finding[3:]).all()
    assert ARMS[results.arm[0]] == "targeted"
    some = results.of(np.array([0, 3]))
    assert (some.randomly_sampled.tolist(), some.sample_frame) == ([True, True], UNFLAGGED_FILES)
