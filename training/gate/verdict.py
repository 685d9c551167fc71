"""May this model serve? Every line of the policy against the evidence; all must hold, and too little evidence is a no."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from training.gate import words as gate_words
from training.gate.policy import Condition, Policy, Waivable


class Outcome(StrEnum):
    """What became of a line."""

    HOLDS = "holds"
    FAILS = "fails"
    NO_EVIDENCE = "no evidence"
    WAIVED = "waived"


class Verdict(StrEnum):
    """What the gate said of a model, in one word: the tag of its version, the word on its card and on the page about models."""

    PASSED = "passed"
    WAIVED = "waived"
    DEMONSTRATION = "demonstration"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One condition, what became of it, and the figures it was judged by.

    ``judged`` is the figure beside its limit alone, without what it rests on, in English; nothing where it does not count.
    """

    code: str
    condition: str
    condition_ja: str
    outcome: Outcome
    figures: str
    figures_ja: str
    reason: str
    waiver: str | None = None
    before_waiver: Outcome | None = None
    waivable: Waivable = Waivable.WHERE_EVIDENCE_LACKS
    waiver_reason: str = ""
    judged: str = ""

    @property
    def holds(self) -> bool:
        """Whether the line stands in nobody's way."""
        return self.outcome in {Outcome.HOLDS, Outcome.WAIVED}

    @property
    def no_waiver(self) -> str:
        """Why no waiver helps a line that is in the way; nothing where one would, or where it holds."""
        if self.holds or self.waivable is Waivable.WHERE_EVIDENCE_LACKS:
            return ""
        where = "outside a demonstration no waiver" if self.waivable is Waivable.IN_DEMONSTRATIONS else "no waiver"
        return f"{where} covers it: {self.waiver_reason}"

    def as_json(self) -> dict[str, object]:
        """Return the line as it is kept with the model."""
        return {
            "code": self.code,
            "condition": self.condition,
            "condition_ja": self.condition_ja,
            "outcome": self.outcome.value,
            "figures": self.figures,
            "figures_ja": self.figures_ja,
            "reason": self.reason,
            "waiver": self.waiver,
            "before_waiver": (self.before_waiver or self.outcome).value,
        }


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody's signed word that a model may serve although a line lacks evidence.

    Attributes
    ----------
    codes
        The lines it is for; empty for every line that lacks evidence.
    failing_too
        Whether it also covers lines that fail on evidence: in demonstrations only.
    """

    who: str
    why: str
    codes: frozenset[str] = frozenset()
    failing_too: bool = False

    def covers(self, line: Line) -> bool:
        """Say whether a line is waived by it."""
        open_to_it = line.outcome is Outcome.NO_EVIDENCE or (self.failing_too and line.outcome is Outcome.FAILS)
        asked = Waivable.IN_DEMONSTRATIONS if self.failing_too else Waivable.WHERE_EVIDENCE_LACKS
        return line.waivable >= asked and open_to_it and (not self.codes or line.code in self.codes)


def judge(evidence: Mapping[str, Any], policy: Policy, waiver: Waiver | None = None) -> list[Line]:
    """Judge the evidence of a challenger, a nested mapping of numbers, line by line."""
    return [_waived(_line(evidence, condition), waiver) for condition in policy.lines]


def verdict_of(lines: Sequence[Line], *, demo: bool) -> Verdict:
    """Return what the lines come to: a demonstration asks for fewer people and lets more be waived, so it is never a pass."""
    if not all(line.holds for line in lines):
        return Verdict.REFUSED
    if demo:
        return Verdict.DEMONSTRATION
    return Verdict.WAIVED if any(line.outcome is Outcome.WAIVED for line in lines) else Verdict.PASSED


def look_up(evidence: Mapping[str, Any], path: str) -> float | None:
    """Return the number at a dotted path; None where there is none."""
    at: Any = evidence
    for name in path.split("."):
        if not isinstance(at, Mapping) or name not in at:
            return None
        at = at[name]
    return float(at) if isinstance(at, int | float) and not isinstance(at, bool) else None


def words_at(evidence: Mapping[str, Any], path: str) -> str | None:
    """Return the words at a dotted path, several joined by commas; None where there are none."""
    at: Any = evidence
    for name in path.split("."):
        if not isinstance(at, Mapping) or name not in at:
            return None
        at = at[name]
    words = at if isinstance(at, str) else ", ".join(str(one) for one in at) if isinstance(at, list | tuple) else ""
    return words or None


def _line(evidence: Mapping[str, Any], condition: Condition) -> Line:
    value = look_up(evidence, condition.figure)
    if value is None and condition.holds_if_absent and _parent_is_absent(evidence, condition.figure):
        return _told(condition, Outcome.HOLDS, gate_words.FIRST)
    held = None if condition.evidence is None else look_up(evidence, condition.evidence)
    short = condition.evidence is not None and (held is None or not held >= condition.least_evidence)
    about = None if condition.names is None else words_at(evidence, condition.names)
    told = gate_words.figures(condition, value, held, about)
    if value is None or math.isnan(value) or short:
        # a policy that asks for more evidence must not make a failure that was seen into evidence that lacks
        if condition.delivered is not None and _line(evidence, condition.delivered).outcome is Outcome.FAILS:
            return _told(condition, Outcome.FAILS, told)
        # a figure that rests on too little says nothing, and is not shown
        return _told(condition, Outcome.NO_EVIDENCE, gate_words.evidence(condition, held) if short else told)
    outcome = Outcome.HOLDS if condition.met_by(value) else Outcome.FAILS
    return replace(_told(condition, outcome, told), judged=gate_words.judged(condition, value, about)[0])


def _parent_is_absent(evidence: Mapping[str, Any], path: str) -> bool:
    parents = path.split(".")[:-1]
    at: Any = evidence
    for name in parents:
        if name not in at:
            return True
        at = at[name]
    return False


def _told(condition: Condition, outcome: Outcome, figures: tuple[str, str]) -> Line:
    return Line(
        condition.code, condition.says, condition.says_ja, outcome, *figures, condition.reason,
        waivable=condition.waivable, waiver_reason=condition.waiver_reason,
    )  # fmt: skip


def _waived(line: Line, waiver: Waiver | None) -> Line:
    if waiver is None or not waiver.covers(line):
        return line
    signed = f"{waiver.who}: {waiver.why}"
    en, ja = gate_words.before(line.outcome.value, (line.figures, line.figures_ja))
    return replace(line, outcome=Outcome.WAIVED, figures=en, figures_ja=ja, waiver=signed, before_waiver=line.outcome)
