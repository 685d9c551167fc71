"""Do interviews find more, less or something else than in the time the model learned from? Exact tests of what officers wrote down.

Inputs and scores may stand still while the way of exploitation changes. What interviewers find is then the first sign: a share of indications that
moves, or a typology that takes a larger part of them than before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables.folder import Records
from training.data.kinship import link_keys, rings
from training.data.labels import ARMS
from training.fairness.randomisation import ByChance, of_rings, shared_level, spread_of_rings
from training.statistics.resampling import ring_units

INTERVIEWED = ("random", "targeted")
"""Arms whose findings come within days; referrals and later identifications come late, so that the latest cases have fewer of them."""
FALSE_ALARM_LEVEL = 0.05
"""Chance that a report raises any alarm about outcomes where nothing moved, shared by those that could raise one."""
INDICATIONS = "share with indications"
TYPOLOGY = "typology"

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """One question about interviews then and now.

    Attributes
    ----------
    question, of
        `INDICATIONS` and the arm, among its findings; or `TYPOLOGY` and its name, among indications in which one is named.
    then, now, found_then, found_now
        How many findings or indications there were, and how many of them are those asked for.
    chance
        p-value of the randomisation test within arms, people of one ring together: two-sided for shares, of so many or
        more now for typologies, of which only the new or growing ones are a sign.
    seen_from
        The ratio of odds, now by then, that would raise the alarm four times in five; None where none would.
    alarm
        Whether somebody should look.
    """

    question: str
    of: str
    then: int
    now: int
    found_then: int
    found_now: int
    chance: float
    seen_from: float | None
    alarm: bool


def connected(records: Records, subject: str, frame: pd.DataFrame) -> Ints:
    """Return int64[n]: a number for those of an evaluation frame with indications who share a link, -1 for all others."""
    found = np.flatnonzero(frame["label"].to_numpy(dtype=np.float64) == 1.0)
    joined = np.full(len(frame), -1, dtype=np.int64)
    if len(found):
        keys = link_keys(records, subject, frame["subject_id"].iloc[found].tolist())
        joined[found] = rings(keys, np.ones(len(found)))
    return joined


def outcome_drift(frame: pd.DataFrame, ring: Ints, now: Bools) -> list[OutcomeDrift]:
    """Compare what interviews found.

    Parameters
    ----------
    frame
        n rows of `training.data.judgement.evaluation_frame` without any truth.
    ring
        int64[n]: from `connected`.
    now
        bool[n]: cases after those that the model learned from; all others are then.
    """
    arm, label = frame["arm"].to_numpy(dtype=np.str_), frame["label"].to_numpy(dtype=np.float64)
    unit = ring_units(ring)
    known = np.isin(arm, INTERVIEWED) & ~np.isnan(label)
    typology = frame["typology"].fillna("").to_numpy(dtype=np.str_)
    told = known & (label == 1.0) & (typology != "")
    arms = np.array([ARMS.index(one) for one in arm], dtype=np.int64)
    tried = [
        *(_Tried.of(INDICATIONS, name, known & (arm == name), label == 1.0, now, arms, unit) for name in INTERVIEWED),
        *(
            _Tried.of(TYPOLOGY, name, told, typology == name, now, arms, unit)
            for name in np.unique(typology[told]).tolist()
        ),
    ]
    level = shared_level(FALSE_ALARM_LEVEL, [one.attainable for one in tried])
    return [one.judged(level) for one in tried]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A question before its level is known: what was seen, what chance would give, and how much wider rings spread it than single people."""

    named: tuple[str, str, int, int, int, int]
    observed: int
    by_chance: ByChance
    spread: float
    units: int

    @staticmethod
    def of(question: str, name: str, people: Bools, hit: Bools, now: Bools, arms: Ints, unit: Ints) -> _Tried:
        own, found, strata = now[people], hit[people], arms[people]
        units = np.unique(unit[people], return_inverse=True)[1]
        counts = [np.bincount(strata[one], minlength=len(ARMS)) for one in (np.ones(len(own), bool), found, own)]
        then, both = int((~own).sum()), int((own & found).sum())
        named = (question, name, then, len(own) - then, int(found.sum()) - both, both)
        return _Tried(named, both, ByChance.of(*counts), *spread_of_rings(own, found, strata, units))

    @property
    def either_way(self) -> bool:
        return self.named[0] == INDICATIONS

    @property
    def attainable(self) -> float:
        return 2 * min(self.by_chance.fewest, self.by_chance.most) if self.either_way else self.by_chance.most

    def judged(self, level: float) -> OutcomeDrift:
        chance, one_way = self.by_chance.at_least(self.observed), level / 2 if self.either_way else level
        if self.either_way:
            chance = min(chance, self.by_chance.at_most(self.observed))
        chance, needed = of_rings(chance, one_way, self.spread, self.units)
        seen = self.by_chance.seen_from(needed, upward=True)
        shown = min(2 * chance, 1.0) if self.either_way else chance
        return OutcomeDrift(*self.named, shown, seen, chance <= one_way)
