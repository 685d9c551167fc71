"""How much evidence does a line still lack, and about how many interviews would bring it?

The estimate is proportional: later interviews bring as much evidence each as those that were evaluated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.approval import Stage
from training.gate.line_texts import COUNTS
from training.gate.policy import Condition, Policy
from training.gate.verdict import Outcome, evaluate_policy, figure_at

_INTERVIEWS = {
    "gain.champion.groups": "interviewed", "gain.checklist.groups": "interviewed", "ranking.groups": "interviewed",
    "calibration.effective_positives": "interviewed", "leak.positives": "interviewed",
    "random.effective_size": "random.interviews", "random_sample.effective_size": "random.interviews",
}  # fmt: skip
"""Path of a count in the evidence to that of the interviews that brought it; other counts need cases, not interviews."""


def shortfall(evidence: Mapping[str, Any], policy: Policy, stage: Stage) -> list[str]:
    """A sentence for each line of a stage without enough evidence, number first."""
    conditions = {line.code: line for line in policy.lines}
    lines = evaluate_policy(evidence, policy, stage=stage)
    return [_sentence(evidence, conditions[line.code]) for line in lines if line.outcome is Outcome.NO_EVIDENCE]


def assumption(evidence: Mapping[str, Any], sentences: Sequence[str], stage: Stage) -> str:
    """Number of lines of a stage that lack evidence, and what the estimates assume."""
    return (
        f"{len(sentences)} lines lack evidence for {stage.value}; estimates assume as much for each interview as in the "
        f"{evidence.get('interviewed', 0):,} evaluated:"
    )


def _sentence(evidence: Mapping[str, Any], condition: Condition) -> str:
    path = condition.evidence
    if path is None:
        return f"no figure: {condition.code} (train again)"
    held, needed = figure_at(evidence, path) or 0.0, condition.min_evidence
    count = f"{condition.code} ({COUNTS[path]['en'] if path in COUNTS else path}: {held:.3g} of {needed:g})"
    if held >= needed:
        return f"no figure: {count}"
    if path not in _INTERVIEWS:
        return f"{math.ceil(needed - held):,} more, but not by interviews alone: {count}"
    kind = "random interviews" if path.startswith("random") else "interviews"
    interviews = figure_at(evidence, _INTERVIEWS[path]) or 0.0
    if not held or not interviews:
        return f"unknown number of {kind}: {count}, none yet in {interviews:,.0f}"
    return f"about {_rounded((needed - held) * interviews / held):,} more {kind}: {count}"


def _rounded(number: float) -> int:
    """Next larger number with two digits that count: an estimate is no more exact.

    >>> _rounded(12.1), _rounded(1234.0)
    (13, 1300)
    """
    unit = 10 ** max(math.floor(math.log10(number)) - 1, 0)
    return math.ceil(number / unit) * unit
