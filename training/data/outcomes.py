"""What did interviewers, hotlines and police write down? The records of outcomes, as findings about cases."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.tables.rules import REFUSAL
from training.data.labels import ALL_FILES, ARMS, Findings, Ints

SUBJECTS = {"visa": "visa_application", "entry": "landing"}
POSITIVE = {"indications", "victim_identified"}
NEGATIVE = {"no_indication"}
FOUND_BY_OTHERS = ("referral", "later_identification")


class RefusalColumn(Exception):
    """Raised when outcomes carry a column made from a refusal or a decision."""


def findings(
    outcomes: pa.Table, subject: str, subject_ids: list[str], as_of: Ints, lot: str = ALL_FILES
) -> Findings:  # fmt: skip
    """Gather the outcomes of cases.

    An indication in any interview of a case makes it positive; an inconclusive one, or none, leaves it unlabelled.

    Raises
    ------
    RefusalColumn
        If a column's name speaks of a refusal or decision.
    """
    for name in outcomes.column_names:
        if REFUSAL.search(name):
            raise RefusalColumn(f"outcomes have a column {name!r}; labels come from findings alone, remove it")
    rows_of = {subject_id: row for row, subject_id in enumerate(subject_ids)}
    about = np.asarray(outcomes.column("subject").to_numpy(zero_copy_only=False)) == SUBJECTS[subject]
    row = np.array([rows_of.get(one, -1) for one in outcomes.column("subject_id").to_pylist()], dtype=np.int64)
    kept = np.flatnonzero(about & (row >= 0))
    known_at = outcomes.column("known_at").cast(pa.int64()).to_numpy()
    finding = outcomes.column("finding").to_numpy(zero_copy_only=False)[kept]
    value = np.full(len(kept), np.nan)
    value[np.isin(finding, list(POSITIVE))] = 1.0
    value[np.isin(finding, list(NEGATIVE))] = 0.0
    arms = np.array([ARMS.index(one) for one in outcomes.column("arm").to_pylist()], dtype=np.int64)[kept]
    by_others = np.isin(arms, [ARMS.index(one) for one in FOUND_BY_OTHERS])
    inclusion = outcomes.column("inclusion_probability").cast(pa.float64()).to_numpy(zero_copy_only=False)
    return Findings(
        np.asarray(as_of, dtype=np.int64),
        row[kept],
        known_at[kept],
        value,
        arms,
        inclusion[kept],
        np.asarray(outcomes.column("typology").to_numpy(zero_copy_only=False), dtype=object)[kept],
        (value == 1.0) & (by_others | (finding == "victim_identified")),
        lot=lot,
    )
