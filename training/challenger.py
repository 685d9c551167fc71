"""How does a challenger come about? Records to cases, a model, its figures, perhaps a report, and what the gate will read."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.matrix import FeatureMatrix
from features.settings import Settings
from models.shap_values import contributions
from models.signing import load_or_create_key
from training.data.kinship import found_together
from training.data.lot import CONTRADICTED, LotCheck, check_lot
from training.data.selection import Weights
from training.data.splits import Split, final_labels, last_split
from training.evaluation.by_labels import LEAST_FOUND, labels_of
from training.evaluation.checklist import checklist_scores
from training.evaluation.evaluate import MODEL, at_capacity
from training.fitting.cases import Cases
from training.fitting.fit import fit
from training.fitting.making import Grow, How, Made, make
from training.fitting.tuning import tune
from training.gate.evidence import Judged, JudgingPart
from training.gate.model_card import NOT_RECORDED
from training.reporting.full_report import Wanted, full_report
from training.reporting.plots import draw_capacity, draw_reliability, draw_shap, draw_splits
from training.reporting.report import CUTOFFS, EVERY_CUTOFF
from training.reporting.sections import UNKNOWN, Section, write
from training.statistics.resampling import Resampled
from training.submission import Submission, golden_rows, submit
from training.tracking.nested_runs import note_cutoffs, note_trials
from training.tracking.provenance import DataSeen, data_hash
from training.tracking.registry import Registry, Run
from training.validation.alternatives import ARRIVAL, CHECKLIST
from training.validation.figures import figures
from training.validation.rolling import judging_frame

DRAWN_ROWS = 5_000
"""Cases in the picture of what moves the score; more would only thicken the dots."""
DATASHEET = "datasheet.md"


def datasheet_of(folder: Path) -> Path | None:
    """Return the file in which somebody described the data, if there is one beside them."""
    path = folder / DATASHEET
    return path if path.exists() else None


def train_challenger(
    cases: Cases, how: How, wanted: Wanted, settings: Settings, progress: Callable[[str], None],
    grow: Grow = fit,
) -> tuple[str, list[Section]]:  # fmt: skip
    """Make, judge, report and register a challenger.

    Returns
    -------
    str, list of Section
        One line about it, and the report (empty if none was wanted).

    Raises
    ------
    TooFewLabels
        If there is not enough to learn from.
    """
    split = cases.split or last_split(cases.found)
    data = data_hash(cases.records)
    # open from here on, so that its times and system metrics are those of the whole work
    tags = {"kind": "train" if wanted.report is None else "report", "data_sha256": data}
    with Registry(settings).run(cases.matrix.subject, what=f"{how.scheme} seed {how.seed}", tags=tags) as run:
        return _trained(cases, split, how, wanted, settings, progress, grow, run, data)


def _trained(
    cases: Cases, split: Split, how: How, wanted: Wanted, settings: Settings, progress: Callable[[str], None],
    grow: Grow, run: Run, data: str,
) -> tuple[str, list[Section]]:  # fmt: skip
    matrix, found = cases.matrix, cases.found
    if wanted.budget is not None:
        progress("tuning on earlier cut-offs …")
        tuned = tune(matrix, found, split, how, wanted.budget, settings.home / "tuning.db", progress)
        progress(f"tuned: inner average precision {tuned.value:.4f}, defaults {tuned.default_value:.4f}")
        note_trials(run, tuned.trials)
        how = replace(how, tuned=tuned.parameters)
    progress(f"growing trees on {len(split.fit):,} interviewed cases …")
    made = make(matrix, split, how, grow, cases.taught)
    frame, weights = judging_frame(matrix, found, cases.audit, split)
    frame["together"] = found_together(cases.records, matrix.subject, frame)
    judged = matrix.values[split.judge]
    rankings = {
        MODEL: made.scores(judged),
        ARRIVAL: -matrix.as_of[split.judge].astype(np.float64),
        CHECKLIST: checklist_scores(judged, matrix.catalogue),
    }
    frame["score"] = rankings[MODEL]
    progress("judging …")
    resampled = Resampled.of(frame, np.random.default_rng(how.seed))
    metrics = figures(frame, rankings, resampled, error=how.error)
    with tempfile.TemporaryDirectory() as place:
        artifacts = Path(place)
        _draw(artifacts / "plots", matrix, split, made, frame, at_capacity(frame, rankings, resampled, error=how.error))
        sections = full_report(cases, how, wanted, progress, made)
        if wanted.report is not None:
            title = f"Does the {matrix.subject} model earn its place?"
            write(wanted.report, title, sections)
            copy_report(wanted.report, artifacts / "report", sections)
            tables = {one.title: one.table for one in sections if one.table is not None}
            note_cutoffs(run, tables[CUTOFFS], tables[EVERY_CUTOFF])
        if wanted.datasheet is not None:
            (artifacts / wanted.datasheet.name).write_bytes(wanted.datasheet.read_bytes())
        progress("gathering evidence for the gate …")
        part = JudgingPart(
            frame, judged, {"arrival": rankings[ARRIVAL], "checklist": rankings[CHECKLIST]}, _labelled(cases),
            _looked_at(cases),
        )  # fmt: skip
        about = {
            **_about(made, split, how, matrix, cases.found.lot), "data_sha256": data, "trained_by": wanted.trained_by or NOT_RECORDED,
        }  # fmt: skip
        _log(run, made, split, how, matrix, weights, metrics, about)
        taught = matrix.values[made.taught.whole.rows]
        version, _ = submit(
            run,
            Submission(
                made.fitted.text, Judged(made.forest, made.calibration), taught, golden_rows(taught), part, about
            ),
            records=cases.records, catalogue=matrix.catalogue, artifacts=artifacts,
            key=load_or_create_key(settings.signing_key_path), seed=how.seed,
        )  # fmt: skip
    checked = check_lot(labels_of(frame), matrix.as_of[split.judge])
    return line_of(version, made, metrics, checked), sections


def copy_report(written: Path, to: Path, sections: Sequence[Section]) -> None:
    """Copy a report with the pictures and tables that it links to, and nothing else that lies in its folder."""
    to.mkdir(parents=True)
    beside = {name for one in sections for name in (one.picture, one.file) if name is not None}
    for name in ("report.md", "report.html", *sorted(beside)):
        shutil.copyfile(written / name, to / name)


def _labelled(cases: Cases) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    positive = final_labels(cases.found).positive
    known = ~np.isnan(positive)
    return cases.matrix.values[known], positive[known]


def _looked_at(cases: Cases) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    looked_at = np.zeros(len(cases.matrix.as_of), dtype=bool)
    looked_at[cases.found.row] = True
    return cases.matrix.values, looked_at


def _draw(
    folder: Path, matrix: FeatureMatrix, split: Split, made: Made, frame: pd.DataFrame, table: pd.DataFrame
) -> None:
    rows = split.judge[:: max(len(split.judge) // DRAWN_ROWS, 1)]
    draw_splits(folder / "splits.png", matrix.as_of, [split])
    draw_shap(
        folder / "shap_summary.png", matrix.catalogue.names, matrix.values[rows], contributions(made.forest, matrix.values[rows])
    )  # fmt: skip
    draw_reliability(folder / "calibration.png", frame, frame["score"].to_numpy())
    draw_capacity(folder / "capacity.png", table)


def _about(made: Made, split: Split, how: How, matrix: FeatureMatrix, lot: str) -> dict[str, str]:
    learned = str(int(matrix.as_of[made.taught.whole.rows].max()))
    return {
        "trained_until_us": learned,
        "learned_until_us": learned,
        "cutoff_us": str(split.cutoff_us),
        "taught_with": how.scheme,
        "lot": lot,
        "calibration": made.calibration_kind,
        "seed": str(how.seed),
    }


def _log(
    run: Run, made: Made, split: Split, how: How, matrix: FeatureMatrix, weights: Weights, metrics: dict[str, float],
    about: dict[str, str],
) -> None:  # fmt: skip
    run.log(
        parameters={
            **made.fitted.parameters, "rounds": made.fitted.rounds, "gap_days": split.gap_days,
            "taught_with": how.scheme, "lot": about["lot"], "calibration": made.calibration_kind,
        },
        metrics=metrics
        | {"labels_" + re.sub(r"\W+", "_", reason): float(count) for reason, count in split.labels.counts.items()}
        | {"weights_clipped": float(weights.clipped), "weights_effective_size": weights.effective_size},
    )  # fmt: skip
    for name, rows in (("fit", split.fit), ("calibrate", split.calibrate), ("judging", split.judge)):
        run.saw(DataSeen.of(f"{matrix.subject} cases", about["data_sha256"], rows, name), matrix.catalogue)


def line_of(version: str, made: Made, metrics: dict[str, float], checked: LotCheck) -> str:
    """Say in one line what came about, and how many of the people concerned it reaches by labels, where that is known."""
    named = f"challenger version {version}, {made.fitted.rounds} trees"
    if checked.verdict == CONTRADICTED:
        named = f"{named}; the records contradict the declared lot ({checked.words})"
    found, people = int(metrics.get("random_findings", 0)), int(metrics.get("positives", 0))
    if "recall_at_2_0pct" not in metrics:
        return (
            f"{named}; by labels it is not known what it reaches: {people} people were found, {found} of them by "
            f"random interviews, of which a figure needs {LEAST_FOUND} and some among those chosen"
        )

    def shown(name: str) -> str:
        if name not in metrics:
            return UNKNOWN
        return f"{metrics[name]:.3f} [{metrics[f'{name}_low']:.3f}, {metrics[f'{name}_high']:.3f}]"

    recall, arrival, checklist = (shown(f"{who}recall_at_2_0pct") for who in ("", "arrival_", "checklist_"))
    return (
        f"{named}; at 2 % capacity it reaches {recall} of the people concerned (by labels; {people} were found, {found} by "
        f"random interviews), arrival order {arrival}, the checklist {checklist}"
    )
