"""Is a group called in more often than its like without cause, or missed more often? Comparisons with the rest, and alarms.

Each group is compared with everybody else *in the same status of residence*, of landings also with or without a visa alike
(and in the same interview arm, where findings are used): the form itself asks for these, and the posts serve different ones. Officers' own choices, from which
models learn, are compared within a post as well, for each post chooses among those who come to it. Whether the difference is more
than chance is judged by the exact distribution of a lot among all in a stratum: the randomisation test of the hypothesis
that group membership does not matter there (Fisher 1935), over all strata together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from training.fairness import AuditedCases, denominators
from training.judgement import MINORS

COMPARED = ("nationality", "sex", "age_band")
"""Attributes whose groups are compared; status is the stratum, and a post stands for the nationalities it serves."""
LEAST_PEOPLE = 20
LEAST_EXPECTED = 2.0
"""Groups are compared from these sizes on: below, no rate would tell anything."""
PRACTICE = "chosen_by_officers"
FALSE_ALARM_LEVEL = 0.05
"""Chance that an unbiased model raises any alarm in a report: one half for the model and one for the officers' practice,
each split evenly over its comparisons (Bonferroni)."""
PRACTICE_RATIO = 2.0
"""Officers choose by what they see, and groups differ in that; twice as often as one's like is beyond such differences."""
LEAST_RATIO = 1.25
"""A smaller difference than four fifths raises no alarm however sure it is (29 CFR 1607.4 D, used as a convention)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against the rest within the same strata.

    Attributes
    ----------
    chosen, expected
        How many of the group were chosen, and how many would be at the rates of everybody else in their strata.
    chance
        Two-sided p-value of the randomisation test.
    alarm
        ``none``, ``called in too often``, ``missed too often`` or ``chosen by officers too often``.
    """

    attribute: str
    group: str
    metric: str
    people: int
    chosen: float
    expected: float
    chance: float
    alarm: str

    @property
    def ratio(self) -> float:
        """Chosen by expected."""
        return self.chosen / self.expected if self.expected else float("inf")


def compare_groups(cases: AuditedCases) -> list[Comparison]:
    """Compare every group of sufficient size, and mark those that are beyond chance and beyond four fifths.

    Minors are left out: they go to the child procedure whatever the score, so that it calls none of them in.
    """
    by_score = cases.groups["age_band"] != MINORS
    questions = [
        _Question(metric, people & by_score, cases.chosen, _strata(cases, with_arm=weighted))
        for metric, (people, weighted) in denominators(cases).items()
        if metric != "selection_rate"
    ]
    return _compared(questions, {name: cases.groups[name] for name in COMPARED})


def compare_practice(cases: AuditedCases) -> list[Comparison]:
    """Compare how often officers chose people of each group for an interview, among all whom the lot did not draw."""
    if cases.arm is None:
        return []
    groups = {name: cases.groups[name] for name in COMPARED}
    groups["nationality x sex"] = np.char.add(np.char.add(groups["nationality"], " x "), groups["sex"])
    strata = np.char.add(np.char.add(_like(cases), " "), cases.groups["post"])
    codes = np.unique(strata, return_inverse=True)[1].astype(np.int64)
    question = _Question(PRACTICE, cases.arm != "random", cases.arm == "targeted", codes)
    return _compared([question], groups)


@dataclass(frozen=True, slots=True)
class _Question:
    """Among whom (bool[n]) is what (bool[n]) counted, within which strata (int64[n])."""

    metric: str
    people: NDArray[np.bool_]
    hit: NDArray[np.bool_]
    strata: NDArray[np.int64]


def _compared(questions: list[_Question], groups: Mapping[str, NDArray[np.str_]]) -> list[Comparison]:
    found: list[tuple[str, str, str, int, float, float, float]] = []
    for one in questions:
        hit, strata = one.hit[one.people], one.strata[one.people]
        for attribute, labels in groups.items():
            members = labels[one.people]
            for group in np.unique(members).tolist():
                own = members == group
                if not LEAST_PEOPLE <= own.sum() <= len(own) - LEAST_PEOPLE:
                    continue
                chosen, expected, chance = _against_the_rest(own, hit, strata)
                if expected >= LEAST_EXPECTED:
                    found.append((attribute, group, one.metric, int(own.sum()), chosen, expected, chance))
    level = FALSE_ALARM_LEVEL / 2 / max(len(found), 1)
    return [Comparison(*one, alarm=_alarm(one[2], one[4] / one[5], one[6], level)) for one in found]


def _alarm(metric: str, ratio: float, chance: float, level: float) -> str:
    if chance > level:
        return "none"
    if metric == PRACTICE and ratio >= PRACTICE_RATIO:
        return "chosen by officers too often"
    if metric.startswith("false_positive") and ratio >= LEAST_RATIO:
        return "called in too often"
    if metric.startswith("recall") and ratio <= 1 / LEAST_RATIO:
        return "missed too often"
    return "none"


def _like(cases: AuditedCases) -> NDArray[np.str_]:
    return cases.groups["status"] if cases.like is None else cases.like


def _strata(cases: AuditedCases, *, with_arm: bool) -> NDArray[np.int64]:
    joined = _like(cases)
    if with_arm and cases.arm is not None:
        joined = np.char.add(np.char.add(joined, " "), cases.arm)
    return np.unique(joined, return_inverse=True)[1].astype(np.int64)


def _against_the_rest(
    own: NDArray[np.bool_], hit: NDArray[np.bool_], strata: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Return chosen, expected and the two-sided chance, over the strata in which there is anybody to compare with."""
    size = int(strata.max()) + 1
    everybody = np.bincount(strata, minlength=size)
    mine = np.bincount(strata, own, size).astype(np.int64)
    chosen_all = np.bincount(strata, hit, size).astype(np.int64)
    chosen_mine = np.bincount(strata, own & hit, size).astype(np.int64)
    told = (mine > 0) & (mine < everybody)
    everybody, mine, chosen_all, chosen_mine = (one[told] for one in (everybody, mine, chosen_all, chosen_mine))
    if not len(mine):
        return 0.0, 0.0, 1.0
    others = everybody - mine
    expected = float((mine * (chosen_all - chosen_mine) / others).sum())
    observed = int(chosen_mine.sum())
    return float(observed), expected, _two_sided(observed, everybody, chosen_all, mine)


def _two_sided(
    observed: int, everybody: NDArray[np.int64], chosen: NDArray[np.int64], mine: NDArray[np.int64]
) -> float:
    """Return twice the smaller tail of the number of a group's members among the chosen, strata drawn one by one."""
    chances, least = np.ones(1), 0
    for total, hit, own in zip(everybody.tolist(), chosen.tolist(), mine.tolist(), strict=True):
        low, high = max(0, own + hit - total), min(own, hit)
        chances = np.convolve(chances, hypergeom.pmf(np.arange(low, high + 1), total, hit, own))
        least += low
    at = observed - least
    return float(min(1.0, 2 * min(chances[: at + 1].sum(), chances[at:].sum())))
