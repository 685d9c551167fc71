"""What did interviewers, hotlines and police record? The table of outcomes, by case."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.tables.rules import REFUSAL
from training.labels.labels import ALL_FILES, ARMS, Outcomes

SUBJECTS = {"visa": "visa_application", "entry": "landing"}
POSITIVE = {"indications", "victim_identified"}
NEGATIVE = {"no_indication"}
OTHER_SOURCES = ("referral", "later_identification")


class RefusalColumn(Exception):
    """Raised when outcomes have a column derived from a refusal or a decision."""


def case_outcomes(
    outcomes: pa.Table, subject: str, subject_ids: list[str], as_of: Ints, sample_frame: str = ALL_FILES
) -> Outcomes:
    """Outcomes of cases.

    An indication in any interview makes a case positive; an inconclusive interview, or none, leaves it unlabelled.

    Raises
    ------
    RefusalColumn
        If a column's name refers to a refusal or decision.
    """
    for name in outcomes.column_names:
        if REFUSAL.search(name):
            raise RefusalColumn(f"outcomes have a column {name!r}; labels come from findings alone, remove it")
    rows = {subject_id: row for row, subject_id in enumerate(subject_ids)}
    own = np.asarray(outcomes.column("subject").to_numpy(zero_copy_only=False)) == SUBJECTS[subject]
    row = np.array([rows.get(name, -1) for name in outcomes.column("subject_id").to_pylist()], dtype=np.int64)
    kept = np.flatnonzero(own & (row >= 0))
    finding = outcomes.column("finding").to_numpy(zero_copy_only=False)[kept]
    value = np.full(len(kept), np.nan)
    value[np.isin(finding, list(POSITIVE))] = 1.0
    value[np.isin(finding, list(NEGATIVE))] = 0.0
    arm = np.array([ARMS.index(name) for name in outcomes.column("arm").to_pylist()], dtype=np.int64)[kept]
    by_others = np.isin(arm, [ARMS.index(name) for name in OTHER_SOURCES])
    probability = outcomes.column("inclusion_probability").cast(pa.float64()).to_numpy(zero_copy_only=False)
    typology = np.asarray(outcomes.column("typology").to_numpy(zero_copy_only=False), dtype=object)
    return Outcomes(
        np.asarray(as_of, dtype=np.int64), row[kept], outcomes.column("known_at").cast(pa.int64()).to_numpy()[kept],
        value, arm, probability[kept], typology[kept],
        (value == 1.0) & (by_others | (finding == "victim_identified")), sample_frame=sample_frame,
    )  # fmt: skip
