"""Is a group selected without cause, or missed, more often than comparable cases? Randomisation tests within strata, and alarms.

Each group and crossing of two attributes is compared with all others of its stratum: the status of residence, for landings
with or without a visa (and the interview arm where findings are used). The form asks for these, and posts serve different
ones. Officers' choices are compared within a post as well. Significance is that of the randomisation test over all strata
(Fisher 1935). A group too small for an alarm is reported with the difference it could have shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.arrays import Bools, Ints
from training.evaluation.frame import MINORS
from training.fairness.groups import MIN_SHOWN, AuditedCases, crossing, denominators
from training.statistics.randomisation_test import (
    NullDistribution,
    group_design_effect,
    tarone_level,
    with_design_effect,
)

COMPARED = (
    ("nationality",), ("sex",), ("age_band",),
    ("nationality", "sex"), ("nationality", "age_band"), ("sex", "age_band"), ("nationality", "status"),
)  # fmt: skip
"""Compared attributes and crossings; status is the stratum, and a post follows the nationalities it serves."""
PRACTICE = "chosen_by_officers"
FALSE_ALARM_LEVEL = 0.05
"""Probability of any alarm for an unbiased model, half for the model and half for officers' practice, each shared by Tarone's
rule."""
PRACTICE_RATIO = 2.0
"""Smallest alarming ratio of officers' choices: they choose by what they see, in which groups may differ."""
MIN_RATIO = 1.25
"""Smallest alarming ratio of a model, the four-fifths convention (29 CFR 1607.4 D)."""
MISSED, SELECTED, TARGETED = "missed too often", "called in too often", "chosen by officers too often"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A group against the rest of its strata.

    Attributes
    ----------
    chosen, expected
        Members chosen, and the number expected at the rates of all others in their strata.
    p_value
        One-sided, of this number or more; for recall of this number or fewer.
    detectable_ratio
        Odds ratio (of rates, where few are chosen) that would alarm four times in five; None where none would.
    alarm
        ``none``, ``called in too often``, ``missed too often`` or ``chosen by officers too often``.
    """

    attribute: str
    group: str
    metric: str
    people: int
    chosen: float
    expected: float
    p_value: float
    detectable_ratio: float | None
    alarm: str

    @property
    def ratio(self) -> float:
        """Ratio of chosen to expected."""
        return self.chosen / self.expected if self.expected else float("inf")


def compare_groups(cases: AuditedCases) -> list[Comparison]:
    """Compare every group of sufficient size; minors are left out, because no score calls them in."""
    adults = cases.groups["age_band"] != MINORS
    questions = [
        _Question(metric, of.people & adults, cases.chosen, _strata(cases, with_arm=of.weighted), of.case_group)
        for metric, of in denominators(cases).items()
        if metric != "selection_rate"
    ]
    return _compared(questions, cases)


def compare_practice(cases: AuditedCases) -> list[Comparison]:
    """Compare the rates at which officers targeted groups, among all cases outside the random sample."""
    if cases.arm is None:
        return []
    strata = _codes(_combined(_stratum(cases), cases.groups["post"]))
    group = denominators(cases)["selection_rate"].case_group
    return _compared([_Question(PRACTICE, cases.arm != "random", cases.arm == "targeted", strata, group)], cases)


@dataclass(frozen=True, slots=True)
class _Question:
    """Population and choice, bool[n] each, with stratum and case group, int64[n] each."""

    metric: str
    people: Bools
    hit: Bools
    strata: Ints
    case_group: Ints


@dataclass(frozen=True, slots=True)
class _Test:
    """A comparison before its level is known."""

    comparison: Comparison
    null: NullDistribution
    design_effect: float
    groups: int

    @property
    def upward(self) -> bool:
        return not self.comparison.metric.startswith("recall")

    @property
    def attainable(self) -> float:
        return self.null.largest_p if self.upward else self.null.smallest_p

    def at(self, level: float) -> Comparison:
        compared, upward = self.comparison, self.upward
        tail = self.null.upper_tail if upward else self.null.lower_tail
        p_value, needed = with_design_effect(tail(int(compared.chosen)), level, self.design_effect, self.groups)
        practice = compared.metric == PRACTICE
        smallest = PRACTICE_RATIO if practice else MIN_RATIO
        detectable = self.null.detectable_ratio(needed, upward=upward)
        if detectable is not None:
            detectable = max(detectable, smallest) if upward else min(detectable, 1 / smallest)
        beyond = compared.ratio >= smallest if upward else compared.ratio <= 1 / smallest
        alarm = TARGETED if practice else SELECTED if upward else MISSED
        return replace(
            compared,
            p_value=p_value,
            detectable_ratio=detectable,
            alarm=alarm if p_value <= level and beyond else "none",
        )


def _compared(questions: list[_Question], cases: AuditedCases) -> list[Comparison]:
    tests = [test for question in questions for key in COMPARED for test in _of_attribute(question, cases, key)]
    level = tarone_level(FALSE_ALARM_LEVEL / 2, [test.attainable for test in tests])
    return [test.at(level) for test in tests]


def _of_attribute(question: _Question, cases: AuditedCases, key: tuple[str, ...]) -> list[_Test]:
    labels, codes = crossing(cases, key)
    rows = np.flatnonzero(question.people)
    codes, hit, strata = codes[rows], question.hit[rows], question.strata[rows]
    group = np.unique(question.case_group[rows], return_inverse=True)[1]
    shape = (len(labels), int(question.strata.max(initial=0)) + 1)
    at = codes * shape[1] + strata
    members = np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)
    chosen = np.bincount(at, hit, shape[0] * shape[1]).astype(np.int64).reshape(shape)
    everybody, all_chosen = members.sum(axis=0), chosen.sum(axis=0)
    tests = []
    for number, label in enumerate(labels):
        own = members[number]
        informative = (own > 0) & (own < everybody)
        if not MIN_SHOWN <= own.sum() <= len(rows) - MIN_SHOWN or not informative.any():
            continue
        mine, hits, total, all_hits = (column[informative] for column in (own, chosen[number], everybody, all_chosen))
        expected = float((mine * (all_hits - hits) / (total - mine)).sum())
        compared = Comparison(
            " x ".join(key), label, question.metric, int(own.sum()), int(hits.sum()), expected, 1.0, None, "none"
        )
        effect = group_design_effect(codes == number, hit, strata, group)
        tests.append(_Test(compared, NullDistribution.of(total, all_hits, mine), *effect))
    return tests


def _stratum(cases: AuditedCases) -> NDArray[np.str_]:
    return cases.groups["status"] if cases.stratum is None else cases.stratum


def _strata(cases: AuditedCases, *, with_arm: bool) -> Ints:
    stratum = _stratum(cases)
    return _codes(_combined(stratum, cases.arm) if with_arm and cases.arm is not None else stratum)


def _combined(first: NDArray[np.str_], second: NDArray[np.str_]) -> NDArray[np.str_]:
    return np.char.add(np.char.add(first, " "), second)


def _codes(names: NDArray[np.str_]) -> Ints:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
