"""Does the drift report see what changed, and is it quiet where nothing did? ``python -m benchmarks.drift_alarms``: many worlds.

In `shift` one typology, labour of men, comes up in the last two years; in `default` all are there from the beginning. The last two years
are compared with what came before, as `mimamori drift` compares them: inputs, the scores of a model that learned from what came
before (where that is enough to learn from), and what interviews found. Then incomes of the same worlds are written in thousands.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.matrix import FeatureMatrix, build_matrix
from synthetic_data.filing.volumes import DAY_US, END
from synthetic_data.world import generate
from training.data.judgement import audit_table, evaluation_frame
from training.data.labels import Findings
from training.data.outcomes import findings
from training.data.selection import inverse_propensity
from training.data.splits import TooFewLabels, last_split
from training.drift.outcomes import FALSE_ALARM_LEVEL, TYPOLOGY, connected, outcome_drift
from training.drift.reference import growing, reference
from training.drift.stability import LEAST_CASES, feature_drift, score_drift
from training.fitting.making import How, make
from training.fitting.teaching import USUAL

# about nine times the usual interviews and more people concerned, so that small worlds have findings to compare
CHANGES = {"exploited_share": 0.04, "interview_share": 0.3, "random_share": 0.1}
YEARS = 2
SLIPPED = {"visa": "monthly_income_yen", "entry": "permitted_stay_days"}
"""What is written in thousands, to see whether a slip of unit is seen."""


def one_world(scenario: str, subject: str, seed: int, applications: int) -> dict[str, object]:
    """Make a world and return which of its inputs, scores and outcomes raise an alarm."""
    records, _ = generate(seed, applications, scenario, CHANGES)
    matrix = build_matrix(records, subject)
    found = findings(records["outcomes"], subject, matrix.subject_ids, matrix.as_of)
    labels = found.known_before()
    now = matrix.as_of >= (END - 365 * YEARS) * DAY_US
    before = reference(matrix.as_of, int(matrix.as_of[~now].max()), LEAST_CASES)
    audit = audit_table(records, subject, matrix.subject_ids, found)
    frame = evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels, now))
    told = outcome_drift(frame, connected(records, subject, frame), now)
    return {
        "scenario": scenario, "subject": subject, "seed": seed, "indications then": sum(one.found_then for one in told[:2]),
        "indications now": sum(one.found_now for one in told[:2]),
        "inputs": ", ".join(_inputs(matrix, matrix.values, before, now)),
        "scores": _scores(matrix, found, before, now),
        "outcomes": ", ".join(
            f"{one.of} ({one.found_then} of {one.then}, {one.found_now} of {one.now}; {one.chance:.1g})"
            for one in told if one.alarm
        ),
        "slip seen": f"feature {SLIPPED[subject]}" in _inputs(matrix, _slipped(matrix, now), before, now),
        "seen from": float(np.median([one.seen_from or np.inf for one in told if one.question == TYPOLOGY])),
    }  # fmt: skip


def _inputs(
    matrix: FeatureMatrix, values: NDArray[np.float64], before: NDArray[np.bool_], now: NDArray[np.bool_]
) -> list[str]:
    told = feature_drift(matrix.catalogue.names, values[before], values[now], growing(matrix.catalogue))
    return [f"feature {one.feature}" for one in told if one.alarm]


def _slipped(matrix: FeatureMatrix, now: NDArray[np.bool_]) -> NDArray[np.float64]:
    values = matrix.values.copy()
    values[now, matrix.catalogue.names.index(SLIPPED[matrix.subject])] /= 1000
    return values


def _scores(matrix: FeatureMatrix, found: Findings, before: NDArray[np.bool_], now: NDArray[np.bool_]) -> str:
    """Teach a model what was there before, and say whether its scores raise an alarm."""
    try:
        split = last_split(found.of(np.flatnonzero(~now)))
    except TooFewLabels:
        return "too few findings"
    earlier = replace(matrix, as_of=matrix.as_of[~now], values=matrix.values[~now])
    score = make(earlier, split, How(scheme=USUAL[matrix.subject])).scores(matrix.values)
    told = score_drift(score[before], score[now])
    return f"{told.stability_index:.2f}" if told.alarm else ""


def main() -> None:
    """Print a line for each world, and how many raised an alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="of each scenario")
    parser.add_argument("--applications", type=int, default=20_000, help="of each world")
    parser.add_argument("--subject", choices=sorted(SLIPPED), default="visa")
    wanted = parser.parse_args()
    told = []
    for scenario in ("default", "shift"):
        for seed in range(1, wanted.worlds + 1):
            print(f"\r{scenario}: world {seed} of {wanted.worlds} ", end="", file=sys.stderr)
            told.append(one_world(scenario, wanted.subject, seed, wanted.applications))
    print(file=sys.stderr)
    frame = pd.DataFrame(told)
    print("Synthetic data; not validated on any real visa record.\n")
    print(frame.to_string(index=False))
    alarms = frame.assign(
        worlds=True, inputs=frame["inputs"] != "", scores=~frame["scores"].isin(["", "too few findings"]),
        scored=frame["scores"] != "too few findings", outcomes=frame["outcomes"] != "",
    )  # fmt: skip
    counts = alarms.groupby("scenario")[["worlds", "inputs", "scored", "scores", "outcomes", "slip seen"]].sum()
    print(
        f"\nworlds, and those with an alarm:\n{counts.to_string()}\n\n"
        f"stated level: {FALSE_ALARM_LEVEL:.0%} of worlds without a shift, for outcomes"
    )


if __name__ == "__main__":
    main()
