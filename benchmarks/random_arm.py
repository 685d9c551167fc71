"""Does the random arm tell the truth about everybody? ``python -m benchmarks.random_arm``: coverage over many small worlds."""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from synthetic_data.scenario import load_scenario
from synthetic_data.world import generate
from training.labels import ARMS, SUBJECTS, Findings, findings
from training.selection import InterviewError, describe_population

SUBJECT = "visa"
TABLE, ID, TIME = "visa_applications", "application_id", "submitted_at"
# exploited applications must be common enough for small worlds to hold some among the interviewed
SHARE = {"exploited_share": 0.03}


def interviewed_only(found: Findings) -> Findings:
    """Leave out referrals and later identifications: they are no answers of interviews."""
    kept = found.arm >= ARMS.index("random")
    columns = ("row", "known_at", "value", "arm", "inclusion", "typology")
    return replace(found, **{name: getattr(found, name)[kept] for name in columns})


def conclusive_errors(disclosure: float, false_indication: float) -> InterviewError:
    """Return the error rates of conclusive interviews.

    Of exploited people who say nothing a fifth are recorded as inconclusive, of others 4.5 % (the world's own rule).
    """
    silent = (1 - disclosure) * 0.8
    return InterviewError(disclosure / (disclosure + silent), false_indication / 0.955)


def one_world(seed: int, applications: int, share: float, error: InterviewError, from_us: int) -> dict[str, object]:
    """Estimate prevalence and the share reached by interviews in one world, and compare both with its truth."""
    records, truth = generate(seed, applications, "default", {**SHARE, "random_share": share})
    ids = records[TABLE][ID].to_pylist()
    as_of = records[TABLE][TIME].cast(pa.int64()).to_numpy()
    labels = interviewed_only(findings(records["outcomes"], SUBJECT, ids, as_of)).known_before()
    rows = as_of >= from_us
    told = truth.to_pandas()
    told = told[told["subject"] == SUBJECTS[SUBJECT]].set_index("subject_id")["exploited"]
    exploited = told.reindex(ids).to_numpy(dtype=bool)
    targeted = labels.arm == ARMS.index("targeted")
    found = describe_population(labels, rows, error=error)
    naive = float(np.nanmean(labels.positive[rows]))
    prevalence = float(exploited[rows].mean())
    reached = float((exploited & targeted)[rows].sum() / max(exploited[rows].sum(), 1))
    return {
        "random interviews": found.random_interviews,
        "prevalence": prevalence,
        "estimate": found.prevalence.value,
        "width": found.prevalence.high - found.prevalence.low,
        "interviewed alone": error.corrected(naive),
        "prevalence covered": found.prevalence.covers(prevalence),
        "reached width": found.reached.high - found.reached.low,
        "reached covered": found.reached.covers(reached),
    }


def main() -> None:
    """Print one row for each size of the random arm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--applications", type=int, default=4000)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.008, 0.02, 0.05])
    wanted = parser.parse_args()
    scenario = load_scenario("default")
    error = conclusive_errors(scenario["disclosure"], scenario["false_indication"])
    year_us = int(scenario["random_from_year"] - 1970) * 365.2425 * 86_400e6
    rows = []
    for share in wanted.shares:
        worlds = pd.DataFrame(
            [one_world(seed, wanted.applications, share, error, int(year_us)) for seed in range(1, wanted.worlds + 1)]
        )
        rows.append({"random share of files": share, **worlds.mean().to_dict()})
    print("Synthetic data; not validated on any real visa record.\n")
    print(pd.DataFrame(rows).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
