"""Does the fairness report alarm where officers are biased, and only there? ``python -m benchmarks.fairness_alarms``: many worlds.

In `flat` nationality, sex and post are independent of everything and officers have no preference: each alarm over nationality
or sex is false. In `injected_bias` officers choose women of a single nationality far more often.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pandas as pd

from synthetic_data.world import generate
from training.evaluation.capacity import within_capacity
from training.evaluation.frame import frame_of_split
from training.fairness.disparity import FALSE_ALARM_LEVEL, Comparison, compare_groups, compare_practice
from training.fairness.groups import AuditedCases
from training.fit.cases import Cases
from training.fit.trainer import TrainingConfig, train_model
from training.gate.policy import read_policy
from training.labels.splits import TooFewLabels, last_split
from training.sampling.schemes import DEFAULT_SCHEMES

SUBJECT = "visa"
# enough positives and interviews for a model in nearly every world of this size
CHANGES = {"exploited_share": 0.04, "interview_share": 0.1, "random_share": 0.04}
BLIND = ("nationality", "sex", "nationality x sex", "nationality x status")
BY_AGE = ("age_band", "nationality x age_band", "sex x age_band")
"""Ages correlate with routes in every world."""


def evaluate_world(scenario: str, seed: int, applications: int) -> dict[str, object]:
    """Alarms of the gate for a model of a world."""
    records, truth = generate(seed, applications, scenario, CHANGES)
    cases = Cases.of(records, SUBJECT, truth)
    split = last_split(cases.outcomes)
    built = train_model(cases.matrix, split, TrainingConfig(seed=seed, scheme=DEFAULT_SCHEMES[cases.matrix.subject]))
    frame, _ = frame_of_split(cases.matrix, cases.outcomes, cases.audit, split)
    score = built.scores(cases.matrix.values[split.evaluation])
    called = within_capacity(frame.assign(post="everywhere"), score, read_policy().capacity)
    audited = AuditedCases.of(frame, called)
    model, practice = compare_groups(audited), compare_practice(audited)
    return {
        "scenario": scenario, "seed": seed, "evaluated": len(frame), "comparisons": len(model) + len(practice),
        "model": _alarms(model, BLIND), "practice": _alarms(practice, BLIND),
        "by age": _alarms([*model, *practice], BY_AGE),
        "detectable ratio": _detectable(model),
    }  # fmt: skip


def _alarms(result: list[Comparison], attributes: tuple[str, ...]) -> str:
    return ", ".join(
        f"{item.group} {item.ratio:.1f}" for item in result if item.alarm != "none" and item.attribute in attributes
    )


def _detectable(result: list[Comparison]) -> float:
    """Median detectable ratio of the nationalities."""
    compared = [
        item for item in result if item.attribute == "nationality" and item.metric == "false_positive_rate_latent"
    ]
    return float(np.median([item.detectable_ratio or np.inf for item in compared]))


def table(worlds: int, applications: int, scenarios: tuple[str, ...] = ("flat", "injected_bias")) -> pd.DataFrame:
    """Alarmed groups and their ratios, a row for each world with enough labels."""
    result = []
    for name in scenarios:
        for seed in range(1, worlds + 1):
            print(f"\r{name}: world {seed} of {worlds} ", end="", file=sys.stderr)
            try:
                result.append(evaluate_world(name, seed, applications))
            except TooFewLabels:
                print("has too few labels", file=sys.stderr)
    print(file=sys.stderr)
    return pd.DataFrame(result)


def main() -> None:
    """Print each world with an alarm, and their number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20, help="of each scenario")
    parser.add_argument("--applications", type=int, default=12_000, help="of each world")
    wanted = parser.parse_args()
    result = table(wanted.worlds, wanted.applications)
    alarmed = result[["model", "practice", "by age"]] != ""
    print("Synthetic data; not validated on any real visa record.\n")
    print(result[alarmed.any(axis=1)].to_string(index=False))
    counts = alarmed.assign(any=alarmed["model"] | alarmed["practice"]).groupby(result["scenario"]).sum()
    counts.insert(0, "evaluated", result.groupby("scenario").size())
    print(f"\nworlds evaluated, and those with an alarm:\n{counts.to_string()}")
    print(f"\nstated level: {FALSE_ALARM_LEVEL:.0%} of reports on unbiased worlds; medians:")
    print(result.groupby("scenario")[["evaluated", "comparisons", "detectable ratio"]].median().to_string())


if __name__ == "__main__":
    main()
