"""Rings: their sizes and times, the people they place, and their replacement."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.filing.drafts import draft
from synthetic_data.filing.plan import Plan
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.typologies.adaptation import evade, openness
from synthetic_data.typologies.groups import Groups, Members, form_groups, spread
from synthetic_data.typologies.habits import draw_habits
from synthetic_data.typologies.neighbourhoods import draw_industries, draw_spans, draw_statuses, yearly_weights
from synthetic_data.typologies.table import SHARES, SHARES_IN_LIFE, TABLE

EXPLOITED_LIMIT = 0.06
"""However small a world, no larger share of it is exploited for the sake of having every typology."""
REPLACED = 0.25
"""Share of a ring's people who replace a person that fled."""
TRAVEL = 45
"""Days from an application to a landing, about."""
KIND = 100
"""``kind`` of a row placed by a ring of typology t is 100 + t."""


def exploited_count(d: District) -> int:
    """Return the count of exploited applications of a district: a share, but not fewer than its part of the minimum."""
    share = round(d.applications * d.scenario["exploited_share"])
    minimum = min(d.scenario["minimum_exploited"] / d.shards, d.applications * EXPLOITED_LIMIT)
    return max(share, round(minimum))


def plant_rings(d: District) -> list[tuple[Plan, Groups]]:
    """Return, for each typology, the applications that rings arrange and the rings behind them."""
    rng = d.generator("rings")
    wanted = exploited_count(d)
    planted, first = [], 0
    for typology, sizes in _sizes(d, rng, wanted).items():
        plan, groups = plant(d, rng, typology, sizes, first)
        planted.append((plan, groups))
        first += len(groups)
    return planted


def plant(d: District, rng: np.random.Generator, typology: int, sizes: Ints, first_ring: int) -> tuple[Plan, Groups]:
    """Plant rings of one typology, each of which places as many people as ``sizes`` says."""
    months = (d.scenario["ring_months_low"], max(d.scenario["ring_months_high"], d.scenario["ring_months_low"] + 1))
    weights = yearly_weights(typology, d.scenario.whole("absent_typology"))
    start, end = draw_spans(rng, weights, months, len(sizes))
    groups = form_groups(d, rng, start, end, draw_industries(rng, typology, len(sizes)))
    group, turn, days, flees = replaced(
        d, rng, *spread(rng, sizes, start, end, TABLE[typology].volume), end, TABLE[typology].stay_days
    )
    plan = draft(d, rng, draw_statuses(rng, typology, days), days)
    members = Members(
        d, rng, plan, groups, group, turn, openness(d, rng, group, turn, days), draw_habits(d, typology, len(groups))
    )
    TABLE[typology].behaviour(members)
    evade(members)
    fled = flees != NONE
    plan["flees_after"] = np.where(fled, flees, plan["flees_after"])
    plan["gone"] = np.where(fled, np.maximum(plan["gone"], 0.6), plan["gone"])
    plan["missing"] = np.where(fled, 0.7, plan["missing"])
    plan["exploited"], plan["typology"], plan["kind"] = True, typology, KIND + typology
    plan["cluster"], plan["ring"] = group, first_ring + group
    return plan, groups


def replaced(
    d: District, rng: np.random.Generator, group: Ints, turn: Ints, days: Ints, end: Ints, stays: tuple[int, int]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Let some people be brought because another one fled: weeks later, by the same ring.

    Parameters
    ----------
    stays
        Range of days after which people run away.

    Returns
    -------
    group, turn, days, flees
        As before, in order of time again; ``flees`` is the days after landing on which a replaced person runs away, -1 for
        nobody.
    """
    median = d.scenario["replacement_days"]
    second = np.flatnonzero((turn % 2 == 1) & (rng.random(len(turn)) < REPLACED * 2.0))
    stay, gap = rng.integers(*stays, len(second)), rng.lognormal(np.log(median), 0.6, len(second)).astype(np.int64)
    day = days[second - 1] + TRAVEL + stay + gap
    kept = day < end[group[second]]
    second, stay, day = second[kept], stay[kept], day[kept]
    days, flees = days.copy(), np.full(len(days), NONE, dtype=np.int64)
    days[second], flees[second - 1] = day, stay
    order = np.lexsort((days, group))
    return group, turn, days[order], flees[order]


def _sizes(d: District, rng: np.random.Generator, wanted: int) -> dict[int, Ints]:
    """Return the sizes of the rings of each typology, which place the wanted number of people in total."""
    low, high = d.scenario.whole("ring_size_low"), d.scenario.whole("ring_size_high")
    high = max(high, low)
    if d.scenario.says("typologies_in_life"):
        return _rings_in_life(rng, wanted, low, high)
    counts = rng.multinomial(wanted, list(SHARES.values())) if wanted >= 400 else _even(wanted)
    return {t: ring_sizes(rng, int(count), low, high) for t, count in zip(SHARES, counts, strict=True)}


def ring_sizes(rng: np.random.Generator, count: int, low: int, high: int) -> Ints:
    """Return sizes of rings that place ``count`` people in total; a rest too small for a ring is added to the previous one."""
    sizes: list[int] = []
    while sum(sizes) < count:
        sizes.append(_ring_size(rng, low, high))
    if sizes:
        sizes[-1] -= sum(sizes) - count
    if len(sizes) > 1 and sizes[-1] < low:
        sizes[-2:] = [sizes[-2] + sizes[-1]]
    return np.array(sizes, dtype=np.int64)


def _ring_size(rng: np.random.Generator, low: int, high: int) -> int:
    # many small ones, few large ones
    return int(low * ((high + 0.999) / low) ** rng.random())


def _rings_in_life(rng: np.random.Generator, wanted: int, low: int, high: int) -> dict[int, Ints]:
    """Return whole rings, few as they may be: a district need not hold every typology, nor keep exactly to the number."""
    sizes_by_typology: dict[int, list[int]] = {typology: [] for typology in SHARES_IN_LIFE}
    placed = 0
    while placed < wanted:
        size = _ring_size(rng, low, high)
        # the last ring comes with the chance that leaves the expected number right
        if size > wanted - placed and rng.random() * size >= wanted - placed:
            break
        sizes_by_typology[int(rng.choice(list(SHARES_IN_LIFE), p=list(SHARES_IN_LIFE.values())))].append(size)
        placed += size
    return {typology: np.array(sizes, dtype=np.int64) for typology, sizes in sizes_by_typology.items()}


def _even(wanted: int) -> Ints:
    """Share out a small number so that every typology is there."""
    base = np.array([share * wanted for share in SHARES.values()])
    sizes = np.maximum(base.astype(np.int64), 1 if wanted >= len(SHARES) else 0)
    for index in np.argsort(-(base - sizes), kind="stable")[: max(wanted - int(sizes.sum()), 0)]:
        sizes[index] += 1
    return sizes
