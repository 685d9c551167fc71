"""Do interview findings drift? Exact tests of the share with indications and of its typologies.

Inputs and scores may stay the same while the way of exploitation changes; findings are then the first sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.arrays import Bools, Ints
from features.tables.folder import Records
from training.labels.case_groups import groups_among
from training.labels.labels import ARMS
from training.statistics.randomisation_test import (
    NullDistribution,
    group_design_effect,
    tarone_level,
    with_design_effect,
)
from training.statistics.resampling import group_numbers

INTERVIEWED = ("random", "targeted")
"""Arms with findings within days; referrals and later identifications come late."""
FALSE_ALARM_LEVEL = 0.05
"""Probability of any alarm about outcomes where nothing changed."""
INDICATIONS = "share with indications"
TYPOLOGY = "typology"


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """A share of findings then and now.

    Attributes
    ----------
    question, of
        `INDICATIONS` and the arm, among its findings; or `TYPOLOGY` and its code, among indications with a typology.
    then, now, positives_then, positives_now
        Findings or indications, and those in question.
    p_value
        Randomisation test within arms with case groups: two-sided for shares, one-sided upward for typologies, of which only
        growth is a sign.
    detectable_ratio
        Odds ratio, now to then, that would alarm four times in five; None where none would.
    """

    question: str
    of: str
    then: int
    now: int
    positives_then: int
    positives_now: int
    p_value: float
    detectable_ratio: float | None
    alarm: bool


def connected(records: Records, subject: str, frame: pd.DataFrame) -> Ints:
    """Case groups of the positives of an evaluation frame, int64[n]; -1 for all other cases."""
    return groups_among(records, subject, frame, frame["label"].to_numpy(dtype=np.float64) == 1.0)


def outcome_drift(frame: pd.DataFrame, case_group: Ints, now: Bools) -> list[OutcomeDrift]:
    """Drift of findings.

    Parameters
    ----------
    frame
        n rows of the evaluation frame without truth.
    case_group
        int64[n] from `connected`.
    now
        bool[n]: cases after the model learned; all others are then.
    """
    arm, label = frame["arm"].to_numpy(dtype=np.str_), frame["label"].to_numpy(dtype=np.float64)
    typology = frame["typology"].fillna("").to_numpy(dtype=np.str_)
    known = np.isin(arm, INTERVIEWED) & ~np.isnan(label)
    named = known & (label == 1.0) & (typology != "")
    arms = np.array([ARMS.index(name) for name in arm], dtype=np.int64)
    columns = (now, arms, group_numbers(case_group))
    tests = [_Test.of(INDICATIONS, name, known & (arm == name), label == 1.0, *columns) for name in INTERVIEWED]
    tests += [
        _Test.of(TYPOLOGY, name, named, typology == name, *columns) for name in np.unique(typology[named]).tolist()
    ]
    level = tarone_level(FALSE_ALARM_LEVEL, [test.attainable for test in tests])
    return [test.at(level) for test in tests]


@dataclass(frozen=True, slots=True)
class _Test:
    """A question before its level is known."""

    question: str
    of_name: str
    counts: tuple[int, int, int, int]
    null: NullDistribution
    design_effect: float
    groups: int

    @staticmethod
    def of(question: str, name: str, people: Bools, hit: Bools, now: Bools, arms: Ints, group: Ints) -> _Test:
        own, hits, strata = now[people], hit[people], arms[people]
        groups = np.unique(group[people], return_inverse=True)[1]
        totals = [np.bincount(strata[part], minlength=len(ARMS)) for part in (np.ones(len(own), bool), hits, own)]
        then, both = int((~own).sum()), int((own & hits).sum())
        counts = (then, len(own) - then, int(hits.sum()) - both, both)
        effect = group_design_effect(own, hits, strata, groups)
        return _Test(question, name, counts, NullDistribution.of(*totals), *effect)

    @property
    def two_sided(self) -> bool:
        return self.question == INDICATIONS

    @property
    def attainable(self) -> float:
        return 2 * min(self.null.smallest_p, self.null.largest_p) if self.two_sided else self.null.largest_p

    def at(self, level: float) -> OutcomeDrift:
        sides, number = (2 if self.two_sided else 1), self.counts[-1]
        tail = self.null.upper_tail(number)
        if self.two_sided:
            tail = min(tail, self.null.lower_tail(number))
        p_value, needed = with_design_effect(tail, level / sides, self.design_effect, self.groups)
        detectable = self.null.detectable_ratio(needed, upward=True)
        return OutcomeDrift(
            self.question, self.of_name, *self.counts, min(sides * p_value, 1.0), detectable, p_value <= level / sides
        )
