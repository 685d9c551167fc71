from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import training.commands
from features.matrix import FeatureMatrix
from models.forest import raw_scores
from tests.training.cases import TELLING, audit, matrix, outcomes
from training.alternatives import NAMES
from training.drop_one import drop_families
from training.evaluate import MODEL, TRUTH, Resampled, at_capacity
from training.figures import figures
from training.labels import Findings
from training.making import How
from training.plots import draw_shap
from training.report import Subject, label_counts, report_sections
from training.splits import rolling
from training.validation import Fold, pooled, validate

MADE = matrix(900)
FOUND = outcomes(MADE, share=0.6)


@pytest.fixture(scope="module")
def folds() -> list[Fold]:
    return validate(MADE, FOUND, audit(MADE), rolling(FOUND, 1), How(), lambda _: None)


def test_every_alternative_stands_in_the_table_and_a_real_signal_beats_arrival_order(
    folds: list[Fold], tmp_path: Path
) -> None:
    about = Subject(MADE, FOUND, folds, How(), {"person": np.arange(900), "ring": np.full(900, -1)})
    sections = report_sections(about, tmp_path, lambda _: None)
    table = next(one.table for one in sections if one.title == "At 2 % capacity")
    assert table is not None
    assert set(table["ranking"]) == {MODEL, *NAMES}
    assert set(table["basis"]) == {"labels", TRUTH}
    quality = next(one.table for one in sections if one.title == "Ranking of all cases")
    assert quality is not None
    truth = quality[quality["basis"] == TRUTH].set_index("ranking")
    assert truth.loc[MODEL, "average_precision"] > 2 * truth.loc["arrival order", "average_precision"]
    pictures = {one.picture for one in sections if one.picture}
    assert pictures == {"splits.png", "capacity.png", "calibration.png"}
    assert all((tmp_path / name).stat().st_size > 1000 for name in pictures)


def test_the_terminal_gets_the_validation_and_ends_with_what_is_beaten_and_where_the_rest_is(
    folds: list[Fold], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = Subject(MADE, FOUND, folds, How(), {"person": np.arange(900), "ring": np.full(900, -1)})
    sections = report_sections(about, tmp_path, lambda _: None)
    training.commands._print("visa", sections, tmp_path)
    printed = capsys.readouterr().out
    titles = [one.removeprefix("visa: ") for one in printed.splitlines() if one.startswith("visa: ")]
    for needed in ("At 2 % capacity", "At every capacity", "Cut-offs", "Per cut-off, at 2 % capacity"):
        assert needed in titles
    assert not any(one.title in titles for one in sections if one.appendix)
    assert not any(title.startswith("By typology") for title in titles)
    assert "not beaten:" in printed[printed.index("visa: Does it earn its place?") :]
    assert titles[-2] == "Does it earn its place?"
    assert printed.splitlines()[-1].endswith(str(tmp_path / "report.html"))
    # a heading, a text and a table for each, and no more: a screen or two
    assert len(printed.splitlines()) < 110


def test_a_real_signal_reaches_twice_the_people_of_arrival_order() -> None:
    # 900 cases leave three interviews at 2 %; of 4,000 there are fourteen, and 56 people concerned
    made = matrix(4000)
    found = outcomes(made, share=0.6)
    frame, rankings = pooled(validate(made, found, audit(made), rolling(found, 1), How(), lambda _: None))
    table = at_capacity(frame, rankings, Resampled(frame, np.random.default_rng(1)), capacities=(0.02,))
    truth = table[table["basis"] == TRUTH].set_index("ranking")
    assert truth.loc[MODEL, "recall"] > 2 * truth.loc["arrival order", "recall"]


def test_reasons_add_up_to_all_cases_at_every_cutoff(folds: list[Fold]) -> None:
    table = label_counts(Subject(MADE, FOUND, folds, How(), {}))
    assert (table.drop(columns="reason").sum() == 900).all()


def test_leaving_out_what_tells_costs_most(folds: list[Fold]) -> None:
    table = drop_families(MADE, folds[-1], How(), np.random.default_rng(1))
    assert table[table["basis"] == TRUTH].iloc[0]["left out"] == MADE.catalogue.by_name(TELLING).family


def test_without_a_truth_nothing_is_said_by_truth(folds: list[Fold]) -> None:
    blind = replace(folds[-1], frame=folds[-1].frame.assign(truth=np.nan))
    assert not any(name.startswith("truth_") for name in _figures(MADE, FOUND, [blind]))


def test_figures_of_a_run_are_finite_and_have_intervals(folds: list[Fold]) -> None:
    found = _figures(MADE, FOUND, folds[-1:])
    assert all(np.isfinite(value) for value in found.values())
    assert found["recall_at_2_0pct_low"] <= found["recall_at_2_0pct"] <= found["recall_at_2_0pct_high"]
    assert found["cases"] == len(folds[-1].split.judge)


def test_the_picture_of_what_moves_the_score_bears_a_feature_that_says_nothing(tmp_path: Path) -> None:
    values = MADE.values[:50].copy()
    values[:, 0] = np.nan
    draw_shap(tmp_path / "shap.png", MADE.catalogue.names, values, np.zeros_like(values))
    assert (tmp_path / "shap.png").stat().st_size > 1000


def _figures(made: FeatureMatrix, found: Findings, folds: list[Fold]) -> dict[str, float]:
    frame, rankings = pooled(folds)
    kept = {name: rankings[name] for name in (MODEL, "arrival order", "checklist")}
    return figures(frame, kept, Resampled(frame, np.random.default_rng(1)))


def test_scores_in_the_frame_are_those_of_the_model(folds: list[Fold]) -> None:
    last = folds[-1]
    again = last.made.calibration.scores(raw_scores(last.made.forest, MADE.values[last.split.judge]))
    assert np.array_equal(last.frame["score"].to_numpy(), again)
