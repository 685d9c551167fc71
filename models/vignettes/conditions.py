"""Does a condition hold? Each kind of condition in a line, on the cases that it compares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from features.catalogue.findings import RAISES
from models.findings import FindingsExplanation
from models.vignettes.story import FINDING, ITSELF, KINDS, REASON, STORY, VARIANT, Condition

_SLACK = 1e-9
"""In log-odds: sums of the same leaves in another order differ by rounding, and a true step is the size of a leaf."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a model says of a case.

    Attributes
    ----------
    raw_score
        Log-odds.
    content
        Values, scores and contributions, every byte.
    explain
        Findings of the case, at most once; None for a model without peers.
    protected, child_procedure
        What holds of the case whatever its score.
    """

    raw_score: float
    content: bytes
    explain: Callable[[], FindingsExplanation | None]
    protected: bool
    child_procedure: bool

    @property
    def shown(self) -> tuple[str, ...]:
        """Codes of the shown findings, the first one first."""
        explained = self.explain()
        return () if explained is None else tuple(item.finding.code for item in explained.shown)

    @property
    def reasons(self) -> set[str]:
        """Shown findings that raise the score, and the features that their sentences are about."""
        explained = self.explain()
        raising = [item for item in (explained.shown if explained else ()) if item.finding.direction == RAISES]
        return {item.finding.code for item in raising} | {
            clause.fact.feature for item in raising for clause in item.clauses
        }


@dataclass(frozen=True, slots=True)
class Check:
    """Condition of a story with its result.

    Attributes
    ----------
    holds
        None where the model cannot be asked: it has no peers, and so no findings.
    seen
        What was compared, in short.
    """

    story: str
    condition: Condition
    holds: bool | None
    seen: str


Cases = Callable[[str, str], Case]
"""The case of a story and a variant."""

_HOLDS: dict[str, Callable[[Case, Case], bool]] = {
    "outranks": lambda own, other: own.raw_score > other.raw_score + _SLACK,
    "not_lowered_by": lambda own, other: other.raw_score >= own.raw_score - _SLACK,
    "raised_by": lambda own, other: other.raw_score > own.raw_score + _SLACK,
    "not_raised_by": lambda own, other: other.raw_score <= own.raw_score + _SLACK,
    "unchanged_by": lambda own, other: other.content == own.content,
}
"""Of two cases: the story, and another story or a variant of this one."""


def check(story: str, condition: Condition, cases: Cases) -> Check:
    """Result of a condition."""
    own, kind, what = cases(story, condition.variant), condition.kind, KINDS[condition.kind]
    if what in {STORY, VARIANT}:
        other = cases(condition.about[0], ITSELF) if what == STORY else cases(story, condition.about[0])
        seen = f"{own.raw_score:+.2f}, {other.raw_score:+.2f}"
        return Check(story, condition, _HOLDS[kind](own, other), seen)
    if what in {FINDING, REASON}:
        holds: bool | None = None
        if own.explain() is not None:
            never = kind == "never_named"
            named = (
                own.reasons if never else set(own.shown[:1]) if kind == "named_first" else own.reasons.union(own.shown)
            )
            holds = named.isdisjoint(condition.about) == never
        return Check(story, condition, holds, ", ".join(own.shown) or "–")
    return Check(story, condition, own.protected if kind == "protected" else own.child_procedure, "")
