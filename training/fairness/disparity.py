"""Is a group called in more often than its like without cause, or missed more often? Comparisons with the rest, and alarms.

Each group and crossing of two attributes is compared with everybody else *in the same status of residence*, of landings also with or without a visa alike
(and in the same interview arm, where findings are used): the form itself asks for these, and the posts serve different ones. Officers' own choices, from which
models learn, are compared within a post as well, for each post chooses among those who come to it. Whether the difference is more
than chance is judged by the exact distribution of a lot among all in a stratum: the randomisation test of the hypothesis
that group membership does not matter there (Fisher 1935), over all strata together. A group too small to show anything is
not passed over in silence: each comparison says how large a difference it would have shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.judgement import MINORS
from training.fairness.groups import LEAST_SHOWN, AuditedCases, Denominator, crossing, denominators
from training.fairness.randomisation import ByChance, of_rings, shared_level, spread_of_rings

COMPARED = (
    ("nationality",), ("sex",), ("age_band",),
    ("nationality", "sex"), ("nationality", "age_band"), ("sex", "age_band"), ("nationality", "status"),
)  # fmt: skip
"""Attributes and crossings whose groups are compared; status is the stratum, and a post stands for the nationalities it serves."""
LEAST_PEOPLE = LEAST_SHOWN
"""Smaller groups are persons, in this as in the table; what they could not show, the exact test does not show."""
PRACTICE = "chosen_by_officers"
FALSE_ALARM_LEVEL = 0.05
"""Chance that an unbiased model raises any alarm in a report: one half for the model and one for the officers' practice,
each shared by the comparisons that could raise one (`training.fairness.randomisation.shared_level`)."""
PRACTICE_RATIO = 2.0
"""Officers choose by what they see, and groups differ in that; twice as often as one's like is beyond such differences."""
LEAST_RATIO = 1.25
"""A smaller difference than four fifths raises no alarm however sure it is (29 CFR 1607.4 D, used as a convention)."""

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against the rest within the same strata.

    Attributes
    ----------
    chosen, expected
        How many of the group were chosen, and how many would be at the rates of everybody else in their strata.
    chance
        One-sided p-value of the randomisation test: of so many chosen or more, for recall of so many or fewer.
    seen_from
        The ratio of odds, where few are chosen that of rates, which would raise the alarm four times in five; None
        where the group is too small for any.
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
    seen_from: float | None
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
        _Question(metric, of.people & by_score, cases.chosen, _strata(cases, with_arm=of.weighted), of.unit)
        for metric, of in denominators(cases).items()
        if metric != "selection_rate"
    ]
    return _compared(questions, cases)


def compare_practice(cases: AuditedCases) -> list[Comparison]:
    """Compare how often officers chose people of each group for an interview, among all whom the lot did not draw."""
    if cases.arm is None:
        return []
    strata = np.char.add(np.char.add(_like(cases), " "), cases.groups["post"])
    everybody: Denominator = denominators(cases)["selection_rate"]
    question = _Question(PRACTICE, cases.arm != "random", cases.arm == "targeted", _coded(strata), everybody.unit)
    return _compared([question], cases)


@dataclass(frozen=True, slots=True)
class _Question:
    """Among whom (bool[n]) is what (bool[n]) counted, within which strata (int64[n]), and who came together (int64[n])."""

    metric: str
    people: Bools
    hit: Bools
    strata: Ints
    unit: Ints


@dataclass(frozen=True, slots=True)
class _Tried:
    """A comparison before its level is known: what was seen, what chance would give, and how much wider rings spread it than single people."""

    named: tuple[str, str, str, int]
    chosen: int
    expected: float
    by_chance: ByChance
    spread: float
    units: int

    @property
    def upward(self) -> bool:
        return not self.named[2].startswith("recall")

    def judged(self, level: float) -> Comparison:
        exact = self.by_chance.at_least(self.chosen) if self.upward else self.by_chance.at_most(self.chosen)
        chance, needed = of_rings(exact, level, self.spread, self.units)
        least = PRACTICE_RATIO if self.named[2] == PRACTICE else LEAST_RATIO
        seen = self.by_chance.seen_from(needed, upward=self.upward)
        if seen is not None:
            seen = max(seen, least) if self.upward else min(seen, 1 / least)
        one = Comparison(*self.named, self.chosen, self.expected, chance, seen, "none")
        beyond = one.ratio >= least if self.upward else one.ratio <= 1 / least
        if chance > level or not beyond:
            return one
        alarm = "missed too often" if not self.upward else "called in too often"
        alarm = "chosen by officers too often" if self.named[2] == PRACTICE else alarm
        return Comparison(*self.named, self.chosen, self.expected, chance, seen, alarm)


def _compared(questions: list[_Question], cases: AuditedCases) -> list[Comparison]:
    tried = [one for question in questions for key in COMPARED for one in _of_attribute(question, cases, key)]
    attainable = [one.by_chance.most if one.upward else one.by_chance.fewest for one in tried]
    level = shared_level(FALSE_ALARM_LEVEL / 2, attainable)
    return [one.judged(level) for one in tried]


def _of_attribute(question: _Question, cases: AuditedCases, key: tuple[str, ...]) -> list[_Tried]:
    labels, codes = crossing(cases, key)
    rows = np.flatnonzero(question.people)
    codes, hit, strata = codes[rows], question.hit[rows], question.strata[rows]
    unit = np.unique(question.unit[rows], return_inverse=True)[1]
    shape = (len(labels), int(question.strata.max(initial=0)) + 1)
    at = codes * shape[1] + strata
    mine = np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)
    chosen = np.bincount(at, hit, shape[0] * shape[1]).astype(np.int64).reshape(shape)
    everybody, chosen_all = mine.sum(axis=0), chosen.sum(axis=0)
    found = []
    for group, label in enumerate(labels):
        own, seen = mine[group], chosen[group]
        told = (own > 0) & (own < everybody)
        if not LEAST_PEOPLE <= own.sum() <= len(rows) - LEAST_PEOPLE or not told.any():
            continue
        own, seen, total, hits = own[told], seen[told], everybody[told], chosen_all[told]
        expected = float((own * (hits - seen) / (total - own)).sum())
        spread, units = spread_of_rings(codes == group, hit, strata, unit)
        named = (" x ".join(key), label, question.metric, int(mine[group].sum()))
        found.append(_Tried(named, int(seen.sum()), expected, ByChance.of(total, hits, own), spread, units))
    return found


def _like(cases: AuditedCases) -> NDArray[np.str_]:
    return cases.groups["status"] if cases.like is None else cases.like


def _strata(cases: AuditedCases, *, with_arm: bool) -> Ints:
    joined = _like(cases)
    if with_arm and cases.arm is not None:
        joined = np.char.add(np.char.add(joined, " "), cases.arm)
    return _coded(joined)


def _coded(names: NDArray[np.str_]) -> Ints:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
