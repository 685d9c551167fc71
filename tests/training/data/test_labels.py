from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from features.tables import TABLES
from training.data.labels import ARMS, DAY_US, UNFLAGGED_FILES
from training.data.outcomes import RefusalColumn, findings

START = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)
START_US = int(START.timestamp() * 1e6)


def outcomes(*rows: tuple[str, str, int] | tuple[str, str, int, str, float | None]) -> pa.Table:
    """Rows of (case, finding, day on which it was recorded[, arm, inclusion probability])."""
    made = []
    for n, (case, finding, recorded, *more) in enumerate(rows):
        arm, inclusion = more or ("targeted", 1.0)
        moment = START + dt.timedelta(days=recorded)
        made.append(
            {"outcome_id": str(n), "subject": "visa_application", "subject_id": case, "occurred_at": moment,
             "known_at": moment, "arm": arm, "inclusion_probability": inclusion, "finding": finding}
        )  # fmt: skip
    return pa.Table.from_pylist(made, schema=TABLES["outcomes"].arrow_schema)


def days(*numbers: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([START_US + int(number * DAY_US) for number in numbers], dtype=np.int64)


def test_labels_come_from_findings_alone_and_a_positive_one_wins() -> None:
    table = outcomes(
        ("a", "no_indication", 1),
        ("a", "indications", 2),
        ("b", "no_indication", 1),
        ("c", "inconclusive", 1),
        ("d", "victim_identified", 1),
    )
    found = findings(table, "visa", list("abcde"), days(0, 0, 0, 0, 0)).known_before()
    assert found.positive[[0, 1, 3]].tolist() == [1.0, 0.0, 1.0]
    assert np.isnan(found.positive[[2, 4]]).all()


def test_a_finding_is_confirmed_by_an_identification_or_by_others_than_the_interviewer() -> None:
    table = outcomes(
        ("a", "indications", 1),
        ("b", "victim_identified", 1),
        ("c", "indications", 1, "referral", None),
        ("d", "indications", 1),
        ("d", "victim_identified", 9, "later_identification", None),
        ("e", "no_indication", 1, "referral", None),
    )
    found = findings(table, "visa", list("abcde"), days(0, 0, 0, 0, 0))
    confirmed = [found.known_before(START_US + at * DAY_US).confirmed for at in (5, 10)]
    assert confirmed[0] is not None
    assert confirmed[0].tolist() == [False, True, True, False, False]
    assert confirmed[1] is not None
    assert confirmed[1].tolist() == [False, True, True, True, False]


def test_outcomes_with_a_refusal_column_are_refused() -> None:
    table = outcomes(("a", "indications", 1)).append_column("visa_refused", pa.array([True]))
    with pytest.raises(RefusalColumn, match="visa_refused"):
        findings(table, "visa", ["a"], days(0))


def test_an_outcome_recorded_at_or_after_the_cutoff_is_not_a_label_yet() -> None:
    found = findings(outcomes(("a", "no_indication", 5), ("a", "victim_identified", 40)), "visa", ["a"], days(0))
    assert np.isnan(found.known_before(START_US + 5 * DAY_US).positive[0])  # recorded exactly then: not before it
    assert found.known_before(START_US + 6 * DAY_US).positive.tolist() == [0.0]
    assert found.known_before(START_US + 41 * DAY_US).positive.tolist() == [1.0]


def test_a_case_younger_than_the_label_window_is_censored_even_with_an_early_outcome() -> None:
    found = findings(outcomes(("a", "indications", 1), ("b", "indications", 9)), "visa", ["a", "b"], days(0, 8))
    labels = found.known_before(START_US + 20 * DAY_US, window_us=15 * DAY_US)
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
    labels = findings(table, "visa", cases, days(0, 0, 0, 0, 28, 0, 31)).known_before(
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
    labels = findings(table, "visa", ["a"], days(0)).known_before()
    assert labels.positive.tolist() == [1.0]
    assert ARMS[labels.arm[0]] == "random"
    assert labels.inclusion.tolist() == [0.02]


def test_the_label_window_is_read_from_interviews_and_not_from_later_identifications() -> None:
    rows = [(str(n), "no_indication", 10) for n in range(99)]
    table = outcomes(*rows, ("99", "victim_identified", 700, "later_identification", None))
    found = findings(table, "visa", [str(n) for n in range(100)], days(*[0] * 100))
    assert found.window_us() == 10 * DAY_US


def test_a_drawn_case_that_officers_chose_too_keeps_the_lots_answer_and_probability() -> None:
    table = outcomes(
        ("a", "no_indication", 1, "random", 0.25),
        ("a", "indications", 2, "targeted", 0.8),
        ("b", "no_indication", 1, "random", 0.5),
        ("b", "victim_identified", 3, "later_identification", None),
        ("c", "indications", 1, "targeted", 0.9),
        ("d", "inconclusive", 1, "random", 0.5),
    )
    found = findings(table, "visa", list("abcde"), days(0, 0, 0, 0, 0), UNFLAGGED_FILES).known_before()
    assert found.by_lot.tolist() == [True, True, False, True, False]
    assert found.inclusion[:4].tolist() == [0.25, 0.5, 0.9, 0.5]
    assert found.positive[:3].tolist() == [1.0, 1.0, 1.0]
    # what the interview told, whatever others found
    assert found.told[:3].tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(found.told[3:]).all()
    assert ARMS[found.arm[0]] == "targeted"
    some = found.of(np.array([0, 3]))
    assert (some.by_lot.tolist(), some.lot) == ([True, True], UNFLAGGED_FILES)
