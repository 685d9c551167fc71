"""Covers: detection.interviews, detection.sampling, detection.outcomes, detection.identification, detection.public_records, output.truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.tables import Records
from synthetic_data.detection.interviews import choose, prejudice, suspicion
from synthetic_data.detection.sampling import draw, within_capacity
from synthetic_data.people.population import settle_district
from synthetic_data.world import generate
from tests.synthetic_data.conftest import small_district

World = tuple[Records, pa.Table]


def test_a_month_of_a_post_is_given_its_hours_in_proportion_to_the_weights() -> None:
    # group 0: 4 files, a half of them; weights 1, 1, 2, 4 of 8; group 1: 2 files, one of them
    result = within_capacity(np.array([1.0, 1, 2, 4, 3, 3]), np.array([0, 0, 0, 0, 1, 1]), 0.5)
    assert result.tolist() == [0.25, 0.25, 0.5, 0.95, 0.5, 0.5]  # 4 / 8 * 2 = 1 is held at 0.95


def test_everybody_is_drawn_as_often_as_the_recorded_probability_says() -> None:
    probability = np.linspace(0.02, 0.6, 40)
    groups = np.repeat([0, 1], 20)
    times = 6000
    rng = np.random.default_rng(0)
    drawn = sum(draw(rng, probability, groups).astype(int) for _ in range(times))
    error = np.sqrt(probability * (1 - probability) / times)
    assert (np.abs(drawn / times - probability) < 4.5 * error).all()


def test_systematic_drawing_keeps_to_the_hours() -> None:
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.0, 0.2, 500)
    for _ in range(50):
        assert abs(draw(rng, probability, np.zeros(500, dtype=np.int64)).sum() - probability.sum()) < 1.0


def test_inverse_probabilities_of_both_arms_count_all_files() -> None:
    # Horvitz and Thompson 1952: the sum of 1 / p over those drawn is the number of files, if p is true
    d = small_district(4000)
    plan = settle_district(d)[0]
    late = plan.take(np.flatnonzero(plan["day"] > 14_300))
    counts = []
    for seed in range(80):
        d.seed = seed
        _, at_random, probability = choose(
            d,
            "test",
            log_odds=suspicion(d, late),
            factor=prejudice(d, late),
            posts=late["post"],
            days=late["day"],
            share=0.1,
        )
        counts.append(((1 / probability[at_random]).sum(), (1 / probability[~at_random]).sum()))
    for estimates in np.array(counts).T:
        error = estimates.std() / np.sqrt(len(estimates))
        assert abs(estimates.mean() - len(late)) < 4 * error


def test_officers_see_the_form_and_not_the_truth() -> None:
    d = small_district(3000)
    plan = settle_district(d)[0]
    before = suspicion(d, plan)
    for name in ("exploited", "typology", "ring", "kind", "cluster", "gone", "moves"):
        plan[name] = np.zeros(len(plan))
    assert (suspicion(d, plan) == before).all()


def test_probabilities_are_recorded_for_interviews_alone_and_differ_within_the_targeted_arm(town: World) -> None:
    result = town[0]["outcomes"].to_pandas()
    interviewed = result.arm.isin(["targeted", "random"])
    assert result[interviewed].inclusion_probability.between(0, 1, inclusive="right").all()
    assert result[~interviewed].inclusion_probability.isna().all()
    targeted = result[(result.arm == "targeted") & (result.subject == "visa_application")]
    assert targeted.inclusion_probability.nunique() > len(targeted) / 3
    assert targeted.inclusion_probability.max() > 3 * targeted.inclusion_probability.min()


def test_the_random_arm_begins_when_it_is_set_to() -> None:
    for year in (2006, 2010):
        records, _ = generate(3, 4000, changes={"random_from_year": year})
        result = records["outcomes"].to_pandas().query("arm == 'random' and subject == 'visa_application'")
        assert len(result)
        assert result.occurred_at.dt.year.min() == year


def test_as_many_are_identified_as_is_set_and_late() -> None:
    for share in (0.03, 0.10):
        changes = {
            "exploited_share": 0.05,
            "lookalikes_per_exploited": 2,
            "detected_share": share,
            "minimum_identified": 0,
        }
        records, truth = generate(3, 20_000, changes=changes)
        known = truth.to_pandas().query("exploited and subject == 'visa_application'").subject_id
        result = records["outcomes"].to_pandas()
        result = result[result.arm.isin(["referral", "later_identification"]) & (result.subject == "visa_application")]
        # 1,000 exploited; 0.85 are recorded with the application; some become known after the ten years
        chance = 2 * np.sqrt(share / len(known))
        assert 0.5 * share < result.subject_id.isin(known).sum() / len(known) < share + chance
        filed = records["visa_applications"].to_pandas().set_index("application_id").submitted_at
        delay = result.known_at.to_numpy() - filed[result.subject_id].to_numpy()
        assert np.median(delay) > np.timedelta64(90, "D")


def test_findings_are_wrong_both_ways(town: World) -> None:
    records, truth = generate(3, 20_000, changes={"interview_share": 0.3, "exploited_share": 0.01})
    result = records["outcomes"].to_pandas().merge(truth.to_pandas(), on=["subject", "subject_id"])
    result = result[(result.arm == "targeted") & (result.subject == "visa_application")]
    positive = result.finding.isin(["indications", "victim_identified"])
    honest, exploited = positive[~result.exploited], positive[result.exploited]
    # chances of 0.006 and 0.45, within four standard errors
    assert abs(honest.mean() - 0.006) < 4 * np.sqrt(0.006 / len(honest))
    assert abs(exploited.mean() - 0.45) < 4 * np.sqrt(0.25 / len(exploited))


def test_injected_bias_over_selects_one_group_that_is_no_more_exploited() -> None:
    rates = {}
    for scenario in ("flat", "injected_bias"):
        records, truth = generate(4, 20_000, scenario, {"exploited_share": 0.02, "lookalikes_per_exploited": 2})
        filed = records["visa_applications"].to_pandas()
        group = (filed.nationality == "PHL") & (filed.sex == "F")
        aimed = filed.application_id.isin(records["outcomes"].to_pandas().query("arm == 'targeted'").subject_id)
        rates[scenario] = aimed[group].mean() / aimed[~group].mean()
        exploited = filed.application_id.isin(truth.to_pandas().query("exploited").subject_id)
        # 400 among 20,000: the group's share of them within four standard errors
        error = np.sqrt(0.02 / group.sum())
        assert abs(exploited[group].mean() - exploited[~group].mean()) < 4 * error
    assert 0.7 < rates["flat"] < 1.4
    assert rates["injected_bias"] > 4


@pytest.mark.parametrize("column", ["status_of_residence", "travel_paid_by", "lodged_by", "guarantor_relationship"])
def test_without_signal_truth_is_drawn_at_random(column: str) -> None:
    records, truth = generate(4, 10_000, "no_signal", {"exploited_share": 0.05, "lookalikes_per_exploited": 2})
    filed = records["visa_applications"].to_pandas()
    known = truth.to_pandas().set_index("subject_id").exploited
    exploited = known[filed.application_id].to_numpy()
    observed = pd.crosstab(filed[column].fillna("none"), exploited)
    expected = np.outer(observed.sum(axis=1), observed.sum()) / len(filed)
    statistic = float(((observed.to_numpy() - expected) ** 2 / expected).sum())
    freedom = len(observed) - 1
    assert statistic < freedom + 5 * np.sqrt(2 * freedom)


def test_without_signal_a_landing_says_nothing_of_its_application() -> None:
    records, truth = generate(4, 10_000, "no_signal", {"exploited_share": 0.05, "lookalikes_per_exploited": 2})
    known = truth.to_pandas().set_index("subject_id").exploited
    landed = records["landings"].to_pandas().dropna(subset=["application_id"])
    item, other = known[landed.landing_id].to_numpy(), known[landed.application_id].to_numpy()
    error = np.sqrt(item.mean() / other.sum())
    assert abs(item[other].mean() - item.mean()) < 4 * error
