"""Groups behind files, with phones, guarantors, addresses and statements: rings, and lawful hubs like them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.plan import Plan, copy_guarantor_to_inviter, inviter_is_guarantor, stays_with_guarantor
from synthetic_data.filing.volumes import Status, days_between
from synthetic_data.geography.district import District
from synthetic_data.geography.establishments import ADULT, BAR, SCHOOL
from synthetic_data.people.keys import NONE, chance
from synthetic_data.typologies.habits import TIES

PHONES, GUARANTORS = 3, 12


@dataclass(slots=True)
class Groups:
    """k groups as arrays.

    Attributes
    ----------
    start, end
        Days between which they place people.
    phones, guarantors
        First of `PHONES` and of `GUARANTORS` consecutive keys.
    dormitory, introducer, statement, party
        Keys that their members may share.
    agency, club
        Numbers of a lawful agency and of an establishment that they use.
    """

    start: Ints
    end: Ints
    phones: Ints
    guarantors: Ints
    dormitory: Ints
    introducer: Ints
    statement: Ints
    party: Ints
    agency: Ints
    club: Ints
    phone_count: Ints

    def __len__(self) -> int:
        return len(self.start)


def form_groups(d: District, rng: np.random.Generator, start: Ints, end: Ints, industry: Ints | None = None) -> Groups:
    """Form groups that work between these days, each around an establishment, a bar or club if not said otherwise."""
    k = len(start)
    industry = np.where(rng.random(k) < 0.6, ADULT, BAR).astype(np.int64) if industry is None else industry
    return Groups(
        start, end, d.keys.take(k * PHONES)[::PHONES], d.keys.take(k * GUARANTORS)[::GUARANTORS], d.keys.take(k),
        d.keys.take(k), d.keys.take(k), d.keys.take(k), d.agencies.choose(rng, start),
        d.establishments.choose(rng, industry, start), rng.integers(1, PHONES + 1, k),
    )  # fmt: skip


@dataclass(slots=True)
class Members:
    """Rows of a plan that belong to groups.

    Attributes
    ----------
    group
        int64[n]: the group of each row.
    turn
        int64[n]: 0 for the first person a group placed, 1 for the next …
    strength
        float64[n]: openness with which a row shows what ties it to the group; 1 as the typology says, 0 not at all.
    habits
        Factor on a tie's share for each group, float64[k] by tie (see `habits.TIES`); none where groups keep to the typology.
    """

    d: District
    rng: np.random.Generator
    plan: Plan
    groups: Groups
    group: Ints
    turn: Ints
    strength: Floats
    habits: Mapping[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.group)

    def habit(self, columns: Iterable[str]) -> Floats | float:
        """Return the factor, float64[n], of the tie that the first tied column belongs to; 1 without habits."""
        tie = next((TIES[name] for name in columns if name in TIES), None)
        return 1.0 if tie is None or tie not in self.habits else self.habits[tie][self.group]

    def of(self, name: str) -> Ints:
        """Return a column of the groups for each member."""
        return getattr(self.groups, name)[self.group]

    def show(self, share: object, **values: object) -> None:
        """Set columns of the plan for each member with a probability."""
        hit = self.rng.random(len(self)) < np.asarray(share) * self.strength * self.habit(values)
        same = inviter_is_guarantor(self.plan) & hit
        lodged = hit & stays_with_guarantor(self.plan)
        called = hit & (self.plan["stay_phone"] == self.plan["guarantor_phone"]) & (self.plan["stay_phone"] != NONE)
        for name, value in values.items():
            self.plan[name][hit] = np.broadcast_to(np.asarray(value), hit.shape)[hit]
        if any(name.startswith("guarantor") for name in values):
            copy_guarantor_to_inviter(self.plan, same)
            # whoever said to live with the guarantor still does, under the guarantor's number
            for mine, his, who in (("stay", "guarantor_home", lodged), ("stay_phone", "guarantor_phone", called)):
                if mine not in values:
                    self.plan[mine][who] = self.plan[his][who]

    def swap(self, share: object, **values: object) -> None:
        """As `show`, but only where the form says something for the first column anyway.

        Whether a field is filled says nothing about who is behind it; whose name stands in it does.
        """
        first = next(iter(values))
        self.show(np.where(self.plan[first] != NONE, np.asarray(share), 0.0), **values)

    def raise_chance(self, share: float, **values: float) -> None:
        """Set probabilities of later events, not weakened by the openness of the group."""
        hit = self.rng.random(len(self)) < share
        for name, value in values.items():
            self.plan[name][hit] = np.minimum(value * np.broadcast_to(self.habit((name,)), hit.shape)[hit], 0.95)

    def take(self, kept: Ints) -> Members:
        """Return some of the members over the same plan's copied rows."""
        return Members(
            self.d, self.rng, self.plan.take(kept), self.groups, self.group[kept], self.turn[kept], self.strength[kept],
            self.habits,
        )  # fmt: skip

    def rotated_guarantor(self, limit: int) -> Ints:
        """Return the guarantor whose turn it is when each may vouch for ``limit`` people."""
        return self.of("guarantors") + self.turn // max(limit, 1) % GUARANTORS

    def hosts(self) -> Ints:
        """Return where each member is received: the group's establishment, or its school or kitchen, as the status asks."""
        establishments, host = self.d.establishments, self.of("club").copy()
        for status, industry in ((Status.STUDENT, SCHOOL), (Status.COOK, BAR)):
            own = establishments.choose(self.rng, np.full(len(self.groups), industry), self.groups.start)[self.group]
            elsewhere = (self.plan["status"] == status) & (establishments.industry[host] != industry)
            host = np.where(elsewhere, own, host)
        return host

    def travel_in_parties(self, size: int, share: float) -> None:
        """Let every ``size`` people who follow one another in a group apply and fly on the same days, in a share of such parties."""
        first = np.arange(len(self)) - self.turn % size
        hit = chance(self.of("party") * 64 + self.turn // size, 82) < share
        for name in ("day", "lead"):
            self.plan[name][hit] = self.plan[name][first[hit]]

    def phone(self) -> Ints:
        """Return one of the group's phones."""
        return self.of("phones") + self.rng.integers(0, 1 << 30, len(self)) % self.of("phone_count")

    def fresh(self) -> Ints:
        """Return a key of its own for each member."""
        return self.d.keys.take(len(self))


def spread(
    rng: np.random.Generator, sizes: Ints, start: Ints, end: Ints, status: int | None = None
) -> tuple[Ints, Ints, Ints]:
    """Spread each group's people over its time; returns group, turn and day of each person.

    Parameters
    ----------
    status
        Whose volume the people follow from month to month; evenly if left out.
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    if status is None:
        day = start[group] + (rng.random(len(group)) * (end - start)[group]).astype(np.int64)
    else:
        day = days_between(rng, status, start[group], end[group])
    order = np.lexsort((day, group))
    group, day = group[order], day[order]
    turn = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return group, turn, day
