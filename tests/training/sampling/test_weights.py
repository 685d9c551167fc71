from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.random_sample import table
from training.evaluation.population import population_estimate
from training.labels.labels import ALL_FILES, ARMS, RANDOM_SAMPLE_FRAMES, UNFLAGGED_FILES, Labels
from training.sampling.weights import inverse_propensity
from training.statistics.intervals import kish_size


def labels(positive: list[float], arm: list[str], inclusion: list[float]) -> Labels:
    return Labels(np.array(positive), np.array([ARMS.index(item) for item in arm]), np.array(inclusion), {})


NAN = float("nan")
TEN = labels(
    [1, 0, 0, 1, 1, NAN, NAN, NAN, NAN, NAN],
    ["targeted", "targeted", "random", "random", "later_identification", "none", "none", "none", "none", "none"],
    [1.0, 1.0, 0.25, 0.25, NAN, NAN, NAN, NAN, NAN, NAN],
)


def test_targeted_cases_represent_themselves_and_random_cases_all_others() -> None:
    recorded = inverse_propensity(TEN)
    # 10 cases, 2 targeted; the 8 others are shared by 2 random interviews; nobody sampled the later identification
    assert recorded.weight.tolist() == [1, 1, 4, 4, 0, 0, 0, 0, 0, 0]
    assert recorded.weight.sum() == recorded.population == 10


def test_weights_follow_the_recorded_probabilities() -> None:
    two = labels([0, 1, NAN, NAN, NAN, NAN], ["random", "random", *["none"] * 4], [0.5, 0.25, *[NAN] * 4])
    # 1/0.5 = 2 and 1/0.25 = 4 cases, six in all
    assert inverse_propensity(two).weight[:2].tolist() == [2.0, 4.0]
    # Kish: (2 + 4)^2 / (4 + 16)
    assert inverse_propensity(two).effective_size == pytest.approx(36 / 20)


def test_clipping_is_counted_and_limits_the_cases_represented() -> None:
    two = labels([0, 1, NAN, NAN], ["random", "random", "none", "none"], [0.5, 0.001, NAN, NAN])
    recorded = inverse_propensity(two, clip=6.0)
    assert recorded.clipped == 1
    assert recorded.weight[:2].tolist() == [1.0, 3.0]  # 2 : 6, scaled to four cases


def test_equal_weights_have_their_number_as_effective_size() -> None:
    assert kish_size(np.full(7, 3.0)) == pytest.approx(7.0)
    assert kish_size(np.zeros(0)) == 0.0


def test_people_whom_officers_identified_do_not_count_again_in_what_the_random_sample_says_of_all() -> None:
    rng = np.random.default_rng(5)
    shares, counted_twice, recalled = [], [], []
    for _ in range(60):
        exploited = rng.random(20_000) < 0.02
        wanted = rng.random(20_000) < np.where(exploited, 0.5, 0.05)
        sample_frame = rng.random(20_000) < 0.1
        arm = np.where(sample_frame, ARMS.index("random"), np.where(wanted, ARMS.index("targeted"), 0))
        result = Labels(np.where(arm > 0, exploited * 1.0, np.nan), arm, np.where(sample_frame, 0.1, np.nan), {})
        ranked = rng.random(20_000) < np.where(exploited, 0.4, 0.1)
        weight = inverse_propensity(result).weight
        assert weight.sum() == pytest.approx(20_000)
        shares.append(weight[exploited].sum() / 20_000 - exploited.mean())
        recalled.append(weight[exploited & ranked].sum() / weight[exploited].sum())
        twice = inverse_propensity(replace(result, sample_frame=UNFLAGGED_FILES)).weight
        counted_twice.append(twice[exploited].sum() / 20_000 - exploited.mean())
    # 2,000 are drawn a world, 2 % of them concerned: 0.02 * 0.98 / 2000 has the root 0.0031, over 60 worlds 0.0004
    assert abs(np.mean(shares)) < 3 * 0.0004
    # 45 % of the 2 % were chosen, beside 5 % of all: 0.9 * (0.01 - 0.059 * 0.02) = 0.008 too many
    assert np.mean(counted_twice) > 0.006
    # the ranking was drawn without regard to officers: 40 %; forty people of a lot leave 8 points a world, 1 over 60
    assert np.mean(recalled) == pytest.approx(0.4, abs=0.03)


def test_prevalence_and_selected_share_by_hand() -> None:
    recorded = population_estimate(TEN)
    # one of two targeted; half of eight others: 1 + 4 of 10, of whom one was reached
    assert recorded.prevalence.value == pytest.approx(0.5)
    assert recorded.recall.value == pytest.approx(0.2)
    assert recorded.prevalence.low < 0.5 < recorded.prevalence.high


@pytest.mark.parametrize("declared", RANDOM_SAMPLE_FRAMES)
@pytest.mark.parametrize("share_targeted", [0.0, 0.1])
def test_intervals_cover_the_truth_near_their_nominal_rate(share_targeted: float, declared: str) -> None:
    rng = np.random.default_rng(11)
    prevalence = recalled = ranked = 0
    worlds = 400
    for _ in range(worlds):
        exploited = rng.random(4000) < 0.02
        # whoever aims knows something: exploited people are five times as likely to be chosen
        wanted = rng.random(4000) < share_targeted * np.where(exploited, 5, 1)
        sample_frame = rng.random(4000) < 0.1
        targeted, drawn = (
            (wanted & ~sample_frame, sample_frame) if declared == ALL_FILES else (wanted, sample_frame & ~wanted)
        )
        arm = np.where(targeted, ARMS.index("targeted"), np.where(drawn, ARMS.index("random"), 0))
        result = Labels(
            np.where(arm > 0, exploited * 1.0, np.nan), arm, np.where(drawn, 0.1, np.nan), {}, sample_frame=declared
        )
        recorded = population_estimate(result)
        called = rng.random(4000) < np.where(exploited, 0.4, 0.1)
        by_ranking = population_estimate(result, chosen=called).recall
        prevalence += recorded.prevalence.covers(exploited.mean())
        recalled += recorded.recall.covers((targeted & exploited).sum() / exploited.sum())
        ranked += by_ranking.covers((called & exploited).sum() / exploited.sum())
    # 95 % nominal; three standard errors below it is 91.7 %
    assert min(prevalence, recalled, ranked) / worlds > 0.917


def test_intervals_in_synthetic_worlds_cover_their_latent_truth() -> None:
    # the long form is `python -m benchmarks.random_sample`: 50 worlds a row, figures in docs/results/random-sample.md
    [row] = table(8, 2000, [0.08]).to_dict("records")
    # at 95 %, two or more of eight would miss in one of seventeen tries, three in one of 173
    for name in ("prevalence", "recall"):
        assert row[f"{name} covered"] >= 6 / 8
        assert row[f"{name} width"] < 1.0
    # some seventy random interviews find three people or so: what a ranking reaches is not known
    assert row["recall by labels known"] < 0.5


@pytest.mark.parametrize("chance", [NAN, 0.0, -1.0, 2.0])
def test_a_random_interview_without_a_probability_is_left_out_and_counted(chance: float) -> None:
    # five without findings and a probability, five with findings and none: the latter say nothing of how many there are
    some = labels(
        [0] * 5 + [1] * 5 + [NAN] * 90, ["random"] * 10 + ["none"] * 90, [0.1] * 5 + [chance] * 5 + [NAN] * 90
    )
    recorded = inverse_propensity(some)
    assert recorded.without_probability == 5
    assert recorded.weight.tolist() == [20.0] * 5 + [0.0] * 95
    result = population_estimate(some)
    assert result.random_interviews == 5
    assert result.prevalence.value == 0.0


def test_among_all_files_whoever_was_drawn_counts_though_officers_chose_the_case_too() -> None:
    # four drawn with p = 0.4 of ten: one chosen as well, with a finding; one of the others with a finding
    drawn = np.array([True] * 4 + [False] * 6)
    arm = ["targeted", "random", "random", "random", *["none"] * 6]
    some = replace(labels([1, 1, 0, 0, *[NAN] * 6], arm, [0.4] * 4 + [NAN] * 6), sampled=drawn)
    assert population_estimate(some).prevalence.value == pytest.approx(0.5)
    # ten by a half are five; one of them officers found, so that the other finding stands for four, and two for five
    assert inverse_propensity(some).weight.tolist() == [1.0, 4.0, 2.5, 2.5, *[0.0] * 6]


def test_where_officers_identified_more_than_the_random_sample_estimates_its_findings_weigh_no_less_than_their_number() -> (
    None
):
    # 100 cases: officers chose 20 and found 15; of 10 drawn among all one had indications, which speaks of 10 in all
    positive = [*[1.0] * 15, *[0.0] * 5, 1.0, *[0.0] * 9, *[NAN] * 70]
    many = labels(
        positive, ["targeted"] * 20 + ["random"] * 10 + ["none"] * 70, [*[NAN] * 20, *[0.1] * 10, *[NAN] * 70]
    )
    weight = inverse_propensity(many).weight
    assert weight[20] == 1.0
    assert weight[21:30].tolist() == pytest.approx([79 / 9] * 9)
    assert weight.sum() == pytest.approx(100)
