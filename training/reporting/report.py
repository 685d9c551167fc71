"""Does the model earn its place? Everything that was measured, in one report that also says where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.matrix import FeatureMatrix
from training.data.judgement import day
from training.data.labels import Findings
from training.data.lot import CONTRADICTED, check_lot
from training.data.splits import final_labels
from training.evaluation.by_labels import ByLabels, estimand
from training.evaluation.checklist import RULES
from training.evaluation.evaluate import MODEL, at_capacity, telling_basis
from training.evaluation.population import describe_population
from training.fitting.making import How
from training.reporting.plots import FEW_FINDINGS, draw_capacity, draw_reliability, draw_splits, draw_worlds
from training.reporting.sections import Section
from training.reporting.summary import (
    AIMS_MET,
    CAPACITY,
    across,
    aims,
    headline,
    in_other_worlds,
    known_alone,
    of_adults,
)
from training.statistics.resampling import Resampled
from training.validation.alternatives import CHECKLIST
from training.validation.drop_one import drop_families, drop_features
from training.validation.per_cutoff import PerCutoff
from training.validation.rolling import (
    Fold,
    Progress,
    by_group,
    by_group_apart,
    by_scheme,
    pooled,
    stability,
)

POOLED = (
    "All cut-offs together, which is not the sum of each by itself below: a cut-off falls within a week, which is one post-week here, "
    "ranked by the scores of two models, and two there; and small posts, which join weeks until one interview is due, join others from "
    "there on."
)
CALIBRATION = (
    "Average precision and AUC are by the basis named in the row. Calibration is by labels always, weighted to all cases: slope 1, "
    "intercept 0 and error 0 are perfect. The picture takes all cut-offs together."
)
END = "end of records"
LABELS_KNOWN = (
    "Cases by reason; the rows of a column add up to all cases. The last column tells what is known at the last outcome on record, which "
    "is as far as the records go that labels come from; cases of a later day stand there as after the cut-off."
)
CUTOFFS, EVERY_CUTOFF = "Cut-offs", "Every cut-off, basis and ranking"
GROUPED_BY = ("typology", "sex", "minor", "status")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about: the cases, their outcomes, who belongs together, and what else was found."""

    matrix: FeatureMatrix
    found: Findings
    folds: list[Fold]
    how: How
    groups: dict[str, NDArray[np.int64]]


def report_sections(
    about: Subject,
    folder: Path,
    progress: Progress,
    *,
    each_feature: bool = False,
    elsewhere: pd.DataFrame | None = None,
) -> list[Section]:
    """Measure everything and draw the pictures into a folder."""
    rng = np.random.default_rng(about.how.seed)
    frame, rankings = pooled(about.folds)
    resampled = Resampled.of(frame, rng)
    progress("figures of all cut-offs together …")
    error = about.how.error
    by_labels = ByLabels.of(frame, error=error)
    table = at_capacity(frame, rankings, resampled, error=error)
    draw_splits(folder / "splits.png", about.matrix.as_of, [fold.split for fold in about.folds])
    draw_capacity(folder / "capacity.png", table)
    draw_reliability(folder / "calibration.png", frame, rankings[MODEL])
    last = about.folds[-1]
    at_two = table[table["capacity"] == CAPACITY].drop(columns="capacity")
    each = PerCutoff.of(about.folds, rng, error)
    each_at_two = each.capacity[each.capacity["capacity"] == CAPACITY]
    grouped = by_group(frame, {name: rankings[name] for name in (MODEL, CHECKLIST)}, resampled, GROUPED_BY, error=error)
    quality, quality_unknown = known_alone(each.mean_quality(), ("average_precision", "auc"))
    sections = [
        Section("Does it earn its place?", f"{headline(table)}\n\n{of_adults(grouped)}\n\n{AIMS_MET}", aims(table)),
        Section("At 2 % capacity", f"{estimand(error, about.found.lot)}\n\n{by_labels.reason()}\n\n{POOLED}", at_two),
        Section("At every capacity", "Share of the people concerned who are interviewed, if each post-week interviews so many "
                f"per cent of its cases; small posts save up. {FEW_FINDINGS}",
                across(table, ["ranking"], "capacity"), "capacity.png"),
        Section(CUTOFFS, "Each model was taught with what was known before its cut-off and judged on all later cases, up to "
                "the next one.", cutoffs(about), "splits.png"),
        Section("Per cut-off, at 2 % capacity", "The same share at each cut-off.", across(each_at_two, ["ranking"], "cut-off")),
        Section("Per cut-off, the model at every capacity", "Precision is the share of those called in who are concerned.",
                each.of_model()),
        Section("Per cut-off, ranking and calibration", CALIBRATION,
                each.ranking_and_calibration(), "calibration.png"),
        Section("Ranking of all cases", "Whoever stands where in the whole ranking, not only at the top: the mean over cut-offs, "
                f"for scores of different models have no common order. {quality_unknown}".rstrip(), quality),
        Section("By typology, sex, age and status, at 2 % capacity", "Read from the audit table; none of these is a feature "
                "except the status sought.", across(grouped, ["by", "group", "cases", "positives"], "ranking")),
    ]  # fmt: skip
    progress("other ways of teaching …")
    schemes, schemes_unknown = known_alone(by_scheme(about.matrix, last, about.how, rng), ("recall",))
    sections.append(Section("Taught with whom", f"The last cut-off. {schemes_unknown}".rstrip(), schemes))
    progress("nobody on both sides …")
    apart = by_group_apart(about.matrix, last, about.how, about.groups, rng)
    apart_known, apart_unknown = known_alone(apart, ("recall",))
    sections += [
        Section("No person, no ring on both sides", f"{_apart_words(about, apart)} {apart_unknown}".rstrip(), apart_known),
        Section("Stability of the ranking", "", stability(about.matrix, about.folds, about.how)),
    ]  # fmt: skip
    if elsewhere is not None and len(elsewhere):
        home = at_capacity(
            last.frame, last.rankings, Resampled.of(last.frame, rng), capacities=(CAPACITY,), error=error
        )
        draw_worlds(folder / "elsewhere.png", elsewhere[elsewhere["basis"] == telling_basis(elsewhere)])
        words = (
            "The model of the last cut-off, unchanged, on every case of other folders after their first fifth, at 2 %. "
            "“Of home”: recall there over recall at home, where it judges the cases after the last cut-off."
        )
        sections.append(Section("In other worlds", words, in_other_worlds(elsewhere, home), "elsewhere.png"))
        sections.append(Section("Other worlds, every basis and ranking", "", elsewhere, appendix=True))
    progress("leaving features out …")
    drop = drop_features if each_feature else drop_families
    rules = pd.DataFrame(
        [{"rule": number, "holds where": rule.words} for number, rule in enumerate(RULES[about.matrix.subject], 1)]
    )
    left_out, left_out_unknown = known_alone(drop(about.matrix, last, about.how, rng), ("recall", "average_precision"))
    return [
        *sections,
        Section("Left out one after another", "times: people reached by the whole model against the model without it, at 2 %. "
                f"{left_out_unknown}".rstrip(), left_out, appendix=True),
        Section("Labels, as known at each cut-off", LABELS_KNOWN, label_counts(about), appendix=True),
        Section("Selection", f"What the random arm, drawn among {about.found.lot}, tells of everybody. {_lot_words(about)}\n\n"
                f"{_concerned_words(about)}", selection(about), appendix=True),
        Section("Every capacity, basis and ranking", "", table, appendix=True),
        Section(EVERY_CUTOFF, "", each.capacity, appendix=True),
        Section("Every figure of every cut-off", "Those of a whole ranking have no capacity.", each.long(), appendix=True),
        Section("Every group and basis", "", grouped, appendix=True),
        Section("The checklist", "One point each; who has more is interviewed first.", rules, appendix=True),
    ]  # fmt: skip


def label_counts(about: Subject) -> pd.DataFrame:
    """Count cases by reason at each cut-off and at the end of the records that labels come from."""
    columns = {day(fold.split.cutoff_us): fold.split.labels.counts for fold in about.folds}
    columns[f"{day(about.found.last_known_at())} ({END})"] = final_labels(about.found).counts
    return pd.DataFrame(columns).rename_axis("reason").reset_index()


def _apart_words(about: Subject, table: pd.DataFrame) -> str:
    """Say what was kept apart, and what could not be."""
    groups = list(about.groups)
    kept = [one for one in groups if one in set(table.get("kept apart by", ()))]
    said = ["The same judged cases."]
    if kept:
        said.append(f"“{'”, “'.join(kept)}”: the model saw nobody of the same {' or '.join(kept)}.")
    if missing := [one for one in groups if one not in kept]:
        said.append(
            f"By {' and '.join(missing)} this was not possible here: too few findings would be left to learn and calibrate from."
        )
    return " ".join(said)


def _concerned_words(about: Subject) -> str:
    if about.how.error is not None:
        return "“Share concerned” is about exploited people, if interviews err as declared."
    return (
        "“Share concerned” may lie far above the share exploited in truth: interviews write down indications in some honest people, "
        "too, and where few are exploited most indications are of that kind; some exploited people tell nothing."
    )


def selection(about: Subject) -> pd.DataFrame:
    """Say, for each judged part, what the random arm tells about everybody."""
    rows = []
    labels = final_labels(about.found)
    for fold in about.folds:
        mask = np.zeros(len(about.matrix.as_of), dtype=bool)
        mask[fold.split.judge] = True
        told = describe_population(labels, mask, error=about.how.error)
        truth = fold.frame["truth"].mean()
        rows.append(
            {
                "cut-off": day(fold.split.cutoff_us), "cases": int(mask.sum()), "random interviews": told.random_interviews,
                "effective size": told.effective_size, "without a probability": fold.weights.without_probability,
                "weights clipped": fold.weights.clipped,
                "share concerned": told.prevalence.value, "share concerned_low": told.prevalence.low,
                "share concerned_high": told.prevalence.high, "share exploited in truth": float(truth),
                "reached by interviews": told.reached.value, "reached by interviews_low": told.reached.low,
                "reached by interviews_high": told.reached.high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _lot_words(about: Subject) -> str:
    checked = check_lot(final_labels(about.found), about.matrix.as_of)
    return (
        f"**The records contradict that declaration.** {checked.words}"
        if checked.verdict == CONTRADICTED
        else checked.words
    )


def cutoffs(about: Subject) -> pd.DataFrame:
    """List the cut-offs with the sizes of their parts."""
    return pd.DataFrame(
        [
            {
                "cut-off": day(fold.split.cutoff_us), "until": day(fold.split.until_us), "fit": len(fold.split.fit),
                "with indications": int(np.nansum(fold.split.labels.positive[fold.split.fit])), "calibrate": len(fold.split.calibrate),
                "judged": len(fold.split.judge), "gap, days": fold.split.gap_days, "trees": fold.made.fitted.rounds,
                "calibration": fold.made.calibration_kind, "weighted to all": fold.made.taught.for_all,
            }
            for fold in about.folds
        ]
    )  # fmt: skip
