"""Does the fairness job cry wolf, and does it cry when it should? ``python -m benchmarks.fairness_alarms``: alarms over many worlds.

In `flat` nationality, sex and post are dealt out without regard to anything and officers have no preference: each alarm
over nationality or sex is false. In `injected_bias` truth is as blind, but officers choose women of one nationality far
more often.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pandas as pd

from synthetic_data.world import generate
from training.data.judgement import interviewed
from training.data.splits import TooFewLabels, last_split
from training.fairness.disparity import FALSE_ALARM_LEVEL, Comparison, compare_groups, compare_practice
from training.fairness.groups import AuditedCases
from training.fitting.cases import Cases
from training.fitting.making import How, make
from training.fitting.teaching import USUAL
from training.gate.policy import read_policy
from training.validation.rolling import judging_frame

SUBJECT = "visa"
# so many people and interviews that nearly every world of this size can be learned from
CHANGES = {"exploited_share": 0.04, "interview_share": 0.1, "random_share": 0.04}
BLIND = ("nationality", "sex", "nationality x sex", "nationality x status")
BY_AGE = ("age_band", "nationality x age_band", "sex x age_band")
"""What `flat_groups` deals out by lot, also within a status; ages go with routes in every world."""


def one_world(scenario: str, seed: int, applications: int) -> dict[str, object]:
    """Make a world and a model, and count the alarms that the gate would read."""
    records, truth = generate(seed, applications, scenario, CHANGES)
    cases = Cases.of(records, SUBJECT, truth)
    split = last_split(cases.found)
    made = make(cases.matrix, split, How(seed=seed, scheme=USUAL[cases.matrix.subject]))
    frame, _ = judging_frame(cases.matrix, cases.found, cases.audit, split)
    score = made.scores(cases.matrix.values[split.judge])
    called = interviewed(frame.assign(post="everywhere"), score, read_policy().capacity)
    audited = AuditedCases.of(frame, called)
    model, practice = compare_groups(audited), compare_practice(audited)
    return {
        "scenario": scenario, "seed": seed, "judged": len(frame), "comparisons": len(model) + len(practice),
        "model": _alarms(model, BLIND), "practice": _alarms(practice, BLIND),
        "by age": _alarms([*model, *practice], BY_AGE),
        "seen from": _seen(model),
    }  # fmt: skip


def _alarms(told: list[Comparison], attributes: tuple[str, ...]) -> str:
    return ", ".join(
        f"{one.group} {one.ratio:.1f}" for one in told if one.alarm != "none" and one.attribute in attributes
    )


def _seen(told: list[Comparison]) -> float:
    """The ratio that half of the nationalities, called in so much more often without cause, would show four times in five."""
    asked = [one for one in told if one.attribute == "nationality" and one.metric == "false_positive_rate_latent"]
    return float(np.median([one.seen_from or np.inf for one in asked]))


def table(worlds: int, applications: int, scenarios: tuple[str, ...] = ("flat", "injected_bias")) -> pd.DataFrame:
    """Return one row for each world that can be learned from, with the groups that raised an alarm and their ratios."""
    told = []
    for name in scenarios:
        for seed in range(1, worlds + 1):
            print(f"\r{name}: world {seed} of {worlds} ", end="", file=sys.stderr)
            try:
                told.append(one_world(name, seed, applications))
            except TooFewLabels:
                print("has too few findings to learn from", file=sys.stderr)
    print(file=sys.stderr)
    return pd.DataFrame(told)


def main() -> None:
    """Print each world that raised an alarm, and how many did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20, help="of each scenario")
    parser.add_argument("--applications", type=int, default=12_000, help="of each world")
    wanted = parser.parse_args()
    told = table(wanted.worlds, wanted.applications)
    alarmed = told[["model", "practice", "by age"]] != ""
    print("Synthetic data; not validated on any real visa record.\n")
    print(told[alarmed.any(axis=1)].to_string(index=False))
    counts = alarmed.assign(any=alarmed["model"] | alarmed["practice"]).groupby(told["scenario"]).sum()
    counts.insert(0, "judged", told.groupby("scenario").size())
    print(f"\nworlds that could be judged, and those with an alarm:\n{counts.to_string()}")
    print(f"\nstated level: {FALSE_ALARM_LEVEL:.0%} of reports on unbiased worlds; medians:")
    print(told.groupby("scenario")[["judged", "comparisons", "seen from"]].median().to_string())


if __name__ == "__main__":
    main()
