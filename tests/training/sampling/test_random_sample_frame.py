from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.evaluation.population import population_estimate
from training.labels.labels import ALL_FILES, ARMS, RANDOM_SAMPLE_FRAMES, UNFLAGGED_FILES, Labels
from training.sampling.random_sample_frame import AGREES, CONTRADICTED, UNDECIDED, check_sample_frame

N = 20_000
TARGETED, RANDOM = ARMS.index("targeted"), ARMS.index("random")


def drawn_world(declared: str, seed: int, *, chosen_twice: bool = True) -> tuple[Labels, np.ndarray]:  # type: ignore[type-arg]
    """Officers choose half of the exploited and 5 % of the others; a tenth is drawn among all files, or of what they left.

    Returns the labels, declared as they were drawn, and who is exploited.
    """
    rng = np.random.default_rng(seed)
    exploited = rng.random(N) < 0.02
    wanted = rng.random(N) < np.where(exploited, 0.5, 0.05)
    drawn = rng.random(N) < 0.1
    if declared == UNFLAGGED_FILES:
        drawn &= ~wanted
    elif not chosen_twice:
        wanted &= ~drawn
    arm = np.where(wanted, TARGETED, np.where(drawn, RANDOM, 0))
    recorded = np.where(wanted | drawn, exploited * 1.0, np.nan)
    return Labels(recorded, arm, np.where(drawn, 0.1, np.nan), {}, sampled=drawn, sample_frame=declared), exploited


@pytest.mark.parametrize("declared", RANDOM_SAMPLE_FRAMES)
def test_only_under_the_right_declaration_do_intervals_cover_the_truth(declared: str) -> None:
    right = wrong = 0
    other = UNFLAGGED_FILES if declared == ALL_FILES else ALL_FILES
    for seed in range(60):
        labels, exploited = drawn_world(declared, seed, chosen_twice=False)
        right += population_estimate(labels).prevalence.covers(exploited.mean())
        wrong += population_estimate(replace(labels, sample_frame=other)).prevalence.covers(exploited.mean())
    # 95 % nominal; three standard errors of 60 tries below it is 86 %
    assert right / 60 > 0.86
    assert wrong / 60 < 0.3


def test_a_declaration_that_the_records_contradict_is_named() -> None:
    as_of = np.arange(N)
    for seed in range(20):
        of_all, _ = drawn_world(ALL_FILES, seed)
        result = check_sample_frame(of_all, as_of)
        # of 2,000 drawn, officers choose 5.9 %
        assert result.verdict == AGREES
        assert result.expected == pytest.approx(118, abs=30)
        assert check_sample_frame(replace(of_all, sample_frame=UNFLAGGED_FILES), as_of).verdict == CONTRADICTED
        unflagged, _ = drawn_world(UNFLAGGED_FILES, seed)
        assert check_sample_frame(unflagged, as_of).verdict == AGREES


def test_no_case_both_drawn_and_chosen_fits_either_and_the_report_says_what_that_means() -> None:
    as_of = np.arange(N)
    for labels in (
        drawn_world(ALL_FILES, 1, chosen_twice=False)[0],
        replace(drawn_world(UNFLAGGED_FILES, 1)[0], sample_frame=ALL_FILES),
    ):
        result = check_sample_frame(labels, as_of)
        assert result.verdict == UNDECIDED
        assert "--random-sample-frame unflagged-files" in result.summary


def test_a_random_sample_that_estimates_fewer_people_than_officers_identified_was_not_drawn_among_all() -> None:
    # officers found all 400; of 1,000 drawn among the others nobody showed anything, which leaves room for 0.7 % of 20,000
    arm = np.zeros(N, dtype=np.int64)
    arm[:1000], arm[1000:1400] = RANDOM, TARGETED
    recorded = np.where(arm == TARGETED, 1.0, np.where(arm == RANDOM, 0.0, np.nan))
    labels = Labels(recorded, arm, np.where(arm == RANDOM, 0.05, np.nan), {})
    assert check_sample_frame(labels, np.arange(N)).verdict == CONTRADICTED


def test_a_drawn_case_that_officers_chose_as_well_few_times_was_left_out_of_the_random_sample() -> None:
    labels, _ = drawn_world(ALL_FILES, 3)
    # nine in ten of those chosen twice are removed from the random sample
    twice = np.flatnonzero(labels.randomly_sampled & (labels.arm == TARGETED))
    drawn = labels.randomly_sampled.copy()
    drawn[twice[: int(0.9 * len(twice))]] = False
    result = check_sample_frame(
        replace(labels, sampled=drawn, inclusion_probability=np.where(drawn, 0.1, np.nan)), np.arange(N)
    )
    assert result.verdict == CONTRADICTED


def test_who_was_chosen_before_the_random_sample_began_says_nothing_of_it() -> None:
    labels, _ = drawn_world(ALL_FILES, 0)
    # as many cases before, of whom officers chose every one
    before = Labels(
        np.concatenate([np.zeros(N), labels.positive]), np.concatenate([np.full(N, TARGETED), labels.arm]),
        np.concatenate([np.full(N, np.nan), labels.inclusion_probability]), {}, sampled=np.concatenate([np.zeros(N, bool), labels.randomly_sampled]),
        sample_frame=ALL_FILES,
    )  # fmt: skip
    result, alone = check_sample_frame(before, np.arange(2 * N)), check_sample_frame(labels, np.arange(N))
    assert result.expected == pytest.approx(alone.expected, rel=0.01)
    assert (result.drawn, result.also_targeted, result.verdict) == (alone.drawn, alone.also_targeted, alone.verdict)
