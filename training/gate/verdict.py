"""May this model serve at a stage? The lines of the policy against the evidence.

In full all must hold, and too little evidence does not. On trial too little evidence stops a model only where it can always be
obtained: on lines whose waiver is restricted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from features.languages import Text
from models.approval import Stage
from training.gate import line_texts
from training.gate.policy import Condition, Policy, Waivable


class Outcome(StrEnum):
    """Outcome of a line."""

    HOLDS = "holds"
    FAILS = "fails"
    NO_EVIDENCE = "no evidence"
    WAIVED = "waived"


class Verdict(StrEnum):
    """Verdict on a model: the tag of its version, on its card and on the page about models."""

    PASSED = "passed"
    TRIAL = "trial"
    WAIVED = "waived"
    DEMONSTRATION = "demonstration"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """A condition, its outcome and its figures by language.

    ``headline`` is the figure beside its limit in English, without its evidence; empty where it does not count.
    """

    code: str
    condition: Text
    outcome: Outcome
    figures: Text
    reason: str
    waiver: str | None = None
    before_waiver: Outcome | None = None
    waivable: Waivable = Waivable.WHERE_EVIDENCE_LACKS
    waiver_reason: str = ""
    headline: str = ""
    stage: Stage = Stage.FULL

    @property
    def holds(self) -> bool:
        """Whether the line lets the model pass."""
        if self.outcome is Outcome.NO_EVIDENCE:
            return self.stage is Stage.TRIAL and self.waivable is Waivable.WHERE_EVIDENCE_LACKS
        return self.outcome is not Outcome.FAILS

    @property
    def no_waiver(self) -> str:
        """Reason why no waiver covers a line that does not hold; empty where a waiver would, or where it holds."""
        if self.holds or self.waivable is Waivable.WHERE_EVIDENCE_LACKS:
            return ""
        where = "outside a demonstration no waiver" if self.waivable is Waivable.IN_DEMONSTRATIONS else "no waiver"
        return f"{where} covers it: {self.waiver_reason}"

    def as_json(self) -> dict[str, object]:
        """JSON of the line as stored with the model; English texts without a language code in their key."""
        return {
            "code": self.code, **_by_key("condition", self.condition), "outcome": self.outcome.value,
            **_by_key("figures", self.figures), "reason": self.reason, "waiver": self.waiver,
            "before_waiver": (self.before_waiver or self.outcome).value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiver:
    """A signed statement that a model may serve although a line lacks evidence.

    Attributes
    ----------
    codes
        Lines that it covers; empty for every line without evidence.
    failing_too
        Whether it also covers lines that fail on evidence: in demonstrations alone.
    """

    who: str
    why: str
    codes: frozenset[str] = frozenset()
    failing_too: bool = False

    def covers(self, line: Line) -> bool:
        """Whether it covers a line."""
        open_to_it = line.outcome is Outcome.NO_EVIDENCE or (self.failing_too and line.outcome is Outcome.FAILS)
        needed = Waivable.IN_DEMONSTRATIONS if self.failing_too else Waivable.WHERE_EVIDENCE_LACKS
        return not line.holds and line.waivable >= needed and open_to_it and (not self.codes or line.code in self.codes)


def evaluate_policy(
    evidence: Mapping[str, Any], policy: Policy, waiver: Waiver | None = None, stage: Stage = Stage.FULL
) -> list[Line]:
    """Lines of the policy at a stage for the evidence of a challenger, a nested mapping."""
    lines = (replace(_line(evidence, condition), stage=stage) for condition in policy.for_stage(stage))
    return [_waived(line, waiver) for line in lines]


def verdict_of(lines: Sequence[Line], *, demo: bool) -> Verdict:
    """Verdict of all lines; neither a demonstration nor a trial is a pass, because both are more lenient."""
    if not all(line.holds for line in lines):
        return Verdict.REFUSED
    if demo:
        return Verdict.DEMONSTRATION
    if any(line.stage is Stage.TRIAL for line in lines):
        return Verdict.TRIAL
    return Verdict.WAIVED if any(line.outcome is Outcome.WAIVED for line in lines) else Verdict.PASSED


def figure_at(evidence: Mapping[str, Any], path: str) -> float | None:
    """Number at a dotted path; None where missing."""
    entry = _entry(evidence, path)
    return float(entry) if isinstance(entry, int | float) and not isinstance(entry, bool) else None


def text_at(evidence: Mapping[str, Any], path: str) -> str | None:
    """Text at a dotted path, several with commas; None where missing."""
    entry = _entry(evidence, path)
    text = ", ".join(map(str, entry)) if isinstance(entry, list | tuple) else entry
    return text if isinstance(text, str) and text else None


def _entry(evidence: Mapping[str, Any], path: str) -> Any:
    entry: Any = evidence
    for name in path.split("."):
        if not isinstance(entry, Mapping) or name not in entry:
            return None
        entry = entry[name]
    return entry


def _line(evidence: Mapping[str, Any], condition: Condition) -> Line:
    value = figure_at(evidence, condition.figure)
    parent = condition.figure.rpartition(".")[0]
    if value is None and condition.holds_if_absent and _entry(evidence, parent) is None:
        return _with(condition, Outcome.HOLDS, line_texts.FIRST)
    held = None if condition.evidence is None else figure_at(evidence, condition.evidence)
    short = condition.evidence is not None and (held is None or not held >= condition.min_evidence)
    about = None if condition.names is None else text_at(evidence, condition.names)
    shown = line_texts.figures(condition, value, held, about)
    if value is None or math.isnan(value) or short:
        # a policy that asks for more evidence must not turn an observed failure into missing evidence
        if condition.delivered is not None and _line(evidence, condition.delivered).outcome is Outcome.FAILS:
            return _with(condition, Outcome.FAILS, shown)
        # a figure with too little evidence is not shown
        return _with(condition, Outcome.NO_EVIDENCE, line_texts.evidence(condition, held) if short else shown)
    outcome = Outcome.HOLDS if condition.holds_for(value) else Outcome.FAILS
    return replace(_with(condition, outcome, shown), headline=line_texts.headline(condition, value, about)["en"])


def _with(condition: Condition, outcome: Outcome, figures: Text) -> Line:
    return Line(
        condition.code, condition.text, outcome, figures, condition.reason,
        waivable=condition.waivable, waiver_reason=condition.waiver_reason,
    )  # fmt: skip


def _waived(line: Line, waiver: Waiver | None) -> Line:
    if waiver is None or not waiver.covers(line):
        return line
    figures = line_texts.before_waiver(line.outcome.value, line.figures)
    signed = f"{waiver.who}: {waiver.why}"
    return replace(line, outcome=Outcome.WAIVED, figures=figures, waiver=signed, before_waiver=line.outcome)


def _by_key(name: str, text: Text) -> dict[str, str]:
    return {name: text["en"]} | {f"{name}_{code}": words for code, words in text.items() if code != "en"}
