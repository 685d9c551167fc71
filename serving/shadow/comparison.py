"""Comparison of challenger and champion on the same live cases: interviews that would differ, and their findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sqlalchemy import Connection

from features.arrays import Bools
from features.store.records import RecordStore
from features.tables.times import DAY_US
from serving.decisions.interviews import OUTCOME_SUBJECTS
from serving.store import shadows
from serving.store.record_ids import ids_after
from serving.store.shadows import ScorePair, Shadow

CAPACITIES = (0.02, 0.05, 0.10)
WEEK_US = 7 * DAY_US
ARMS = ("targeted", "random")
_POSITIVE = {"indications", "victim_identified"}
ASSUMPTION = (
    "Officers chose by the champion's order, so findings among targeted interviews favour the champion; random "
    "interviews favour neither."
)


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview that was held about a case: its arm, and whether it showed indications."""

    arm: str
    positive: bool


def shadow_comparison(connection: Connection, store: RecordStore, shadow: Shadow) -> dict[str, Any]:
    """Return the comparison of a shadow so far, JSON-ready."""
    pairs = shadows.score_pairs(connection, shadow)
    interviews = _interviews(connection, store, shadow.subject, pairs)
    return {
        "subject": shadow.subject, "challenger": shadow.version, "model_sha256": shadow.model_sha256,
        "begun_at": shadow.started_at.isoformat(timespec="seconds"), "ends_at": shadow.ends_at.isoformat(timespec="seconds"),
        "running": shadow.running, **compare(pairs, interviews),
    }  # fmt: skip


def compare(pairs: Sequence[ScorePair], interviews: Mapping[str, Interview]) -> dict[str, Any]:
    """Return counts, mean scores, rank correlation, and interviews by capacity.

    Parameters
    ----------
    interviews
        Interviews by case, without inconclusive ones.
    """
    both = [pair for pair in pairs if pair.champion is not None and pair.challenger is not None]
    frame = pd.DataFrame({
        "case": [pair.subject_id for pair in both],
        "stratum": [f"{pair.post} {pair.as_of // WEEK_US}" for pair in both],
        "champion": np.array([pair.champion for pair in both], dtype=np.float64),
        "challenger": np.array([pair.challenger for pair in both], dtype=np.float64),
    })  # fmt: skip
    return {
        "cases": len(pairs),
        "scored_by_both": len(both),
        "no_score": {
            "champion": sum(pair.champion is None for pair in pairs),
            "challenger": sum(pair.challenger is None for pair in pairs),
        },
        "mean": {name: float(frame[name].mean()) if both else None for name in ("champion", "challenger")},
        "rank_correlation": _rank_correlation(frame),
        "at_capacity": [_at_capacity(frame, capacity, interviews) for capacity in CAPACITIES],
        "assumption": ASSUMPTION,
    }


def sign_test(first: int, second: int) -> float | None:
    """Return the two-sided exact p-value of an uneven split; None for two zeros.

    >>> sign_test(5, 0)  # 2 of the 32 ways
    0.0625
    """
    return None if first + second == 0 else float(binomtest(first, first + second).pvalue)


def _rank_correlation(frame: pd.DataFrame) -> float | None:
    """Return Spearman's correlation of the two scores; None where it is not defined."""
    if frame["champion"].nunique() < 2 or frame["challenger"].nunique() < 2:
        return None
    return float(frame["champion"].corr(frame["challenger"], method="spearman"))


def _at_capacity(frame: pd.DataFrame, capacity: float, interviews: Mapping[str, Interview]) -> dict[str, Any]:
    champion, challenger = (_chosen(frame, name, capacity) for name in ("champion", "challenger"))
    by_arm = {}
    for arm in ARMS:
        held = [interviews.get(case) for case in frame["case"]]
        positive = np.array([item is not None and item.arm == arm and item.positive for item in held], dtype=bool)
        only = int((positive & champion & ~challenger).sum()), int((positive & challenger & ~champion).sum())
        by_arm[arm] = {
            "findings": int(positive.sum()), "both": int((positive & champion & challenger).sum()),
            "champion_only": only[0], "challenger_only": only[1], "p": sign_test(*only),
        }  # fmt: skip
    same = int((champion & challenger).sum())
    return {"capacity": capacity, "chosen": int(champion.sum()), "same": same, "found": by_arm}


def _chosen(frame: pd.DataFrame, name: str, capacity: float) -> Bools:
    """Return bool[n]: the highest scores of each post's week up to capacity, at least one."""
    by_stratum = frame.groupby("stratum")[name]
    rank = by_stratum.rank(method="first", ascending=False)
    size = np.maximum(np.floor(by_stratum.transform("size") * capacity), 1)
    return np.asarray(rank <= size, dtype=bool)


def _interviews(
    connection: Connection, store: RecordStore, subject: str, pairs: Sequence[ScorePair]
) -> dict[str, Interview]:
    """Return the interviews about these cases; outcomes are stored after the first decision."""
    if not pairs:
        return {}
    ids = ids_after(connection, "outcomes", min(pair.position for pair in pairs))
    cases = {pair.subject_id for pair in pairs}
    return {
        row["subject_id"]: Interview(row["arm"], row["finding"] in _POSITIVE)
        for row in store.rows(connection, "outcomes", ids).to_pylist()
        if row["subject"] == OUTCOME_SUBJECTS[subject]
        and row["subject_id"] in cases
        and row["finding"] != "inconclusive"
    }
