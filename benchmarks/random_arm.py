"""Does the random arm tell the truth about everybody? ``python -m benchmarks.random_arm``: coverage over many small worlds."""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
import pyarrow as pa

from synthetic_data.scenario import load_scenario
from synthetic_data.world import generate
from training.data.labels import ALL_FILES, ARMS, LOTS, UNFLAGGED_FILES, Findings
from training.data.outcomes import SUBJECTS, findings
from training.evaluation.evaluate import LABELS, MODEL, TRUTH, at_capacity
from training.evaluation.population import Mask, describe_population
from training.statistics.intervals import Estimate, InterviewError
from training.statistics.resampling import Resampled

SUBJECT = "visa"
TABLE, ID, TIME = "visa_applications", "application_id", "submitted_at"
# exploited applications must be common enough for small worlds to hold some among the interviewed
SHARE = {"exploited_share": 0.03}
CAPACITY = 0.1
OTHER = "other"
"""Of all cases, chosen by a ranking that knows something; a smaller share would hold no random interview at all."""


def interviewed_only(found: Findings) -> Findings:
    """Leave out referrals and later identifications: they are no answers of interviews."""
    return found.only(found.arm >= ARMS.index("random"))


def one_world(
    seed: int, applications: int, share: float, error: InterviewError, from_us: int, lot: str = ALL_FILES
) -> dict[str, object]:
    """Estimate prevalence and the shares reached in one world, by interviews and by two rankings, and compare with its truth.

    Rankings are judged by the function that makes the reports' tables, `training.evaluation.evaluate.at_capacity`.
    """
    records, truth = generate(seed, applications, "default", {**SHARE, "random_share": share})
    ids = records[TABLE][ID].to_pylist()
    as_of = records[TABLE][TIME].cast(pa.int64()).to_numpy()
    told = truth.to_pandas()
    told = told[told["subject"] == SUBJECTS[SUBJECT]].set_index("subject_id")["exploited"]
    exploited = told.reindex(ids).to_numpy(dtype=bool)
    made = interviewed_only(findings(records["outcomes"], SUBJECT, ids, as_of, lot))
    if lot == UNFLAGGED_FILES:
        made = drawn_among_the_rest(made, exploited, np.random.default_rng(seed))
    labels = made.known_before()
    rows = as_of >= from_us
    # rankings of middling skill, made of truth and noise that they partly share: the estimate knows none of it
    rng = np.random.default_rng(seed)
    noise, apart = rng.normal(size=len(ids)), rng.normal(size=len(ids))
    rankings = {MODEL: 1.5 * exploited + noise, OTHER: 0.5 * exploited + 0.8 * noise + 0.6 * apart}
    frame = pd.DataFrame(
        {"post": "any", "week": 0, "as_of": as_of, "label": labels.positive, "answer": labels.told, "drawn": labels.by_lot,
         "inclusion": labels.inclusion, "arm": np.array(ARMS, dtype=object)[labels.arm], "lot": lot, "truth": exploited * 1.0,
         "ring": None}
    )  # fmt: skip
    kept = np.flatnonzero(rows)
    frame, rankings = frame.iloc[kept].reset_index(drop=True), {name: one[kept] for name, one in rankings.items()}
    judged = at_capacity(frame, rankings, Resampled.of(frame, rng, 2), capacities=(CAPACITY,), error=error)
    judged = judged.set_index(["basis", "ranking"])
    found = describe_population(labels, rows, error=error)
    exploited, targeted = exploited[kept], (labels.arm == ARMS.index("targeted"))[kept]
    return {
        "random interviews": found.random_interviews,
        "findings": float(judged.loc[(LABELS, MODEL), "random_findings"]),
        "prevalence": float(exploited.mean()),
        "estimate": found.prevalence.value,
        **_seen("prevalence", found.prevalence, float(exploited.mean())),
        **_seen("reached", found.reached, float((exploited & targeted).sum() / max(exploited.sum(), 1))),
        **_judged(judged, MODEL, "recall"),
        **_judged(judged, MODEL, "per_100"),
        **_judged(judged, OTHER, "times"),
    }


def drawn_among_the_rest(found: Findings, exploited: Mask, rng: np.random.Generator) -> Findings:
    """Strike those from the lot whom officers would have chosen: drawn among unflagged files, it meets none of them.

    The world draws first, and who of the drawn would have been chosen is not on record. So officers are given the eye that they
    had for the others: they choose as large a share of exploited people, and of others, among the drawn.
    """
    drawn, chosen = (found.arm == ARMS.index(arm) for arm in ("random", "targeted"))
    free = np.ones(len(found.as_of), dtype=bool)
    free[found.row[drawn]] = False
    wanted = np.zeros(len(found.as_of), dtype=bool)
    wanted[found.row[chosen]] = True
    share = np.where(exploited, wanted[free & exploited].mean(), wanted[free & ~exploited].mean())
    return found.only(~(drawn & (rng.random(len(found.row)) < share[found.row])))


def _seen(name: str, told: Estimate, truth: float) -> dict[str, object]:
    return {f"{name} width": told.high - told.low, f"{name} covered": told.covers(truth)}


def _judged(table: pd.DataFrame, ranking: str, figure: str) -> dict[str, object]:
    """Compare a row by labels with the row by truth; NaN where the first is not known."""
    row = table.loc[(LABELS, ranking)]
    told = Estimate(*(float(row[f"{figure}{end}"]) for end in ("", "_low", "_high")))
    known = not np.isnan(told.value)
    truth = float(table.loc[(TRUTH, ranking), figure])
    return {
        f"{figure} known": known,
        f"{figure} width": told.high - told.low if known and np.isfinite(told.high) else np.nan,
        f"{figure} covered": float(told.covers(truth)) if known else np.nan,
    }


def table(worlds: int, applications: int, shares: list[float], lot: str = ALL_FILES) -> pd.DataFrame:
    """Return one row for each size of the random arm: means over worlds, and in how many intervals held the truth."""
    scenario = load_scenario("default")
    error = InterviewError(scenario["disclosure"], scenario["false_indication"])
    year_us = int(int(scenario["random_from_year"] - 1970) * 365.2425 * 86_400e6)
    rows = []
    for share in shares:
        seen = pd.DataFrame(
            [one_world(seed, applications, share, error, year_us, lot) for seed in range(1, worlds + 1)]
        )
        rows.append({"random share of files": share, "worlds": worlds, **seen.astype(float).mean().to_dict()})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="for each share")
    parser.add_argument("--applications", type=int, default=3000, help="of each world")
    parser.add_argument(
        "--shares", type=float, nargs="+", default=[0.008, 0.02, 0.05, 0.1], help="of files drawn at random"
    )
    parser.add_argument("--lot", choices=LOTS, default=ALL_FILES, help="among which files the random arm is drawn")
    wanted = parser.parse_args()
    print("Synthetic data; not validated on any real visa record.\n")
    print(table(wanted.worlds, wanted.applications, wanted.shares, wanted.lot).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
