"""Does the random arm tell the truth about everybody? ``python -m benchmarks.random_arm``: coverage over many small worlds."""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
import pyarrow as pa

from synthetic_data.scenario import load_scenario
from synthetic_data.world import generate
from training.intervals import Estimate, InterviewError
from training.labels import ARMS, SUBJECTS, Findings, findings
from training.population import describe_population

SUBJECT = "visa"
TABLE, ID, TIME = "visa_applications", "application_id", "submitted_at"
# exploited applications must be common enough for small worlds to hold some among the interviewed
SHARE = {"exploited_share": 0.03}
CAPACITY = 0.1
"""Of all cases, chosen by a ranking that knows something; a smaller share would hold no random interview at all."""


def interviewed_only(found: Findings) -> Findings:
    """Leave out referrals and later identifications: they are no answers of interviews."""
    return found.only(found.arm >= ARMS.index("random"))


def one_world(seed: int, applications: int, share: float, error: InterviewError, from_us: int) -> dict[str, object]:
    """Estimate prevalence and the shares reached in one world, by interviews and by a ranking, and compare with its truth."""
    records, truth = generate(seed, applications, "default", {**SHARE, "random_share": share})
    ids = records[TABLE][ID].to_pylist()
    as_of = records[TABLE][TIME].cast(pa.int64()).to_numpy()
    labels = interviewed_only(findings(records["outcomes"], SUBJECT, ids, as_of)).known_before()
    rows = as_of >= from_us
    told = truth.to_pandas()
    told = told[told["subject"] == SUBJECTS[SUBJECT]].set_index("subject_id")["exploited"]
    exploited = told.reindex(ids).to_numpy(dtype=bool)
    targeted = labels.arm == ARMS.index("targeted")
    # a ranking of middling skill, made of truth and noise: the estimate knows neither
    score = 1.5 * exploited + np.random.default_rng(seed).normal(size=len(exploited))
    called = score >= np.quantile(score[rows], 1 - CAPACITY)
    found = describe_population(labels, rows, error=error)
    ranked = describe_population(labels, rows, error=error, reached=called)

    def of_exploited(people: np.ndarray) -> float:  # type: ignore[type-arg]
        return float((exploited & people)[rows].sum() / max(exploited[rows].sum(), 1))

    return {
        "random interviews": found.random_interviews,
        "prevalence": float(exploited[rows].mean()),
        "estimate": found.prevalence.value,
        "interviewed alone": error.corrected(float(np.nanmean(labels.positive[rows]))),
        **_seen("prevalence", found.prevalence, float(exploited[rows].mean())),
        **_seen("reached", found.reached, of_exploited(targeted)),
        **_seen("ranking", ranked.reached, of_exploited(called)),
    }


def _seen(name: str, told: Estimate, truth: float) -> dict[str, object]:
    return {f"{name} width": told.high - told.low, f"{name} covered": told.covers(truth)}


def table(worlds: int, applications: int, shares: list[float]) -> pd.DataFrame:
    """Return one row for each size of the random arm: means over worlds, and in how many intervals held the truth."""
    scenario = load_scenario("default")
    error = InterviewError(scenario["disclosure"], scenario["false_indication"])
    year_us = int(int(scenario["random_from_year"] - 1970) * 365.2425 * 86_400e6)
    rows = []
    for share in shares:
        seen = pd.DataFrame([one_world(seed, applications, share, error, year_us) for seed in range(1, worlds + 1)])
        rows.append({"random share of files": share, "worlds": worlds, **seen.mean().to_dict()})
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--applications", type=int, default=3000)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.008, 0.02, 0.05, 0.1])
    wanted = parser.parse_args()
    print("Synthetic data; not validated on any real visa record.\n")
    print(table(wanted.worlds, wanted.applications, wanted.shares).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
