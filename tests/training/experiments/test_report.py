"""Covers: experiments.report, experiments.cutoffs, experiments.per_cutoff, experiments.ablation, experiments.baselines, experiments.nested_runs, challenger_line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

import training.commands
import training.experiments.cutoffs
from features.matrix import FeatureMatrix
from models.forest import raw_scores
from tests.training.cases import TELLING, audit, matrix, outcomes
from training.challenger_line import challenger_line
from training.evaluation.capacity import within_capacity
from training.evaluation.frame import utc_day
from training.evaluation.label_estimates import MIN_RANDOM_POSITIVES
from training.evaluation.metrics import run_metrics
from training.evaluation.rankings import CAPACITIES, LABELS_ALONE, MODEL, PRIOR_ALONE, TRUTH, at_capacity
from training.experiments.ablation import drop_families
from training.experiments.baselines import NAMES
from training.experiments.cutoffs import Fold, by_separation, pooled, validate
from training.experiments.per_cutoff import PerCutoff
from training.experiments.report import Subject, label_counts, report_sections
from training.experiments.summary import aims, headline
from training.fit.trainer import TrainedModel, TrainingConfig, train_model
from training.labels.labels import Outcomes
from training.labels.splits import Split, rolling_splits
from training.report.plots import draw_shap
from training.report.sections import Section, table_text
from training.statistics.resampling import GroupBootstrap

MATRIX = matrix(900)
OUTCOMES = outcomes(MATRIX, share=0.6)


MANY = matrix(12_000)
MANY_OUTCOMES = outcomes(MANY, share=0.6)


@pytest.fixture(scope="module")
def many() -> list[Fold]:
    return validate(
        MANY, MANY_OUTCOMES, audit(MANY), rolling_splits(MANY_OUTCOMES, 1), TrainingConfig(), lambda _: None
    )


@pytest.fixture(scope="module")
def folds() -> list[Fold]:
    return validate(MATRIX, OUTCOMES, audit(MATRIX), rolling_splits(OUTCOMES, 1), TrainingConfig(), lambda _: None)


def test_every_alternative_stands_in_the_table_and_a_real_signal_beats_arrival_order(
    folds: list[Fold], tmp_path: Path
) -> None:
    # all are one person: kept apart by person nothing is left to learn from
    about = Subject(
        MATRIX, OUTCOMES, folds, TrainingConfig(), {"person": np.zeros(900, dtype=int), "ring": np.full(900, -1)}
    )
    sections = report_sections(about, tmp_path, lambda _: None)
    table = next(item.table for item in sections if item.title == "At 2 % capacity")
    assert table is not None
    assert set(table["ranking"]) == {MODEL, *NAMES}
    assert set(table["basis"]) == {"labels", TRUTH}
    quality = next(item.table for item in sections if item.title == "Ranking of all cases")
    assert quality is not None
    truth = quality[quality["basis"] == TRUTH].set_index("ranking")
    assert truth.loc[MODEL, "average_precision"] > 2 * truth.loc["arrival order", "average_precision"]
    check_texts({item.title: item.text for item in sections})
    for printed in training.commands._PRINTED:
        assert any(item.title.startswith(printed) for item in sections), printed
    pictures = {item.picture for item in sections if item.picture}
    assert pictures == {"splits.png", "capacity.png", "calibration.png"}
    assert all((tmp_path / name).stat().st_size > 1000 for name in pictures)


def test_with_a_prior_its_own_ranking_and_that_of_the_labels_alone_stand_beside_their_sum() -> None:
    config = TrainingConfig(prior=True)
    [fold] = validate(MANY, MANY_OUTCOMES, audit(MANY), rolling_splits(MANY_OUTCOMES, 1), config, lambda _: None)
    assert set(fold.rankings) == {MODEL, PRIOR_ALONE, LABELS_ALONE, *NAMES}
    prior, labels, weight = fold.rankings[PRIOR_ALONE], fold.rankings[LABELS_ALONE], fold.model.prior_weight
    raw = fold.model.scorer.raw_scores(MANY.values[fold.split.evaluation])
    # labels as weighted in the sum; each of 400 leaves of the weighted prior is rounded to a multiple of 2^-7
    assert np.abs(raw - (weight * prior + labels)).max() <= 400 * 2.0**-8
    assert np.ptp(labels) > 0


def check_texts(text: dict[str, str]) -> None:
    first = text["Is it better?"]
    assert "Minors are ranked among all others" in first
    assert "“about” where the lift itself is" in first
    assert "not the sum of each below" in text["At 2 % capacity"]
    assert "Estimates by labels rest on few random positives" in text["At every capacity"]
    assert "calibration by labels, weighted to all cases" in text["Per cut-off, ranking and calibration"]
    apart = text["No shared person or ring"]
    assert "no training row of the same ring." in apart
    assert "Not possible by person" in apart
    assert "as known at the last outcome on record" in text["Labels, as known at each cut-off"]
    assert "most indications are false" in text["Selection"]


def test_the_terminal_gets_the_validation_and_ends_with_what_is_beaten_and_where_the_rest_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sections = [
        Section("Is it better?", "**not beaten: none**."), Section("At 2 % capacity"), Section("Cut-offs"),
        Section("By typology"), Section("Sampling schemes"), Section("At length", appendix=True),
    ]  # fmt: skip
    training.commands._print("visa", sections, Path("there"))
    printed = [line for line in capsys.readouterr().out.splitlines() if line]
    assert [line.removeprefix("visa: ") for line in printed[1:]] == [
        "At 2 % capacity", "Cut-offs", "Is it better?", "**not beaten: none**.",
        "3 more sections and the pictures in there/report.html",
    ]  # fmt: skip


def test_a_real_signal_selects_twice_the_people_of_arrival_order(many: list[Fold]) -> None:
    # 900 cases leave three interviews at 2 %; of 12,000 there are some forty
    frame, rankings = pooled(many)
    table = at_capacity(frame, rankings, GroupBootstrap.of(frame, np.random.default_rng(1)), capacities=(0.02,))
    truth = table[table["basis"] == TRUTH].set_index("ranking")
    assert truth.loc[MODEL, "recall"] > 2 * truth.loc["arrival order", "recall"]


def test_reasons_add_up_to_all_cases_at_every_cutoff(folds: list[Fold]) -> None:
    table = label_counts(Subject(MATRIX, OUTCOMES, folds, TrainingConfig(), {}))
    assert (table.drop(columns="reason").sum() == 900).all()
    # the last was recorded thirty days after the last case of which anything is known
    assert table.columns[-1] == f"{utc_day(OUTCOMES.last_known_at())} (end of records)"


def test_all_cutoffs_together_are_the_sum_of_each_only_where_their_weeks_and_blocks_stay_apart() -> None:
    # a post of thirty cases a week; the cut-off falls in the middle of the third of four weeks
    weeks = np.repeat(np.arange(4), 30)
    frame = pd.DataFrame({"post": "XX", "week": weeks, "as_of": np.arange(120)})
    score = np.random.default_rng(1).random(120)
    early = np.arange(120) < 75
    each = np.empty(120, dtype=bool)
    for part in (early, ~early):
        each[part] = within_capacity(frame[part].reset_index(drop=True), score[part], 0.02)
    case_group = within_capacity(frame, score, 0.02)
    assert case_group.tolist() != each.tolist()
    apart = frame.assign(post=np.where(early, "XX before", "XX after"))
    assert within_capacity(apart, score, 0.02).tolist() == each.tolist()


def test_leaving_out_what_tells_costs_most(folds: list[Fold]) -> None:
    table = drop_families(MATRIX, folds[-1], TrainingConfig(), np.random.default_rng(1))
    assert table[table["basis"] == TRUTH].iloc[0]["left out"] == MATRIX.catalogue.by_name(TELLING).family


def test_without_a_truth_nothing_is_stated_by_truth(folds: list[Fold]) -> None:
    blind = replace(folds[-1], frame=folds[-1].frame.assign(truth=np.nan))
    assert not any(name.startswith("truth_") for name in _figures(MATRIX, OUTCOMES, [blind]))


def test_figures_of_a_run_are_finite_and_have_intervals(many: list[Fold]) -> None:
    results = _figures(MANY, MANY_OUTCOMES, many[-1:])
    assert all(np.isfinite(value) for value in results.values())
    assert results["recall_at_2_0pct_low"] <= results["recall_at_2_0pct"] <= results["recall_at_2_0pct_high"]
    assert results["cases"] == len(many[-1].split.evaluation)
    assert results["random_positives"] >= MIN_RANDOM_POSITIVES


def test_what_too_few_random_findings_carry_is_no_figure(many: list[Fold]) -> None:
    # nine of the random interviews found indications, the others nothing: one too few
    frame = many[-1].frame.copy()
    frame.loc[np.flatnonzero(frame["interview_finding"] == 1.0)[MIN_RANDOM_POSITIVES - 1 :], "interview_finding"] = 0.0
    results = run_metrics(frame, {MODEL: many[-1].rankings[MODEL]}, GroupBootstrap.of(frame, np.random.default_rng(1)))
    assert results["random_positives"] == MIN_RANDOM_POSITIVES - 1
    assert not any(name.startswith(("recall_at", "precision_at", "average_precision", "auc")) for name in results)
    line = challenger_line("1", many[-1].model, results)
    assert "lift not known: 9 random positives, 10 needed" in line
    assert "0.000" not in line
    table = at_capacity(frame, many[-1].rankings, GroupBootstrap.of(frame, np.random.default_rng(1)))
    shown = table_text(table[table["basis"] == "labels"])
    assert "not known" in shown
    assert "0.000 [0.000, 0.000]" not in shown
    blind = table[table["basis"] == "labels"]
    assert "not known" in headline(blind)
    assert set(aims(blind)["state"]) == {"not known"}


def test_each_cutoff_has_all_its_figures_and_the_pooled_precision_is_their_mean(
    folds: list[Fold], many: list[Fold]
) -> None:
    two = [folds[-1], replace(many[-1])]
    each = PerCutoff.of(two, np.random.default_rng(1))
    long = each.long()
    dates = [utc_day(fold.split.cutoff_us) for fold in two]
    assert set(long["cut-off"]) == set(dates)
    truth = long[(long["basis"] == TRUTH) & (long["ranking"] == MODEL)]
    assert set(truth["figure"]) == {"recall", "precision", "per_100", "lift", "average_precision", "auc"}
    assert set(truth[truth["figure"] == "precision"]["capacity"]) == set(CAPACITIES)
    assert {"calibration_slope", "calibration_error"} <= set(long["figure"])
    figures_of = truth[truth["figure"] == "average_precision"].set_index("cut-off")["value"]
    # by hand from each cut-off's own scores
    by_hand = [average_precision_score(fold.frame["truth"], fold.rankings[MODEL]) for fold in two]
    assert figures_of.loc[dates].tolist() == pytest.approx(by_hand)
    mean = each.mean_quality().set_index(["basis", "ranking"]).loc[(TRUTH, MODEL)]
    assert mean["average_precision"] == pytest.approx(np.mean(by_hand))
    assert len(each.of_model()) == 2 * len(CAPACITIES)


def test_the_report_keeps_evaluated_people_and_rings_out_of_what_teaches(
    folds: list[Fold], monkeypatch: pytest.MonkeyPatch
) -> None:
    observed: list[Split] = []

    def wrapped(built: FeatureMatrix, split: Split, config: TrainingConfig) -> TrainedModel:
        observed.append(split)
        return train_model(built, split, config)

    monkeypatch.setattr(training.experiments.cutoffs, "train_model", wrapped)
    last = folds[-1]
    ring = np.where(np.arange(900) % 9 == 0, 4, -1)
    table = by_separation(MATRIX, last, TrainingConfig(), {"ring": ring}, np.random.default_rng(1))
    [split] = observed
    fitted_rows = split.labels.positive  # as known at the cut-off
    assert len(fitted_rows) == 900
    assert not (ring[np.concatenate([split.fit, split.calibrate])] == 4).any()
    left_out = table.set_index("separated by")["training rows left out"]
    assert left_out.loc["ring"].iloc[0] == (ring[np.concatenate([last.split.fit, last.split.calibrate])] == 4).sum() > 0


def test_the_picture_of_what_moves_the_score_bears_a_feature_that_says_nothing(tmp_path: Path) -> None:
    values = MATRIX.values[:50].copy()
    values[:, 0] = np.nan
    draw_shap(tmp_path / "shap.png", MATRIX.catalogue.names, values, np.zeros_like(values))
    assert (tmp_path / "shap.png").stat().st_size > 1000


def _figures(built: FeatureMatrix, results: Outcomes, folds: list[Fold]) -> dict[str, float]:
    frame, rankings = pooled(folds)
    kept = {name: rankings[name] for name in (MODEL, "arrival order", "checklist")}
    return run_metrics(frame, kept, GroupBootstrap.of(frame, np.random.default_rng(1)))


def test_scores_in_the_frame_are_those_of_the_model(folds: list[Fold]) -> None:
    last = folds[-1]
    again = last.model.scorer.calibration.scores(
        raw_scores(last.model.scorer.forest, MATRIX.values[last.split.evaluation])
    )
    assert np.array_equal(last.frame["score"].to_numpy(), again)
