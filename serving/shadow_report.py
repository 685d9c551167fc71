"""How would interviews differ if the challenger chose? Champion and challenger on the same live cases, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from features.store.keys import TABLE_CODES
from features.store.records import RecordStore
from serving.interviews import SUBJECTS
from serving.store import shadows
from serving.store.shadows import Pair, Shadow

CAPACITIES = (0.02, 0.05, 0.10)
WEEK_US = 7 * 86_400_000_000
_POSITIVE = {"indications", "victim_identified"}
ASSUMPTION = (
    "Officers chose by the champion's order, so findings among targeted interviews favour the champion; those of "
    "interviews drawn at random favour neither."
)
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Heard:
    """An interview that was held about a case: how it was chosen, and whether it found indications."""

    arm: str
    positive: bool


def compared(pairs: Sequence[Pair], heard: Mapping[str, Heard]) -> dict[str, Any]:
    """Compare what both said.

    Parameters
    ----------
    heard
        Interviews by case that came to a finding; inconclusive ones are left out.
    """
    both = [one for one in pairs if one.champion is not None and one.challenger is not None]
    frame = pd.DataFrame({
        "case": [one.subject_id for one in both],
        "stratum": [f"{one.post} {one.as_of // WEEK_US}" for one in both],
        "champion": np.array([one.champion for one in both], dtype=np.float64),
        "challenger": np.array([one.challenger for one in both], dtype=np.float64),
    })  # fmt: skip
    return {
        "cases": len(pairs),
        "scored_by_both": len(both),
        "no_score": {
            "champion": sum(one.champion is None for one in pairs),
            "challenger": sum(one.challenger is None for one in pairs),
        },
        "mean": {name: _mean(frame[name]) for name in ("champion", "challenger")},
        "rank_correlation": _rank_correlation(frame),
        "at_capacity": [_at(frame, capacity, heard) for capacity in CAPACITIES],
        "assumption": ASSUMPTION,
    }


def _mean(values: pd.Series[float]) -> float | None:
    return float(values.mean()) if len(values) else None


def _rank_correlation(frame: pd.DataFrame) -> float | None:
    """Return Spearman's correlation of the two scores; None where it is not defined."""
    if frame["champion"].nunique() < 2 or frame["challenger"].nunique() < 2:
        return None
    return float(frame["champion"].rank().corr(frame["challenger"].rank()))


def _at(frame: pd.DataFrame, capacity: float, heard: Mapping[str, Heard]) -> dict[str, Any]:
    first, second = _chosen(frame, "champion", capacity), _chosen(frame, "challenger", capacity)
    found = {}
    for arm in ("targeted", "random"):
        told = [heard.get(case) for case in frame["case"]]
        positive = np.array([one is not None and one.arm == arm and one.positive for one in told], dtype=bool)
        only = int((positive & first & ~second).sum()), int((positive & second & ~first).sum())
        found[arm] = {
            "findings": int(positive.sum()), "both": int((positive & first & second).sum()),
            "champion_only": only[0], "challenger_only": only[1], "p": sign_test(*only),
        }  # fmt: skip
    return {
        "capacity": capacity, "chosen": int(first.sum()), "same": int((first & second).sum()), "found": found,
    }  # fmt: skip


def _chosen(frame: pd.DataFrame, name: str, capacity: float) -> Chosen:
    """Say who is chosen: of each post's week the highest, and at least one."""
    by_stratum = frame.groupby("stratum")[name]
    rank = by_stratum.rank(method="first", ascending=False)
    room = np.maximum(np.floor(by_stratum.transform("size") * capacity), 1)
    return np.asarray(rank <= room, dtype=bool)


def sign_test(first: int, second: int) -> float | None:
    """Return the two-sided exact probability of so uneven a split by chance; None where there is nothing to split.

    >>> sign_test(5, 0)  # 2 of the 32 ways
    0.0625
    """
    total = first + second
    if total == 0:
        return None
    tail = sum(math.comb(total, k) for k in range(min(first, second) + 1)) / 2**total
    return min(1.0, 2 * tail)


def report_of(connection: Connection, store: RecordStore, shadow: Shadow) -> dict[str, Any]:
    """Return the comparison of a shadow so far, JSON-ready."""
    found = shadows.pairs(connection, shadow)
    about = {
        "subject": shadow.subject, "challenger": shadow.version, "model_sha256": shadow.model_sha256,
        "begun_at": shadow.begun_at.isoformat(timespec="seconds"), "ends_at": shadow.ends_at.isoformat(timespec="seconds"),
        "running": shadow.running,
    }  # fmt: skip
    return {**about, **compared(found, _heard(connection, store, shadow.subject, found))}


def _heard(connection: Connection, store: RecordStore, subject: str, pairs: Sequence[Pair]) -> dict[str, Heard]:
    """Return the interviews about these cases; outcomes can only have come after the first of them."""
    if not pairs:
        return {}
    ids = connection.execute(
        text("select record_id from records.record where table_code = :code and position > :at and superseded_at is null"),
        {"code": TABLE_CODES["outcomes"], "at": min(one.position for one in pairs)},
    ).scalars().all()  # fmt: skip
    cases = {one.subject_id for one in pairs}
    return {
        row["subject_id"]: Heard(row["arm"], row["finding"] in _POSITIVE)
        for row in store.rows(connection, "outcomes", list(ids)).to_pylist()
        if row["subject"] == SUBJECTS[subject] and row["subject_id"] in cases and row["finding"] != "inconclusive"
    }


def _nothing(report: Mapping[str, Any]) -> str:
    """Say that there is nothing to compare yet, and what to do."""
    if report["cases"]:
        silent = " and ".join(name for name, count in report["no_score"].items() if count)
        return f"No case has a score from both: the {silent} gave none. The page about models says of a champion that is refused why; a challenger that was removed is put back by `mimamori shadow start`."
    if not report["running"]:
        return f"Nothing was scored before it ended. `mimamori shadow start {report['subject']} --until DATE` begins another."
    return (
        "Nothing has been scored yet. The challenger scores cases that are posted while `mimamori serve` runs, after this shadow began; "
        "post some, then ask again."
    )


def told(report: Mapping[str, Any]) -> str:
    """Return the comparison as Markdown."""

    def figure(value: float | None) -> str:
        return "not known" if value is None else f"{value:.4f}"

    rows = [
        f"| {one['capacity']:.0%} | {one['chosen']} | {one['same']} | {arm} | {found['findings']} | {found['both']} | "
        f"{found['champion_only']} | {found['challenger_only']} | {figure(found['p'])} |"
        for one in report["at_capacity"]
        for arm, found in one["found"].items()
    ]
    table = [
        "| capacity of each post's week | chosen | the same | interviews | with indications | chosen by both | champion only | challenger only | p |",
        "|---|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        report["assumption"],
    ]
    lines = [
        "Synthetic data; not validated on any real visa record.",
        "",
        f"# Shadow of the {report['subject']} challenger, version {report['challenger']}",
        "",
        f"From {report['begun_at']} until {report['ends_at']} ({'runs' if report['running'] else 'ended'}). "
        f"{report['cases']} cases, {report['scored_by_both']} scored by both; without a score: champion "
        f"{report['no_score']['champion']}, challenger {report['no_score']['challenger']}. Mean score: champion "
        f"{figure(report['mean']['champion'])}, challenger {figure(report['mean']['challenger'])}; rank correlation "
        f"{figure(report['rank_correlation'])}.",
        "",
        *(table if report["scored_by_both"] else [_nothing(report)]),
    ]
    return "\n".join(lines)
