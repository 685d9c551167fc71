from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.data.labels import ALL_FILES, ARMS, LOTS, UNFLAGGED_FILES, Labels
from training.data.lot import AGREES, CONTRADICTED, NOT_TOLD, check_lot
from training.evaluation.population import describe_population

N = 20_000
TARGETED, RANDOM = ARMS.index("targeted"), ARMS.index("random")


def drawn_world(lot_of: str, seed: int, *, chosen_twice: bool = True) -> tuple[Labels, np.ndarray]:  # type: ignore[type-arg]
    """Officers choose half of the exploited and 5 % of the others; a tenth is drawn among all files, or of what they left.

    Returns the labels, declared as they were drawn, and who is exploited.
    """
    rng = np.random.default_rng(seed)
    exploited = rng.random(N) < 0.02
    wanted = rng.random(N) < np.where(exploited, 0.5, 0.05)
    drawn = rng.random(N) < 0.1
    if lot_of == UNFLAGGED_FILES:
        drawn &= ~wanted
    elif not chosen_twice:
        wanted &= ~drawn
    arm = np.where(wanted, TARGETED, np.where(drawn, RANDOM, 0))
    found = np.where(wanted | drawn, exploited * 1.0, np.nan)
    return Labels(found, arm, np.where(drawn, 0.1, np.nan), {}, drawn=drawn, lot=lot_of), exploited


@pytest.mark.parametrize("lot_of", LOTS)
def test_only_under_the_right_declaration_do_intervals_cover_the_truth(lot_of: str) -> None:
    right = wrong = 0
    other = UNFLAGGED_FILES if lot_of == ALL_FILES else ALL_FILES
    for seed in range(60):
        labels, exploited = drawn_world(lot_of, seed, chosen_twice=False)
        right += describe_population(labels).prevalence.covers(exploited.mean())
        wrong += describe_population(replace(labels, lot=other)).prevalence.covers(exploited.mean())
    # 95 % nominal; three standard errors of 60 tries below it is 86 %
    assert right / 60 > 0.86
    assert wrong / 60 < 0.3


def test_a_declaration_that_the_records_contradict_is_named() -> None:
    as_of = np.arange(N)
    for seed in range(20):
        of_all, _ = drawn_world(ALL_FILES, seed)
        told = check_lot(of_all, as_of)
        # of 2,000 drawn, officers choose 5.9 %
        assert told.verdict == AGREES
        assert told.expected == pytest.approx(118, abs=30)
        assert check_lot(replace(of_all, lot=UNFLAGGED_FILES), as_of).verdict == CONTRADICTED
        unflagged, _ = drawn_world(UNFLAGGED_FILES, seed)
        assert check_lot(unflagged, as_of).verdict == AGREES


def test_no_case_both_drawn_and_chosen_fits_either_and_the_report_says_what_that_means() -> None:
    as_of = np.arange(N)
    for labels in (
        drawn_world(ALL_FILES, 1, chosen_twice=False)[0],
        replace(drawn_world(UNFLAGGED_FILES, 1)[0], lot=ALL_FILES),
    ):
        told = check_lot(labels, as_of)
        assert told.verdict == NOT_TOLD
        assert "--lot unflagged-files" in told.words


def test_a_lot_that_speaks_of_fewer_people_than_officers_found_was_not_drawn_among_all() -> None:
    # officers found all 400; of 1,000 drawn among the others nobody showed anything, which leaves room for 0.7 % of 20,000
    arm = np.zeros(N, dtype=np.int64)
    arm[:1000], arm[1000:1400] = RANDOM, TARGETED
    found = np.where(arm == TARGETED, 1.0, np.where(arm == RANDOM, 0.0, np.nan))
    labels = Labels(found, arm, np.where(arm == RANDOM, 0.05, np.nan), {})
    assert check_lot(labels, np.arange(N)).verdict == CONTRADICTED


def test_a_drawn_case_that_officers_chose_as_well_few_times_was_left_out_of_the_lot() -> None:
    labels, _ = drawn_world(ALL_FILES, 3)
    # nine in ten of those chosen twice are struck from the lot
    twice = np.flatnonzero(labels.drawn & (labels.arm == TARGETED))  # type: ignore[operator]
    drawn = labels.drawn.copy()  # type: ignore[union-attr]
    drawn[twice[: int(0.9 * len(twice))]] = False
    told = check_lot(replace(labels, drawn=drawn, inclusion=np.where(drawn, 0.1, np.nan)), np.arange(N))
    assert told.verdict == CONTRADICTED


def test_who_was_chosen_before_the_lot_began_says_nothing_of_it() -> None:
    labels, _ = drawn_world(ALL_FILES, 0)
    # as many cases before, of whom officers chose every one
    before = Labels(
        np.concatenate([np.zeros(N), labels.positive]), np.concatenate([np.full(N, TARGETED), labels.arm]),
        np.concatenate([np.full(N, np.nan), labels.inclusion]), {}, drawn=np.concatenate([np.zeros(N, bool), labels.by_lot]),
        lot=ALL_FILES,
    )  # fmt: skip
    told, alone = check_lot(before, np.arange(2 * N)), check_lot(labels, np.arange(N))
    assert told.expected == pytest.approx(alone.expected, rel=0.01)
    assert (told.drawn, told.also_chosen, told.verdict) == (alone.drawn, alone.also_chosen, alone.verdict)
