"""Does the drift report alarm where something changed, and only there? ``python -m benchmarks.drift_alarms``: many worlds.

In `shift` a typology, labour of men, begins in the last two years; in `default` nothing changes. Inputs, scores and outcomes of
the last two years are compared with those before, as `mimamori drift` does. Then incomes are written in thousands.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from features.arrays import Bools, Floats
from features.matrix import FeatureMatrix, build_matrix
from synthetic_data.filing.volumes import DAY_US, END
from synthetic_data.world import generate
from training.drift.outcomes import FALSE_ALARM_LEVEL, TYPOLOGY, connected, outcome_drift
from training.drift.population_stability import MIN_CASES, feature_drift, score_drift
from training.drift.reference import growing, reference
from training.evaluation.frame import audit_table, evaluation_frame
from training.fit.trainer import TrainingConfig, train_model
from training.labels.labels import Outcomes
from training.labels.outcomes import case_outcomes
from training.labels.splits import TooFewLabels, last_split
from training.sampling.schemes import DEFAULT_SCHEMES
from training.sampling.weights import inverse_propensity

# more interviews and positives than usual, so that small worlds have findings to compare
CHANGES = {"exploited_share": 0.04, "interview_share": 0.3, "random_share": 0.1}
YEARS = 2
SLIPPED = {"visa": "monthly_income_yen", "entry": "permitted_stay_days"}
"""Feature written in thousands, for a change of measure."""


def evaluate_world(scenario: str, subject: str, seed: int, applications: int) -> dict[str, object]:
    """Alarms on inputs, scores and outcomes of a world."""
    records, _ = generate(seed, applications, scenario, CHANGES)
    matrix = build_matrix(records, subject)
    recorded = case_outcomes(records["outcomes"], subject, matrix.subject_ids, matrix.as_of)
    labels = recorded.known_before()
    now = matrix.as_of >= (END - 365 * YEARS) * DAY_US
    before = reference(matrix.as_of, int(matrix.as_of[~now].max()), MIN_CASES)
    audit = audit_table(records, subject, matrix.subject_ids, recorded)
    frame = evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels, now))
    result = outcome_drift(frame, connected(records, subject, frame), now)
    return {
        "scenario": scenario, "subject": subject, "seed": seed, "indications then": sum(item.positives_then for item in result[:2]),
        "indications now": sum(item.positives_now for item in result[:2]),
        "inputs": ", ".join(_inputs(matrix, matrix.values, before, now)),
        "scores": _scores(matrix, recorded, before, now),
        "outcomes": ", ".join(
            f"{item.of} ({item.positives_then} of {item.then}, {item.positives_now} of {item.now}; {item.p_value:.1g})"
            for item in result if item.alarm
        ),
        "slip alarmed": f"feature {SLIPPED[subject]}" in _inputs(matrix, _slipped(matrix, now), before, now),
        "detectable ratio": float(np.median([item.detectable_ratio or np.inf for item in result if item.question == TYPOLOGY])),
    }  # fmt: skip


def _inputs(matrix: FeatureMatrix, values: Floats, before: Bools, now: Bools) -> list[str]:
    result = feature_drift(matrix.catalogue.names, values[before], values[now], growing(matrix.catalogue))
    return [f"feature {item.feature}" for item in result if item.alarm]


def _slipped(matrix: FeatureMatrix, now: Bools) -> Floats:
    values = matrix.values.copy()
    values[now, matrix.catalogue.names.index(SLIPPED[matrix.subject])] /= 1000
    return values


def _scores(matrix: FeatureMatrix, recorded: Outcomes, before: Bools, now: Bools) -> str:
    """PSI of the scores of a model trained on the time before, where it alarms."""
    try:
        split = last_split(recorded.of(np.flatnonzero(~now)))
    except TooFewLabels:
        return "too few findings"
    earlier = replace(matrix, as_of=matrix.as_of[~now], values=matrix.values[~now])
    score = train_model(earlier, split, TrainingConfig(scheme=DEFAULT_SCHEMES[matrix.subject])).scores(matrix.values)
    result = score_drift(score[before], score[now])
    return f"{result.stability_index:.2f}" if result.alarm else ""


def main() -> None:
    """Print a line for each world, and the number with an alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="of each scenario")
    parser.add_argument("--applications", type=int, default=20_000, help="of each world")
    parser.add_argument("--subject", choices=sorted(SLIPPED), default="visa")
    wanted = parser.parse_args()
    result = []
    for scenario in ("default", "shift"):
        for seed in range(1, wanted.worlds + 1):
            print(f"\r{scenario}: world {seed} of {wanted.worlds} ", end="", file=sys.stderr)
            result.append(evaluate_world(scenario, wanted.subject, seed, wanted.applications))
    print(file=sys.stderr)
    frame = pd.DataFrame(result)
    print("Synthetic data; not validated on any real visa record.\n")
    print(frame.to_string(index=False))
    alarms = frame.assign(
        worlds=True, inputs=frame["inputs"] != "", scores=~frame["scores"].isin(["", "too few findings"]),
        scored=frame["scores"] != "too few findings", outcomes=frame["outcomes"] != "",
    )  # fmt: skip
    counts = alarms.groupby("scenario")[["worlds", "inputs", "scored", "scores", "outcomes", "slip alarmed"]].sum()
    print(
        f"\nworlds, and those with an alarm:\n{counts.to_string()}\n\n"
        f"stated level: {FALSE_ALARM_LEVEL:.0%} of worlds without a shift, for outcomes"
    )


if __name__ == "__main__":
    main()
