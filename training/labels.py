"""What was found? Labels from findings of protective interviews, and from nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.tables.checking import REFUSAL

SUBJECTS = {"visa": "visa_application", "entry": "landing"}
POSITIVE = {"indications", "victim_identified"}
NEGATIVE = {"no_indication"}


class RefusalColumn(Exception):
    """Raised when outcomes carry a column made from a refusal or a decision."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of n cases, in the order of the given ids.

    Attributes
    ----------
    positive
        float64[n]: 1, 0, or NaN for unlabelled.
    delay_us
        int64 of each labelled outcome: microseconds from event to record.
    counts
        How many cases by reason.
    """

    positive: NDArray[np.float64]
    delay_us: NDArray[np.int64]
    counts: dict[str, int]


def label(outcomes: pa.Table, subject: str, subject_ids: list[str]) -> Labels:
    """Label cases.

    An indication in any interview of a case makes it positive; an inconclusive one, or none, leaves it unlabelled.

    Raises
    ------
    RefusalColumn
        If a column's name speaks of a refusal or decision.
    """
    for name in outcomes.column_names:
        if REFUSAL.search(name):
            raise RefusalColumn(f"outcomes have a column {name!r}; labels come from findings alone, remove it")
    found: dict[str, float] = {}
    counts: Counter[str] = Counter()
    delays = []
    columns = [outcomes.column(name).to_pylist() for name in ("subject", "subject_id", "finding")]
    times = [outcomes.column(name).cast(pa.int64()).to_numpy() for name in ("occurred_at", "known_at")]
    for row, (kind, subject_id, finding) in enumerate(zip(*columns, strict=True)):
        if kind != SUBJECTS[subject]:
            continue
        counts[finding] += 1
        if finding in POSITIVE:
            found[subject_id] = 1.0
        elif finding in NEGATIVE:
            found.setdefault(subject_id, 0.0)
        else:
            continue
        delays.append(int(times[1][row] - times[0][row]))
    positive = np.array([found.get(subject_id, np.nan) for subject_id in subject_ids])
    counts["unlabelled cases"] = int(np.isnan(positive).sum())
    return Labels(positive, np.array(delays, dtype=np.int64), dict(counts))
