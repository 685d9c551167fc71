from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.tables import Records
from models.bundle import Explanation
from training.gate.behaviour import check_monotone, check_swaps, excluded_columns, explanation_quality, swapped

VISA = catalogue("visa")


def test_a_step_that_goes_the_forbidden_way_is_counted_and_named() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3, (300, len(VISA.names))).astype(float)
    at = next(index for index, direction in enumerate(VISA.monotone) if direction == 1)
    good = check_monotone(lambda rows: rows[:, at], values, VISA, rng)
    assert (good.violations, good.features) == (0, ())
    assert good.steps > 1000
    bad = check_monotone(lambda rows: -rows[:, at], values, VISA, rng)
    assert bad.features == (VISA.names[at],)
    assert 0 < bad.violations < bad.steps


def test_of_a_feature_that_may_only_lower_a_score_a_step_up_is_the_forbidden_way() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3, (300, len(VISA.names))).astype(float)
    at = VISA.monotone.index(-1)
    assert check_monotone(lambda rows: -rows[:, at], values, VISA, rng).violations == 0
    assert check_monotone(lambda rows: rows[:, at], values, VISA, rng).features == (VISA.names[at],)


def test_every_case_that_can_rise_is_tried_even_where_hardly_anybody_has_a_value() -> None:
    values = np.full((200, len(VISA.names)), np.nan)
    at = next(index for index, direction in enumerate(VISA.monotone) if direction == 1)
    values[:150, at] = 0.0
    values[0, at], values[1, at] = 2.0, 5.0
    # 148 at nothing can rise to 2 or to 5, the one at 2 to 5; 50 without a value and the one at 5 cannot
    observed: list[float] = []

    def raw(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        observed.extend(rows[:, at])
        return np.nan_to_num(rows[:, at])

    assert check_monotone(raw, values, VISA, np.random.default_rng(0)).steps == 149
    assert set(observed[200:]) == {2.0, 5.0}


def test_exchanged_attributes_are_those_for_audit_alone() -> None:
    assert set(excluded_columns("visa_applications")) == {"nationality", "former_nationality", "sex", "post"}
    assert "embarked_at" in excluded_columns("landings")


def test_a_model_that_reads_an_excluded_attribute_is_caught_and_another_that_does_not_is_not(
    small_records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explain(values: np.ndarray) -> Explanation:  # type: ignore[type-arg]
        result = np.nan_to_num(values)
        return Explanation(result.sum(axis=1), 0.0, result, result.sum(axis=1))

    blind = check_swaps(explain, small_records, "visa", np.random.default_rng(0))
    assert (blind.cases, blind.changed, blind.changed_features) == (700, 0, 0)

    # a feature that peeks: the nationality's first letter slips into the form's income
    def peeking(records: Records, rng: np.random.Generator) -> Records:
        dealt = swapped(records, rng)
        rows = dealt["visa_applications"]
        peeked = pa.array([float(ord(word[0])) for word in rows.column("nationality").to_pylist()])
        at = rows.schema.get_field_index("monthly_income_jpy")
        return Records({**dealt.tables, "visa_applications": rows.set_column(at, rows.schema.field(at), peeked)})

    monkeypatch.setattr("training.gate.behaviour.swapped", peeking)
    assert check_swaps(explain, small_records, "visa", np.random.default_rng(0)).changed > 100


def test_swapping_deals_out_the_same_values_anew(small_records: Records) -> None:
    dealt = swapped(small_records, np.random.default_rng(0))
    before, after = (item["visa_applications"] for item in (small_records, dealt))
    assert sorted(before.column("nationality").to_pylist()) == sorted(after.column("nationality").to_pylist())
    assert before.column("nationality") != after.column("nationality")
    assert before.column("status_of_residence") == after.column("status_of_residence")


def test_explanations_of_equal_cases_are_steady_and_of_a_feature_are_short() -> None:
    rng = np.random.default_rng(0)
    values = np.repeat(rng.normal(size=(40, 5)), 10, axis=0)
    single = np.zeros((400, 5))
    single[:, 2] = 1.0
    best = explanation_quality(values, single, rng)
    assert (best.stability, best.compactness) == (pytest.approx(1.0), 1.0)
    # ten equal contributions: eight of them make up four fifths
    flat = explanation_quality(rng.normal(size=(400, 10)), np.ones((400, 10)), rng)
    assert flat.compactness == 8.0
    shaken = explanation_quality(values, rng.normal(size=(400, 5)), rng)
    assert abs(shaken.stability) < 0.3
    assert shaken.stability_low < shaken.stability < shaken.stability_high < shaken.stability + 0.3
    assert best.stability_high - best.stability_low < 1e-9
