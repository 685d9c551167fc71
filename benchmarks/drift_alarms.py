"""Does the drift report see a new way of exploitation, and is it quiet without one? ``python -m benchmarks.drift_alarms``: many worlds.

In `shift` one typology, labour of men, comes up in the last two years; in `default` all are there from the beginning. What interviews
found before those two years is compared with what they found since, as `mimamori drift` compares it; no model is needed.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pandas as pd
import pyarrow as pa

from features.matrix import TABLE_OF_SUBJECT
from synthetic_data.regimes import DAY_US, END
from synthetic_data.world import generate
from training.data.judgement import audit_table, evaluation_frame
from training.data.outcomes import findings
from training.data.selection import inverse_propensity
from training.drift.outcomes import FALSE_ALARM_LEVEL, TYPOLOGY, connected, outcome_drift

SUBJECT = "visa"
# about nine times the usual interviews and more people concerned, so that small worlds have findings to compare
CHANGES = {"exploited_share": 0.04, "interview_share": 0.3, "random_share": 0.1}
YEARS = 2


def one_world(scenario: str, seed: int, applications: int) -> dict[str, object]:
    """Make a world and return which of its outcomes raise an alarm."""
    records, _ = generate(seed, applications, scenario, CHANGES)
    cases = records[TABLE_OF_SUBJECT[SUBJECT]]
    ids, as_of = cases.column("application_id").to_pylist(), cases.column("submitted_at").cast(pa.int64()).to_numpy()
    found = findings(records["outcomes"], SUBJECT, ids, as_of)
    labels = found.known_before()
    now = as_of >= (END - 365 * YEARS) * DAY_US
    audit = audit_table(records, SUBJECT, ids, found)
    frame = evaluation_frame(audit, as_of, labels, inverse_propensity(labels, now))
    told = outcome_drift(frame, connected(records, SUBJECT, frame), now)
    return {
        "scenario": scenario, "seed": seed, "indications then": sum(one.found_then for one in told[:2]),
        "indications now": sum(one.found_now for one in told[:2]),
        "alarms": ", ".join(
            f"{one.of} ({one.found_then} of {one.then}, {one.found_now} of {one.now}; {one.chance:.1g})"
            for one in told if one.alarm
        ),
        "seen from": float(np.median([one.seen_from or np.inf for one in told if one.question == TYPOLOGY])),
    }  # fmt: skip


def main() -> None:
    """Print a line for each world, and how many raised an alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="of each scenario")
    parser.add_argument("--applications", type=int, default=20_000, help="of each world")
    wanted = parser.parse_args()
    told = []
    for scenario in ("default", "shift"):
        for seed in range(1, wanted.worlds + 1):
            print(f"\r{scenario}: world {seed} of {wanted.worlds} ", end="", file=sys.stderr)
            told.append(one_world(scenario, seed, wanted.applications))
    print(file=sys.stderr)
    frame = pd.DataFrame(told)
    print("Synthetic data; not validated on any real visa record.\n")
    print(frame.to_string(index=False))
    counts = (frame["alarms"] != "").groupby(frame["scenario"]).agg(["size", "sum"])
    print(
        f"\nworlds, and those with an alarm:\n{counts.to_string()}\n\nstated level: {FALSE_ALARM_LEVEL:.0%} of worlds without a shift"
    )


if __name__ == "__main__":
    main()
