"""Is a group called in, or missed, more often than comparable people? Weighted rates with intervals, and alarms.

A group is compared with all others of the same status and post, by the sum of their deviations from the stratum's mean. The
largest such sum over all groups, each in units of its standard deviation, is compared with what random exchanges of groups
within strata give (Westfall and Young 1993): groups that overlap or hang together cost no false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from features.arrays import Bools, Floats, Ints
from serving.measures.live_cases import LiveCases

ATTRIBUTES = ("nationality", "sex", "age_band", "status_of_residence", "post")
COMPARED = ATTRIBUTES[:3]
"""Attributes with alarms. Statuses differ in what they ask and posts in their hours: these have rates alone."""
QUESTIONS = ("called_in", "by_score", "by_hand", "without_indication", "missed")
"""Share called in; of people without indications the share called in by the score, and by an officer of those whom the score
left; share without indications among those called in; share not called in among people with indications."""
ALARMED = QUESTIONS[1:]
"""Questions with alarms: groups may differ in need, and so in the share called in."""
FALSE_ALARM_RATE = 0.05
"""Probability of any alarm in a report without disparities, shared equally by the questions."""
SMALLEST_GROUP = 10
"""Rates of fewer people are not shown."""
SMALLEST_ODDS_RATIO = 1.25
"""Smaller differences raise no alarm, however many cases show them: the four-fifths convention (29 CFR 1607.4 D)."""
EXCHANGES = 499


@dataclass(frozen=True, slots=True)
class Disparity:
    """Rate of a group; None where it is too small to be shown.

    Attributes
    ----------
    people
        Interviewed people behind the rate.
    share, low, high
        Weighted share with a 95 % interval.
    expected
        Share at the rates of its strata; None without a comparison.
    alarm
        Whether the share is too high.
    """

    question: str
    attribute: str
    group: str
    people: int
    share: float | None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    alarm: bool = False


def disparities(cases: LiveCases, rng: np.random.Generator) -> list[Disparity]:
    """Return the rates of everybody and of each group, question by question; the same generator gives the same alarms."""
    return [row for question in QUESTIONS for row in _of_question(question, cases, rng)]


def share_interval(hit: Bools, weight: Floats) -> tuple[float, float, float]:
    """Return a weighted share with its 95 % interval: exact bounds at the effective sample size (Korn and Graubard 1998)."""
    total = float(weight.sum())
    share = float(weight @ hit) / total
    variance = float(((weight * (hit - share)) ** 2).sum()) / total**2
    alike = total**2 / float((weight**2).sum())
    size = min(share * (1 - share) / variance, len(hit)) if variance > 0 else alike
    hits = share * size
    low = 0.0 if share == 0 else float(beta.ppf(0.025, hits, size - hits + 1))
    high = 1.0 if share == 1 else float(beta.ppf(0.975, hits + 1, size - hits))
    return share, low, high


def population(question: str, cases: LiveCases) -> tuple[Bools, Bools]:
    """Return of whom a question asks, and who of all are hit, bool[n] each."""
    negative = cases.finding == 0.0
    return {
        "called_in": (np.ones(len(negative), dtype=bool), cases.called_in),
        "by_score": (negative & ~cases.by_hand, cases.by_score),
        "by_hand": (negative & ~cases.by_score, cases.by_hand),
        "without_indication": (cases.called_in, negative),
        "missed": (~negative, ~cases.called_in),
    }[question]


def _of_question(question: str, cases: LiveCases, rng: np.random.Generator) -> list[Disparity]:
    people, hits = population(question, cases)
    hit, weight = hits[people], cases.weight[people]
    if len(hit) < SMALLEST_GROUP:
        return [Disparity(question, "all", "everybody", len(hit), None)]
    groups = {name: np.unique(cases.groups[name][people], return_inverse=True) for name in ATTRIBUTES}
    strata = np.unique(
        np.char.add(cases.groups["status_of_residence"], cases.groups["post"])[people], return_inverse=True
    )[1]
    mean = (np.bincount(strata, weight * hit) / np.bincount(strata, weight))[strata]
    p_values = _p_values(weight * (hit - mean), strata, [groups[name][1] for name in COMPARED], rng)
    rows = [Disparity(question, "all", "everybody", len(hit), *share_interval(hit, weight))]
    for name in ATTRIBUTES:
        for code, label in enumerate(groups[name][0].tolist()):
            own = groups[name][1] == code
            p_value = p_values[COMPARED.index(name)][code] if question in ALARMED and name in COMPARED else None
            rows.append(_row(question, name, label, hit[own], weight[own], mean[own], p_value))
    return rows


def _row(
    question: str, attribute: str, group: str, hit: Bools, weight: Floats, mean: Floats, p_value: float | None
) -> Disparity:  # fmt: skip
    if len(hit) < SMALLEST_GROUP:
        return Disparity(question, attribute, group, len(hit), None)
    share, low, high = share_interval(hit, weight)
    if p_value is None:
        return Disparity(question, attribute, group, len(hit), share, low, high)
    expected = float(weight @ mean / weight.sum())
    large = share * (1 - expected) >= SMALLEST_ODDS_RATIO * expected * (1 - share)
    alarm = bool(large and p_value <= FALSE_ALARM_RATE / len(ALARMED))
    return Disparity(question, attribute, group, len(hit), share, low, high, expected, alarm)


def _p_values(deviation: Floats, strata: Ints, groups: list[Ints], rng: np.random.Generator) -> list[Floats]:
    """Return the adjusted p-value of each group of each attribute: how often an exchange gives a larger maximum."""
    spread = [_standard_deviation(deviation, strata, codes) for codes in groups]
    observed = [_standardised(deviation, codes, of) for codes, of in zip(groups, spread, strict=True)]
    order = np.argsort(strata, kind="stable")
    exceeded = [np.ones(len(values)) for values in observed]
    exchanged = np.empty_like(deviation)
    for _ in range(EXCHANGES):
        exchanged[order] = deviation[np.argsort(strata + rng.random(len(strata)))]
        largest = max(_standardised(exchanged, codes, of).max() for codes, of in zip(groups, spread, strict=True))
        for at, values in enumerate(observed):
            exceeded[at] += largest >= values
    return [count / (EXCHANGES + 1) for count in exceeded]


def _standardised(deviation: Floats, codes: Ints, spread: Floats) -> Floats:
    """Return each group's sum of deviations in standard deviations; -inf for a group that is not compared."""
    total = np.bincount(codes, deviation, len(spread))
    return np.divide(total, spread, out=np.full(len(spread), -np.inf), where=spread > 0)


def _standard_deviation(deviation: Floats, strata: Ints, codes: Ints) -> Floats:
    """Return that of each group's sum under exchanges within strata; 0 for groups that are too small or alone."""
    sizes, squares = np.bincount(strata), np.bincount(strata, deviation**2)
    groups = int(codes.max()) + 1
    members = np.bincount(codes * len(sizes) + strata, minlength=groups * len(sizes)).reshape(groups, len(sizes))
    pairs = np.maximum(sizes * (sizes - 1), 1)
    variance = (members * (sizes - members) / pairs) @ squares
    return np.where(np.bincount(codes) >= SMALLEST_GROUP, np.sqrt(variance), 0.0)
