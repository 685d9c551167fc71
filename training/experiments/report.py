"""Is the model better than simpler rankings? Everything that was measured, in a report that also states where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.arrays import Floats, Ints
from features.matrix import FeatureMatrix
from training.evaluation.checklist import RULES
from training.evaluation.frame import utc_day
from training.evaluation.label_estimates import LabelEstimates, estimand
from training.evaluation.population import population_estimate
from training.evaluation.rankings import CHECKLIST, MODEL, at_capacity, primary_basis
from training.experiments.ablation import drop_families, drop_features
from training.experiments.cutoffs import Fold, Progress, by_group, by_scheme, by_separation, pooled, stability
from training.experiments.per_cutoff import PerCutoff
from training.experiments.summary import (
    AIMS_TEXT,
    CAPACITY,
    across,
    aims,
    headline,
    in_other_worlds,
    known_bases,
    of_adults,
)
from training.fit.trainer import TrainingConfig
from training.labels.labels import Outcomes
from training.labels.splits import final_labels
from training.report.plots import FEW_POSITIVES, draw_capacity, draw_reliability, draw_splits, draw_worlds
from training.report.sections import Section
from training.sampling.random_sample_frame import CONTRADICTED, check_sample_frame
from training.statistics.resampling import GroupBootstrap

POOLED = (
    "All cut-offs pooled. This is not the sum of each below: a cut-off within a week is a single post-week here and two there, and "
    "small posts combine other weeks."
)
CALIBRATION = (
    "Average precision and AUC are by the basis of the row, calibration by labels, weighted to all cases: slope 1, intercept 0 and "
    "error 0 are perfect. The picture pools all cut-offs."
)
END = "end of records"
LABELS_KNOWN = (
    "Cases by reason; a column adds up to all cases. The last column is as known at the last outcome on record."
)
CUTOFFS, EVERY_CUTOFF = "Cut-offs", "Every cut-off, basis and ranking"
GROUPED_BY = ("typology", "sex", "minor", "status")


@dataclass(frozen=True, slots=True)
class Subject:
    """Cases, outcomes and folds of a report; ``groups`` are persons and rings, int64[n] each."""

    matrix: FeatureMatrix
    outcomes: Outcomes
    folds: list[Fold]
    config: TrainingConfig
    groups: dict[str, Ints]


def report_sections(
    about: Subject,
    folder: Path,
    progress: Progress,
    *,
    each_feature: bool = False,
    elsewhere: pd.DataFrame | None = None,
) -> list[Section]:
    """Measure everything and draw the pictures into a folder."""
    rng = np.random.default_rng(about.config.seed)
    frame, rankings = pooled(about.folds)
    bootstrap = GroupBootstrap.of(frame, rng)
    progress("figures of all cut-offs …")
    error = about.config.error
    table = at_capacity(frame, rankings, bootstrap, error=error)
    _draw(about, folder, frame, rankings, table)
    each = PerCutoff.of(about.folds, rng, error)
    compared = {name: rankings[name] for name in (MODEL, CHECKLIST)}
    grouped = by_group(frame, compared, bootstrap, GROUPED_BY, error=error)
    return [
        *_figures(about, LabelEstimates.of(frame, error=error), table, each, grouped),
        *_variants(about, progress, rng),
        *_elsewhere(about, folder, elsewhere, rng),
        *_appendix(about, progress, rng, each_feature=each_feature),
        Section("Every capacity, basis and ranking", "", table, appendix=True),
        Section(EVERY_CUTOFF, "", each.capacity, appendix=True),
        Section(
            "Every figure of every cut-off", "Figures of a whole ranking have no capacity.", each.long(), appendix=True
        ),
        Section("Every group and basis", "", grouped, appendix=True),
        Section(
            "The checklist", "A point for each rule; more points are interviewed first.", _rules(about), appendix=True
        ),
    ]


def _draw(about: Subject, folder: Path, frame: pd.DataFrame, rankings: dict[str, Floats], table: pd.DataFrame) -> None:
    draw_splits(folder / "splits.png", about.matrix.as_of, [fold.split for fold in about.folds])
    draw_capacity(folder / "capacity.png", table)
    draw_reliability(folder / "calibration.png", frame, rankings[MODEL])


def _figures(
    about: Subject, estimates: LabelEstimates, table: pd.DataFrame, each: PerCutoff, grouped: pd.DataFrame
) -> list[Section]:
    """Sections with the figures of the model beside all rankings."""
    at_two = table[table["capacity"] == CAPACITY].drop(columns="capacity")
    each_at_two = each.capacity[each.capacity["capacity"] == CAPACITY]
    quality, quality_unknown = known_bases(each.mean_quality(), ("average_precision", "auc"))
    meaning = f"{estimand(about.config.error, about.outcomes.sample_frame)}\n\n{estimates.reason()}\n\n{POOLED}"
    return [
        Section("Is it better?", f"{headline(table)}\n\n{of_adults(grouped)}\n\n{AIMS_TEXT}", aims(table)),
        Section("At 2 % capacity", meaning, at_two),
        Section("At every capacity", f"Recall at each capacity of each post-week. {FEW_POSITIVES}",
                across(table, ["ranking"], "capacity"), "capacity.png"),
        Section(CUTOFFS, "Each model was trained on what was known before its cut-off and evaluated on all later cases, up to the "
                "next cut-off.", cutoffs(about), "splits.png"),
        Section("Per cut-off, at 2 % capacity", "Recall at each cut-off.", across(each_at_two, ["ranking"], "cut-off")),
        Section("Per cut-off, the model at every capacity", "Precision is the share of positives among interviews.",
                each.of_model()),
        Section("Per cut-off, ranking and calibration", CALIBRATION, each.ranking_and_calibration(), "calibration.png"),
        Section("Ranking of all cases", f"Mean over cut-offs of figures of the whole ranking. {quality_unknown}".rstrip(), quality),
        Section("By typology, sex, age and status, at 2 % capacity", "From the audit table; only the status sought is a feature.",
                across(grouped, ["by", "group", "cases", "positives"], "ranking")),
    ]  # fmt: skip


def _variants(about: Subject, progress: Progress, rng: np.random.Generator) -> list[Section]:
    """Sections with other models of the last cut-off."""
    last = about.folds[-1]
    progress("sampling schemes …")
    schemes, schemes_unknown = known_bases(by_scheme(about.matrix, last, about.config, rng), ("recall",))
    progress("separated persons and rings …")
    separated = by_separation(about.matrix, last, about.config, about.groups, rng)
    separated_known, unknown = known_bases(separated, ("recall",))
    return [
        Section("Sampling schemes", f"The last cut-off. {schemes_unknown}".rstrip(), schemes),
        Section(
            "No shared person or ring", f"{_separation_text(about, separated)} {unknown}".rstrip(), separated_known
        ),
        Section("Stability of the ranking", "", stability(about.matrix, about.folds, about.config)),
    ]


def _elsewhere(about: Subject, folder: Path, elsewhere: pd.DataFrame | None, rng: np.random.Generator) -> list[Section]:
    """Sections about other worlds, if any."""
    if elsewhere is None or not len(elsewhere):
        return []
    last = about.folds[-1]
    bootstrap = GroupBootstrap.of(last.frame, rng)
    home = at_capacity(last.frame, last.rankings, bootstrap, capacities=(CAPACITY,), error=about.config.error)
    draw_worlds(folder / "elsewhere.png", elsewhere[elsewhere["basis"] == primary_basis(elsewhere)])
    text = (
        "The model of the last cut-off, unchanged, on every case of other folders after their first fifth, at 2 %. “Of home”: ratio "
        "of recall to that after the last cut-off at home."
    )
    return [
        Section("Other worlds", text, in_other_worlds(elsewhere, home), "elsewhere.png"),
        Section("Other worlds, every basis and ranking", "", elsewhere, appendix=True),
    ]


def _appendix(about: Subject, progress: Progress, rng: np.random.Generator, *, each_feature: bool) -> list[Section]:
    """Ablation, labels and selection."""
    progress("ablation …")
    drop = drop_features if each_feature else drop_families
    table = drop(about.matrix, about.folds[-1], about.config, rng)
    ablation, unknown = known_bases(table, ("recall", "average_precision"))
    lift = "lift: the whole model over the model without the part, at 2 %."
    selected = (
        f"Estimates from the random sample, drawn among {about.outcomes.sample_frame}. {_sample_frame_text(about)}\n\n"
        f"{_prevalence_text(about)}"
    )
    return [
        Section("Ablation", f"{lift} {unknown}".rstrip(), ablation, appendix=True),
        Section("Labels, as known at each cut-off", LABELS_KNOWN, label_counts(about), appendix=True),
        Section("Selection", selected, selection(about), appendix=True),
    ]


def _rules(about: Subject) -> pd.DataFrame:
    rules = enumerate(RULES[about.matrix.subject], 1)
    return pd.DataFrame([{"rule": number, "holds where": rule.condition} for number, rule in rules])


def label_counts(about: Subject) -> pd.DataFrame:
    """Cases by reason at each cut-off and at the end of the records."""
    columns = {utc_day(fold.split.cutoff_us): fold.split.labels.counts for fold in about.folds}
    columns[f"{utc_day(about.outcomes.last_known_at())} ({END})"] = final_labels(about.outcomes).counts
    return pd.DataFrame(columns).rename_axis("reason").reset_index()


def _separation_text(about: Subject, table: pd.DataFrame) -> str:
    groups = list(about.groups)
    kept = [group for group in groups if group in set(table.get("separated by", ()))]
    missing = [group for group in groups if group not in kept]
    parts = ["The same cases."]
    parts += [f"“{'”, “'.join(kept)}”: no training row of the same {' or '.join(kept)}."] if kept else []
    parts += [f"Not possible by {' and '.join(missing)}: too few labels would be left."] if missing else []
    return " ".join(parts)


def _prevalence_text(about: Subject) -> str:
    if about.config.error is not None:
        return "“Prevalence” is that of exploited people, at the declared error rates of interviews."
    return (
        "“Prevalence” is that of indications, and may be far above that of exploitation: where exploitation is rare most indications "
        "are false, and some exploited people disclose nothing."
    )


def selection(about: Subject) -> pd.DataFrame:
    """Estimates from the random sample at each cut-off."""
    rows, labels = [], final_labels(about.outcomes)
    for fold in about.folds:
        mask = np.zeros(len(about.matrix.as_of), dtype=bool)
        mask[fold.split.evaluation] = True
        estimate = population_estimate(labels, mask, error=about.config.error)
        rows.append({
            "cut-off": utc_day(fold.split.cutoff_us), "cases": int(mask.sum()), "random interviews": estimate.random_interviews,
            "effective size": estimate.effective_size, "without a probability": fold.weights.without_probability,
            "weights clipped": fold.weights.clipped,
            "prevalence": estimate.prevalence.value, "prevalence_low": estimate.prevalence.low,
            "prevalence_high": estimate.prevalence.high, "exploited in truth": float(fold.frame["truth"].mean()),
            "recall of officers": estimate.recall.value, "recall of officers_low": estimate.recall.low,
            "recall of officers_high": estimate.recall.high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _sample_frame_text(about: Subject) -> str:
    check = check_sample_frame(final_labels(about.outcomes), about.matrix.as_of)
    against = "**The records contradict that declaration.** " if check.verdict == CONTRADICTED else ""
    return f"{against}{check.summary}"


def cutoffs(about: Subject) -> pd.DataFrame:
    """Cut-offs with the sizes of their parts."""
    rows = []
    for fold in about.folds:
        split, model = fold.split, fold.model
        rows.append({
            "cut-off": utc_day(split.cutoff_us), "until": utc_day(split.until_us), "fit": len(split.fit),
            "with indications": int(np.nansum(split.labels.positive[split.fit])), "calibrate": len(split.calibrate),
            "evaluated": len(split.evaluation), "gap, days": split.gap_days, "trees": model.fitted.rounds,
            "calibration": model.calibration_kind, "weighted to all": model.sample.represents_all,
        })  # fmt: skip
    return pd.DataFrame(rows)
