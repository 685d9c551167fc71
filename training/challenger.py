"""How does a challenger come about? Cases to a trained model, its evaluation, perhaps a report, and its evidence, registered."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from features.arrays import Bools, Floats
from features.settings import Settings
from models.signatures import load_or_create_key
from training.challenger_line import challenger_line
from training.evaluation.label_estimates import labels_of
from training.evaluation.rankings import ARRIVAL, CHECKLIST
from training.experiments.tuning import Budget, Tuned, tune
from training.fit.cases import Cases
from training.fit.prior_trees import load_prior
from training.fit.trainer import TrainedModel, Trainer, TrainingConfig, train_model
from training.fit.trees import fit_trees
from training.gate.evidence import EVIDENCE_VERSION, EvaluationCases
from training.gate.model_card import NOT_RECORDED
from training.labels.splits import Split, final_labels, training_split
from training.report.sections import Section, write
from training.run_evaluation import Evaluation, draw_plots, evaluate_model, log_evaluation, reliance_section
from training.sampling.random_sample_frame import CONTRADICTED, check_sample_frame
from training.submission import Submission, golden_rows, submit
from training.tracking.challengers import challenger_move
from training.tracking.provenance import data_hash
from training.tracking.registry import EVALUATED_ON, Registry, Run

DATASHEET = "datasheet.md"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Options of `mimamori train` besides the model.

    Attributes
    ----------
    report
        Folder of the report; None for none.
    folds
        Cut-offs of the report.
    each_feature
        Ablation of every feature rather than every family.
    elsewhere
        Folders of other worlds for an evaluation.
    budget
        Of tuning; None for none.
    datasheet
        Description of the data, logged with the run.
    trained_by
        Person id of the trainer, who cannot approve the model; None if not given.
    replace_challenger
        Whether the alias ``challenger`` moves to a version with a worse figure, too.
    """

    report: Path | None = None
    folds: int = 3
    each_feature: bool = False
    elsewhere: tuple[Path, ...] = ()
    budget: Budget | None = None
    datasheet: Path | None = None
    trained_by: str | None = None
    replace_challenger: bool = False

    @property
    def every_case(self) -> bool:
        """Whether features of every case are needed, and not only those of a single model."""
        return self.report is not None or self.budget is not None


def datasheet_of(folder: Path) -> Path | None:
    """Description of the data beside them, if any."""
    path = folder / DATASHEET
    return path if path.exists() else None


def train_challenger(
    cases: Cases, config: TrainingConfig, options: TrainingOptions, settings: Settings, progress: Progress,
    trainer: Trainer = fit_trees,
) -> tuple[list[str], list[Section]]:  # fmt: skip
    """Train, evaluate, report and register a challenger; returns lines about it, and the report (empty if none).

    Raises
    ------
    TooFewLabels
        If labels are too few and there is no prior.
    """
    catalogue = cases.matrix.catalogue
    prior = config.prior and load_prior(catalogue) is not None
    if config.prior and not prior:
        progress("the prior was made for another catalogue: labels alone are used; `mimamori prior` makes another")
    split = cases.split or training_split(cases.outcomes, prior=prior, labels=config.labels)
    data, registry = data_hash(cases.records), Registry(settings)
    evaluated_on = _evaluated_on(data, split, cases, config)
    tags = {
        "kind": "train" if options.report is None else "report", "data_sha256": data, EVALUATED_ON: evaluated_on,
    }  # fmt: skip
    # open from here on, so that times and system metrics are those of the whole training
    with registry.run(cases.matrix.subject, what=f"{config.scheme} seed {config.seed}", tags=tags) as run:
        if options.budget is not None and not split.prior_alone:
            tuned = _tuned(cases, split, config, options.budget, settings, run, progress)
            config = replace(config, tuned=tuned.parameters)
        if not split.prior_alone:
            progress(f"fitting trees on {len(split.fit):,} interviewed cases …")
        model = train_model(cases.matrix, split, config, trainer, cases.sample)
        progress("evaluating …")
        evaluation = evaluate_model(cases, split, config, model)
        about = _about(cases, split, config, model) | {
            "data_sha256": data,
            "trained_by": options.trained_by or NOT_RECORDED,
        }
        log_evaluation(run, cases, split, config, model, evaluation, about)
        move = challenger_move(
            registry, cases.matrix.subject, evaluation.metrics, evaluated_on, replace=options.replace_challenger
        )
        with tempfile.TemporaryDirectory() as folder:
            artifacts = Path(folder)
            draw_plots(artifacts / "plots", cases, split, model, evaluation)
            sections = _report(cases, split, config, options, model, evaluation, run, progress)
            if options.report is not None:
                copy_report(options.report, artifacts / "report", sections)
            if options.datasheet is not None:
                (artifacts / options.datasheet.name).write_bytes(options.datasheet.read_bytes())
            progress("gathering evidence for the gate …")
            version, _ = submit(
                run, _submission(cases, split, model, evaluation, about), records=cases.records, catalogue=catalogue,
                artifacts=artifacts, key=load_or_create_key(settings.signing_key_path), seed=config.seed,
                challenger=move.moves,
            )  # fmt: skip
    fault = _frame_fault(cases, split, evaluation)
    positives = final_labels(cases.outcomes).counts["positive"] if split.prior_alone else None
    lines = [challenger_line(version, model, evaluation.metrics, move, fault, positives), evaluation.health.line]
    return [*lines, *([evaluation.health.alarm] if evaluation.health.alarm else [])], sections


def copy_report(written: Path, to: Path, sections: Sequence[Section]) -> None:
    """Copy a report with its own pictures and tables, and no other file of its folder."""
    to.mkdir(parents=True)
    beside = {name for section in sections for name in (section.picture, section.file) if name is not None}
    for name in ("report.md", "report.html", *sorted(beside)):
        shutil.copyfile(written / name, to / name)


def _tuned(
    cases: Cases, split: Split, config: TrainingConfig, budget: Budget, settings: Settings, run: Run, progress: Progress
) -> Tuned:
    from training.experiments.nested_runs import log_trials  # noqa: PLC0415 (only --tune needs it)

    progress("tuning on earlier cut-offs …")
    tuned = tune(cases.matrix, cases.outcomes, split, config, budget, settings.home / "tuning.db", progress)
    progress(f"tuned: {tuned.line}")
    log_trials(run, tuned.trials)
    return tuned


def _report(
    cases: Cases, split: Split, config: TrainingConfig, options: TrainingOptions, model: TrainedModel,
    evaluation: Evaluation, run: Run, progress: Progress,
) -> list[Section]:  # fmt: skip
    """Report in its folder, with a nested run for each cut-off; empty if none is wanted."""
    if options.report is None:
        return []
    from training.experiments.full_report import full_report, prior_report  # noqa: PLC0415 (only --report needs it)
    from training.experiments.nested_runs import log_cutoffs  # noqa: PLC0415
    from training.experiments.report import CUTOFFS, EVERY_CUTOFF  # noqa: PLC0415

    if split.prior_alone:
        sections = prior_report(evaluation.table, options.report)
    else:
        sections = full_report(
            cases, config, model, options.report, progress, folds=options.folds, each_feature=options.each_feature,
            elsewhere=options.elsewhere,
        )  # fmt: skip
    sections.insert(1, reliance_section(evaluation))
    write(options.report, f"Is the {cases.matrix.subject} model better than simpler rankings?", sections)
    tables = {section.title: section.table for section in sections if section.table is not None}
    if not split.prior_alone:
        log_cutoffs(run, tables[CUTOFFS], tables[EVERY_CUTOFF])
    return sections


def _submission(
    cases: Cases, split: Split, model: TrainedModel, evaluation: Evaluation, about: dict[str, str]
) -> Submission:
    """Model with the cases on which the gate evaluates it."""
    matrix, rivals = cases.matrix, {"arrival": ARRIVAL, "checklist": CHECKLIST}
    part = EvaluationCases(
        evaluation.frame, matrix.values[split.evaluation],
        {name: evaluation.rankings[ranking] for name, ranking in rivals.items()}, _labelled(cases), _examined(cases),
        evaluation.health, evaluation.parts,
    )  # fmt: skip
    rows = matrix.values[model.sample.full.rows]
    background = _background(cases, split, model)
    return Submission(model.fitted.text, model.scorer, rows, golden_rows(rows), part, about, background)


def _background(cases: Cases, split: Split, model: TrainedModel) -> tuple[Floats, list[str]] | None:
    """Training rows that represent all cases, with their status; None where only interviewed cases train."""
    rows = model.sample.full.rows
    if not split.prior_alone:
        rows = rows[np.isnan(split.labels.positive[rows])]
    return (cases.matrix.values[rows], cases.audit["status"].iloc[rows].tolist()) if len(rows) else None


def _frame_fault(cases: Cases, split: Split, evaluation: Evaluation) -> str:
    check = check_sample_frame(labels_of(evaluation.frame), cases.matrix.as_of[split.evaluation])
    return f"the records contradict the sample frame: {check.summary}" if check.verdict == CONTRADICTED else ""


def _labelled(cases: Cases) -> tuple[Floats, Floats]:
    positive = final_labels(cases.outcomes).positive
    known = ~np.isnan(positive)
    return cases.matrix.values[known], positive[known]


def _examined(cases: Cases) -> tuple[Floats, Bools]:
    examined = np.zeros(len(cases.matrix.as_of), dtype=bool)
    carried = cases.outcomes.carried
    examined[cases.outcomes.row if carried is None else cases.outcomes.row[~carried]] = True
    return cases.matrix.values, examined


def _evaluated_on(data: str, split: Split, cases: Cases, config: TrainingConfig) -> str:
    """Text that is the same only for figures on the same cases by the same labels."""
    labels = f"{cases.outcomes.sample_frame} {config.error} {len(cases.outcomes.row)} outcomes"
    return f"{data[:16]} from {split.cutoff_us} until {split.until_us}, {labels}, evidence {EVIDENCE_VERSION}"


def _about(cases: Cases, split: Split, config: TrainingConfig, model: TrainedModel) -> dict[str, str]:
    known = split.labels.positive[np.concatenate([split.fit, split.calibrate])]
    about = {
        "learned_until_us": str(int(cases.matrix.as_of[model.sample.full.rows].max())),
        "cutoff_us": str(split.cutoff_us),
        "sampling": "none" if split.prior_alone else config.scheme,
        "random_sample_frame": cases.outcomes.sample_frame,
        "calibration": model.calibration_kind,
        "seed": str(config.seed),
        "labels": str(int((~np.isnan(known)).sum())) if model.label_weight else "0",
        "prior": "none",
    }
    if model.prior is None:
        return about
    weights = f"trees of synthetic worlds times {model.prior_weight:g}, trees of labels times {model.label_weight:g}"
    return about | {"prior": weights, "prior_worlds": str(model.prior.worlds)}
