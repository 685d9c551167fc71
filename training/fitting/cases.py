"""Which cases does a subject have, and of which must features be known? Features, outcomes and the audit table, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.events.history import History
from features.matrix import FeatureMatrix, build_matrix, cases_in_order
from features.tables.folder import Records
from training.data.judgement import audit_table, routes, rows_of
from training.data.labels import ALL_FILES, Findings
from training.data.outcomes import findings
from training.data.splits import Split, final_labels, last_split
from training.fitting.teaching import Taught, taught

TRUTH_FILE = "truth.parquet"


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one subject: features, outcomes, and the audit table that only evaluation reads.

    Attributes
    ----------
    split, taught
        Whom the model learns from and is judged on, where this was settled before features were computed.
    """

    records: Records
    matrix: FeatureMatrix
    found: Findings
    audit: pd.DataFrame
    split: Split | None = None
    taught: Taught | None = None

    @staticmethod
    def of(
        records: Records, subject: str, truth: pa.Table | None, matrix: FeatureMatrix | None = None,
        history: History | None = None, lot: str = ALL_FILES,
    ) -> Cases:  # fmt: skip
        """Compute all of them, from a history that is already at hand or from the records, unless the matrix is given."""
        matrix = build_matrix(history or records, subject) if matrix is None else matrix
        found = _found(records, subject, matrix.subject_ids, matrix.as_of, lot)
        return Cases(records, matrix, found, audit_table(records, subject, matrix.subject_ids, found, truth))

    @staticmethod
    def needed(
        records: Records, subject: str, truth: pa.Table | None, history: History, scheme: str, lot: str = ALL_FILES
    ) -> Cases:  # fmt: skip
        """Compute only those that teach or judge one model: three of ten in a large world, with the same bits.

        Raises
        ------
        TooFewLabels
            If there is not enough to learn from.
        """
        ids, as_of = cases_in_order(history, subject)
        found = _found(records, subject, ids, as_of, lot)
        split = last_split(found)
        teaching = taught(split, as_of, scheme)
        labelled = np.flatnonzero(~np.isnan(final_labels(found).positive))
        parts = (split.fit, split.calibrate, split.judge, labelled, found.row)
        rows = np.unique(np.concatenate([teaching.fit.rows, teaching.whole.rows, teaching.calibrate.rows, *parts]))
        matrix, found = build_matrix(history, subject, only=rows), found.of(rows)
        audit = audit_table(records, subject, matrix.subject_ids, found, truth)
        return Cases(records, matrix, found, audit, split.of(rows), teaching.of(rows))


def _found(records: Records, subject: str, subject_ids: list[str], as_of: NDArray[np.int64], lot: str) -> Findings:
    rows = rows_of(records, subject, subject_ids)
    route = pd.factorize(routes(rows, subject), sort=True)[0].astype(np.int64)
    return replace(findings(records["outcomes"], subject, subject_ids, as_of, lot), route=route)


def read_truth(folder: Path) -> pa.Table | None:
    """Return the truth of a synthetic world, which serves to judge and never to teach; None for other folders."""
    path = folder / TRUTH_FILE
    return pq.read_table(path) if path.exists() else None
