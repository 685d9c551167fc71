"""What else is asked of a training run, and what goes into its report? Earlier cut-offs, kin kept apart, other worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.matrix import TABLE_OF_SUBJECT, FeatureMatrix
from features.tables.folder import read_folder
from training.data.kinship import link_keys, persons, rings
from training.data.labels import ALL_FILES
from training.data.splits import Split, final_labels, rolling
from training.evaluation.checklist import checklist_scores
from training.evaluation.evaluate import MODEL, at_capacity
from training.fitting.cases import Cases, read_truth
from training.fitting.fit import default_scores
from training.fitting.making import How, Made
from training.fitting.tuning import Budget
from training.reporting.report import Subject, report_sections
from training.reporting.sections import Section
from training.statistics.resampling import Resampled
from training.validation.alternatives import ARRIVAL, CHECKLIST, DEFAULTS, own_fields
from training.validation.rolling import judging_frame, validate


class NothingToJudge(Exception):
    """Raised when another folder holds no case in which the model could be judged; says which folder, and what it needs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run of `mimamori train` is asked for besides a model.

    Attributes
    ----------
    report
        Where to write the report; None for none.
    folds
        Cut-offs of the report.
    each_feature
        Leave out every feature rather than every family.
    elsewhere
        Folders of other worlds to judge the model in.
    budget
        Of tuning; None for no tuning.
    datasheet
        What is written about the data, kept in the run; None where nothing is.
    trained_by
        Who answers for the training, and so cannot approve its model; None where nobody says.
    """

    report: Path | None = None
    folds: int = 3
    each_feature: bool = False
    elsewhere: tuple[Path, ...] = ()
    budget: Budget | None = None
    datasheet: Path | None = None
    trained_by: str | None = None

    @property
    def every_case(self) -> bool:
        """Whether more is asked than one model and its judging part, for which few cases would do."""
        return self.report is not None or self.budget is not None


def full_report(
    cases: Cases, how: How, wanted: Wanted, progress: Callable[[str], None], made: Made
) -> list[Section]:  # fmt: skip
    """Judge at several cut-offs beside all alternatives; nothing where no report is wanted. It needs every case."""
    if wanted.report is None:
        return []
    matrix, found = cases.matrix, cases.found
    keys = link_keys(cases.records, matrix.subject, matrix.subject_ids)
    ring = rings(keys, final_labels(found).positive)
    if cases.audit["ring"].notna().any():
        ring = pd.factorize(cases.audit["ring"])[0].astype(np.int64)
    folds = validate(matrix, found, cases.audit, rolling(found, wanted.folds), how, progress)
    about = Subject(matrix, found, folds, how, {"person": persons(keys), "ring": ring})
    others = [judged_elsewhere(folder, made, matrix, how, progress, found.lot) for folder in wanted.elsewhere]
    return report_sections(
        about, wanted.report, progress, each_feature=wanted.each_feature,
        elsewhere=pd.concat(others, ignore_index=True) if others else None,
    )  # fmt: skip


def judged_elsewhere(
    folder: Path, made: Made, home: FeatureMatrix, how: How, progress: Callable[[str], None], lot: str = ALL_FILES
) -> pd.DataFrame:
    """Judge the model, unchanged, on every case of another folder after its first fifth, which only makes history.

    Raises
    ------
    NothingToJudge
        If no case there can be judged.
    """
    progress(f"in another world: {folder.name} …")
    cases = Cases.of(read_folder(folder), home.subject, read_truth(folder), lot=lot)
    matrix = cases.matrix
    until = cases.found.last_known_at() - cases.found.window_us()
    first = np.quantile(matrix.as_of, 0.2) if len(matrix.as_of) else 0.0
    judge = np.flatnonzero((matrix.as_of >= first) & (matrix.as_of < until))
    if not len(judge):
        raise NothingToJudge(
            f"{folder}: {len(matrix.as_of):,} {TABLE_OF_SUBJECT[home.subject]} and none of them can be judged; another world "
            "needs cases after its first fifth that are older than labels take"
        )
    nobody = np.empty(0, dtype=np.int64)  # nothing is learned there
    split = Split(int(matrix.as_of[judge[0]]), until, nobody, nobody, judge, final_labels(cases.found), 0.0)
    own = own_fields(home.catalogue)
    frame, _ = judging_frame(matrix, cases.found, cases.audit, split)
    rankings = {
        MODEL: made.scores(matrix.values[judge]),
        ARRIVAL: -matrix.as_of[judge].astype(np.float64),
        CHECKLIST: checklist_scores(matrix.values[judge], matrix.catalogue),
        DEFAULTS: default_scores(
            home.values[:, own], made.taught.whole, matrix.values[judge][:, own], seed=how.seed, threads=how.threads
        ),
    }
    resampled = Resampled.of(frame, np.random.default_rng(how.seed))
    table = at_capacity(frame, rankings, resampled, capacities=(0.02,), error=how.error)
    table.insert(0, "world", folder.name)
    return table
