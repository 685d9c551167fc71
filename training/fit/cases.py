"""Which cases of a subject train and evaluate a model? Features, outcomes and the audit table, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.arrays import Ints
from features.catalogue import catalogue
from features.events.history import History
from features.matrix import FeatureMatrix, build_matrix, cases_in_order
from features.tables.folder import Records
from training.evaluation.frame import audit_table, routes
from training.fit.prior_trees import load_prior
from training.labels.case_groups import case_rows
from training.labels.journeys import with_journeys
from training.labels.labels import ALL_FILES, Outcomes
from training.labels.outcomes import case_outcomes
from training.labels.splits import Split, final_labels, training_split
from training.sampling.schemes import TrainingSample, training_sample

TRUTH_FILE = "truth.parquet"


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of a subject; ``audit`` is read by evaluation alone.

    ``split`` and ``sample`` are set where they were chosen before features were computed.
    """

    records: Records
    matrix: FeatureMatrix
    outcomes: Outcomes
    audit: pd.DataFrame
    split: Split | None = None
    sample: TrainingSample | None = None

    @staticmethod
    def of(
        records: Records, subject: str, truth: pa.Table | None, matrix: FeatureMatrix | None = None,
        history: History | None = None, sample_frame: str = ALL_FILES, journeys: bool = False,
    ) -> Cases:  # fmt: skip
        """All cases, with the given matrix or one computed from the history or the records."""
        matrix = build_matrix(history or records, subject) if matrix is None else matrix
        outcomes = _outcomes(records, subject, matrix.subject_ids, matrix.as_of, sample_frame, journeys)
        return Cases(records, matrix, outcomes, audit_table(records, subject, matrix.subject_ids, outcomes, truth))

    @staticmethod
    def needed(
        records: Records, subject: str, truth: pa.Table | None, history: History, scheme: str, sample_frame: str = ALL_FILES,
        prior: bool = False, labels: bool = True,
    ) -> Cases:  # fmt: skip
        """Only cases that train or evaluate a single model: three of ten in a large world, with the same bits.

        With a ``prior`` labels of a journey count; too few labels, or none by choice, train nothing.

        Raises
        ------
        TooFewLabels
            If labels are too few, or unwanted, and there is no prior.
        """
        ids, as_of = cases_in_order(history, subject)
        outcomes = _outcomes(records, subject, ids, as_of, sample_frame, prior)
        with_prior = prior and load_prior(catalogue(subject)) is not None
        split = training_split(outcomes, prior=with_prior, labels=labels)
        sample = training_sample(split, as_of, scheme)
        labelled = np.flatnonzero(~np.isnan(final_labels(outcomes).positive))
        parts = (split.fit, split.calibrate, split.evaluation, labelled, outcomes.row)
        rows = np.unique(np.concatenate([sample.fit.rows, sample.full.rows, sample.calibrate.rows, *parts]))
        matrix, outcomes = build_matrix(history, subject, only=rows), outcomes.of(rows)
        audit = audit_table(records, subject, matrix.subject_ids, outcomes, truth)
        return Cases(records, matrix, outcomes, audit, split.of(rows), sample.of(rows))


def _outcomes(
    records: Records, subject: str, subject_ids: list[str], as_of: Ints, sample_frame: str, journeys: bool
) -> Outcomes:
    route = pd.factorize(routes(case_rows(records, subject, subject_ids), subject), sort=True)[0].astype(np.int64)
    own = case_outcomes(records["outcomes"], subject, subject_ids, as_of, sample_frame)
    own = with_journeys(own, records, subject, subject_ids) if journeys else own
    return replace(own, route=route)


def read_truth(folder: Path) -> pa.Table | None:
    """Truth of a synthetic world, for evaluation alone; None for other folders."""
    path = folder / TRUTH_FILE
    return pq.read_table(path) if path.exists() else None
