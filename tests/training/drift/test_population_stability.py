from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.drift.population_stability import (
    SHIFTED,
    by_quarter,
    expected_performance,
    feature_drift,
    scale_slip,
    score_drift,
    stability_index,
)


def test_the_stability_index_by_hand() -> None:
    # one half zeros and one half ones then; one fifth and four fifths now:
    # (0.2 - 0.5) ln(0.2 / 0.5) + (0.8 - 0.5) ln(0.8 / 0.5) = 0.2749 + 0.1410; the empty bin of the missing adds nothing
    then, now = np.repeat([0.0, 1.0], 500), np.repeat([0.0, 1.0], [200, 800])
    assert stability_index(then, now) == pytest.approx(0.3 * np.log(2.5) + 0.3 * np.log(1.6))


def test_samples_of_a_distribution_are_stable_and_a_moved_sample_is_not() -> None:
    rng = np.random.default_rng(0)
    then = rng.normal(size=5000)
    assert stability_index(then, rng.normal(size=5000)) < 0.02
    assert stability_index(then, rng.normal(loc=1.0, size=5000)) > SHIFTED


def test_a_fall_from_a_value_that_nearly_all_share_is_seen_as_a_rise_is() -> None:
    rng = np.random.default_rng(0)
    ones, zeros = np.ones(1000), np.zeros(1000)
    assert stability_index(ones, zeros) > 1
    assert stability_index(ones, zeros) == pytest.approx(stability_index(zeros, ones))
    planned = (rng.random(1000) < 0.93).astype(float)
    assert stability_index(planned, zeros) > 1
    year = np.where(rng.random(1000) < 0.93, 365.0, rng.integers(0, 365, 1000))
    assert stability_index(year, rng.integers(0, 365, 1000).astype(float)) > 1
    assert stability_index(year, rng.permutation(year)) == 0.0


def test_values_that_go_missing_raise_the_alarm() -> None:
    rng = np.random.default_rng(0)
    then, now = rng.normal(size=(2000, 2)), rng.normal(size=(2000, 2))
    now[:600, 1] = np.nan
    figures = {item.feature: item for item in feature_drift(("kept", "lost"), then, now)}
    assert figures["lost"].alarm
    assert figures["lost"].missing_now == 0.3
    assert not figures["kept"].alarm


@pytest.mark.parametrize(("factor", "name"), [(1000, "thousand"), (1 / 1000, "thousand"), (12, "months and years")])
def test_yen_that_become_thousands_of_yen_are_called_a_change_of_measure(factor: float, name: str) -> None:
    income = np.random.default_rng(0).lognormal(12, 0.5, 3000)
    assert scale_slip(income, income * factor) == name
    assert scale_slip(income, income * 1.5) is None


def test_calibrated_scores_predict_what_is_identified() -> None:
    rng = np.random.default_rng(0)
    score = rng.beta(0.5, 8, 200_000)
    finding = rng.random(200_000) < score
    chosen = score >= np.quantile(score, 0.95)
    promised = expected_performance(score, chosen, rng)
    assert promised.precision == pytest.approx(finding[chosen].mean(), rel=0.03)
    assert promised.recall == pytest.approx(finding[chosen].sum() / finding.sum(), rel=0.03)


def test_expected_performance_has_an_interval_that_holds_what_is_identified() -> None:
    rng = np.random.default_rng(0)
    held = np.zeros(2)
    for _ in range(100):
        score = rng.beta(0.5, 8, 600)
        finding = rng.random(600) < score
        chosen = score >= np.quantile(score, 0.9)
        result = expected_performance(score, chosen, rng)
        held[0] += result.precision_low <= finding[chosen].mean() <= result.precision_high
        held[1] += result.recall_low <= finding[chosen].sum() / finding.sum() <= result.recall_high
        assert result.precision_low < result.precision < result.precision_high
    # of 100 intervals that hold it 95 times in 100, fewer than 89 do so four times in a thousand
    assert (held >= 89).all()


def test_small_samples_of_a_distribution_raise_no_alarm_more_often_than_stated() -> None:
    rng = np.random.default_rng(0)
    alarmed, beyond = 0, 0
    for _ in range(40):
        figures = feature_drift(tuple("abcdefghij"), rng.normal(size=(120, 10)), rng.normal(size=(120, 10)))
        alarmed += any(item.alarm for item in figures)
        beyond += any(item.stability_index >= SHIFTED for item in figures)
    # at 5 % a report, six or more of forty come about by chance one time in seventy; by the customary limit most would
    assert alarmed <= 5
    assert beyond > 20


def test_scores_that_moved_raise_the_alarm() -> None:
    rng = np.random.default_rng(0)
    then = rng.beta(0.5, 8, 2000)
    assert not score_drift(then, rng.beta(0.5, 8, 2000)).alarm
    assert score_drift(then, rng.beta(2.0, 8, 2000)).alarm


def test_a_new_typology_shows_in_its_first_quarter() -> None:
    # 1970-01-01, 1970-02-01 and 1970-04-11; the last is the first case after training
    frame = pd.DataFrame({
        "as_of": np.array([0, 31, 100]) * 86_400_000_000, "label": [1.0, 0.0, 1.0], "score": [0.4, 0.2, 0.1],
        "typology": ["T1", None, "T9"],
    })  # fmt: skip
    then = np.array([True, True, False])
    first, second = by_quarter(frame, then, ~then)
    assert (first["quarter"], first["now"], first["cases"], first["findings"]) == ("1970Q1", False, 2, 2)
    assert (first["indications"], first["typologies"]) == (1, {"T1": 1})
    assert first["mean_score"] == pytest.approx(0.3)
    assert (second["quarter"], second["now"], second["typologies"]) == ("1970Q2", True, {"T9": 1})
    assert second["their_mean_score"] == pytest.approx(0.1)
