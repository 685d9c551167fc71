"""Covers: evaluation.label_estimates, evaluation.population, evaluation.capacity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.evaluation.label_estimates import MIN_RANDOM_POSITIVES, LabelEstimates, estimand
from training.evaluation.rankings import LABELS, MODEL, TRUTH, at_capacity
from training.labels.labels import ALL_FILES, RANDOM_SAMPLE_FRAMES
from training.statistics.intervals import InterviewError
from training.statistics.resampling import GroupBootstrap

NAN = float("nan")


def sixty(found_among_others: int = 2) -> pd.DataFrame:
    """The lot drew all of the first 30 cases, with 12 findings, and 10 of the other 30."""
    answer = np.array(
        [1.0] * 12 + [0.0] * 18 + [1.0] * found_among_others + [0.0] * (10 - found_among_others) + [NAN] * 20
    )
    drawn = ~np.isnan(answer)
    return pd.DataFrame(
        {"post": "XX-ANY", "week": 1, "as_of": range(60), "label": answer, "interview_finding": answer, "weight": drawn * 1.5, "randomly_sampled": drawn,
         "arm": np.where(drawn, "random", "none"), "inclusion_probability": np.where(drawn, 2 / 3, NAN), "sample_frame": ALL_FILES, "truth": NAN,
         "ring": pd.Series([None] * 60, dtype=object)}
    )  # fmt: skip


def table(frame: pd.DataFrame, error: InterviewError | None = None) -> pd.DataFrame:
    rankings = {MODEL: -np.arange(60.0), "the reverse": np.arange(60.0)}
    drawn = GroupBootstrap.of(frame, np.random.default_rng(1), 10)
    return at_capacity(frame, rankings, drawn, capacities=(0.5,), error=error).set_index(["basis", "ranking"])


def test_figures_by_labels_are_those_of_the_random_arm_by_hand() -> None:
    model = table(sixty()).loc[(LABELS, MODEL)]
    # 12 of 30 drawn of 30 called in, so 12 people; 2 of 10 drawn of the 30 others, so 6
    assert model["positives"] == pytest.approx(60 * 14 / 40)
    assert model["recall"] == pytest.approx(12 / 18)
    assert model["per_100"] == pytest.approx(40.0)
    assert model["random_positives"] == 14
    assert table(sixty()).loc[(LABELS, "the reverse"), "lift"] == pytest.approx(2.0)
    assert model["recall_low"] < 12 / 18 < model["recall_high"]


def test_where_no_finding_was_missed_the_interval_still_leaves_room_for_people_whom_nobody_met() -> None:
    model = table(sixty(0)).loc[(LABELS, MODEL)]
    assert model["recall"] == 1.0
    # of 10 drawn without a finding up to 26 % may be concerned (mid-P: 0.5 (1 - p)^10 = 0.025), of 30 people 7.8
    assert model["recall_low"] < 12 / (12 + 30 * 0.2)


def test_declared_rates_turn_indications_into_exploited_people() -> None:
    model = table(sixty(), InterviewError(0.8, 0.1)).loc[(LABELS, MODEL)]
    # (0.4 - 0.1) / 0.7 of 30 and (0.2 - 0.1) / 0.7 of 30
    assert model["recall"] == pytest.approx(0.3 / 0.4)
    assert model["per_100"] == pytest.approx(100 * 0.3 / 0.7)


def test_with_fewer_findings_than_carry_a_figure_it_is_not_known_and_the_reason_says_what_is_needed() -> None:
    frame = sixty(0)
    frame.loc[[0, 1, 2], ["interview_finding", "label"]] = 0.0
    by = LabelEstimates.of(frame)
    assert (by.random_interviews, by.random_positives) == (40, MIN_RANDOM_POSITIVES - 1)
    row = table(frame).loc[(LABELS, MODEL)]
    assert row[["recall", "recall_low", "per_100", "positives"]].isna().all()
    # 10 at 9 of 40 are 44.4
    assert "about 45 random interviews would be needed" in by.reason()
    # none of 40: at most 1 - (0.05)^(1/40) = 7.2 % in mid-P terms, so more than 138
    assert "more than 1" in LabelEstimates.of(frame.assign(interview_finding=frame["interview_finding"] * 0)).reason()
    assert "0 random interviews" in LabelEstimates.of(frame.assign(inclusion_probability=NAN)).reason()


def test_cases_from_before_the_random_sample_are_not_counted() -> None:
    early = sixty().assign(
        randomly_sampled=False, arm="none", interview_finding=NAN, label=NAN, inclusion_probability=NAN
    )
    both = pd.concat([early, sixty().assign(as_of=range(60, 120))], ignore_index=True)
    by = LabelEstimates.of(both)
    assert by.within.sum() == 60
    assert by.figures(np.arange(120) % 2 == 0)["interviews"] == 30


def test_a_typology_counts_findings_among_all_whom_the_random_sample_drew() -> None:
    # known of the twelve found alone; everybody else has none
    only = np.arange(60) < 12
    by = LabelEstimates.of(sixty(), only, positives_only=True)
    assert by.random_positives == 12
    assert by.figures(np.arange(60) < 30)["recall"] == 1.0
    assert not LabelEstimates.of(sixty(), only, InterviewError(0.8, 0.1), positives_only=True).known


def test_what_is_estimated_is_stated() -> None:
    assert "with indications in a protective interview" in estimand(None, ALL_FILES)
    assert "exploited people, at a declared sensitivity of 45.0%" in estimand(InterviewError(0.45, 0.006), ALL_FILES)


@pytest.mark.parametrize("sample_frame", RANDOM_SAMPLE_FRAMES)
def test_intervals_by_labels_cover_the_truth_near_their_nominal_rate(sample_frame: str) -> None:
    rng, n, worlds = np.random.default_rng(17), 4000, 120
    error = InterviewError(0.7, 0.01)
    covered = {"recall": 0, "per_100": 0, "lift": 0}
    known = 0
    for _ in range(worlds):
        exploited = rng.random(n) < 0.05
        answer = (rng.random(n) < np.where(exploited, 0.7, 0.01)) * 1.0
        wanted = rng.random(n) < np.where(exploited, 0.3, 0.05)
        drawn = rng.random(n) < 0.15
        drawn, wanted = (drawn, wanted & ~drawn) if sample_frame == ALL_FILES else (drawn & ~wanted, wanted)
        limit_text = drawn | wanted
        result = np.where(limit_text, answer, NAN)
        frame = pd.DataFrame(
            {"post": "XX-ANY", "week": 1, "as_of": range(n), "label": result, "interview_finding": result, "weight": 1.0, "randomly_sampled": drawn, "sample_frame": sample_frame,
             "arm": np.where(drawn, "random", np.where(wanted, "targeted", "none")), "inclusion_probability": np.where(drawn, 0.15, NAN),
             "truth": exploited * 1.0, "ring": pd.Series([None] * n, dtype=object)}
        )  # fmt: skip
        noise, apart = rng.normal(size=n), rng.normal(size=n)
        rankings = {MODEL: 1.5 * exploited + noise, "other": 0.8 * exploited + 0.8 * noise + 0.6 * apart}
        resampled = GroupBootstrap.of(frame, rng, 2)
        table = at_capacity(frame, rankings, resampled, capacities=(0.2,), error=error).set_index(["basis", "ranking"])
        if np.isnan(table.loc[(LABELS, MODEL), "recall"]):
            continue
        known += 1
        for name, ranking in (("recall", MODEL), ("per_100", MODEL), ("lift", "other")):
            low, high = table.loc[(LABELS, ranking), [f"{name}_low", f"{name}_high"]]
            covered[name] += low <= table.loc[(TRUTH, ranking), name] <= high
    assert known > 0.9 * worlds
    # 95 % nominal; three standard errors of 120 tries below it is 89 %
    assert min(covered.values()) / known > 0.89, covered
