"""Where and when do rings work, and whom do they place? Each typology's groups, with members, signs and adaptation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic_data.district import District
from synthetic_data.membership import Groups, Members, form_groups, spread
from synthetic_data.neighbourhoods import SHARES, draw_industries, draw_spans, draw_statuses, yearly_weights
from synthetic_data.numbering import Ints
from synthetic_data.plan import Plan
from synthetic_data.population.filing import draft
from synthetic_data.rings.adapting import evade, openness
from synthetic_data.rings.children import acknowledged, minors, mothers
from synthetic_data.rings.identity import forged_papers, impersonation
from synthetic_data.rings.infrastructure import organise
from synthetic_data.rings.labour import men_at_work, trainees
from synthetic_data.rings.marriage import sham_marriage, spouse_at_work
from synthetic_data.rings.stage import entertainers
from synthetic_data.rings.transit import transit

BEHAVIOURS: dict[int, Callable[[Members], None]] = {
    1: sham_marriage, 2: impersonation, 3: mothers, 4: acknowledged, 5: entertainers, 6: minors, 7: trainees, 8: transit,
    9: forged_papers, 10: spouse_at_work, 11: men_at_work, 12: organise,
}  # fmt: skip
MOST = 0.06
"""However small a world, no larger share of it is exploited for the sake of having every typology."""
KIND = 100
"""``kind`` of a row placed by a ring of typology t is 100 + t."""


def exploited_count(d: District) -> int:
    """Return how many applications of a district are exploited: a share, but not fewer than its part of the least."""
    share = round(d.applications * d.scenario["exploited_share"])
    least = min(d.scenario["least_exploited"] / d.shards, d.applications * MOST)
    return max(share, round(least))


def plant_rings(d: District) -> list[tuple[Plan, Groups]]:
    """Return, for each typology, the applications that rings arrange and the rings behind them."""
    rng = d.stream("rings")
    wanted = exploited_count(d)
    sizes = rng.multinomial(wanted, list(SHARES.values())) if wanted >= 400 else _even(wanted)
    made, first = [], 0
    for typology, count in zip(SHARES, sizes, strict=True):
        plan, groups = plant(d, rng, typology, int(count), first)
        made.append((plan, groups))
        first += len(groups)
    return made


def plant(d: District, rng: np.random.Generator, typology: int, count: int, first_ring: int) -> tuple[Plan, Groups]:
    """Plant rings of one typology that place ``count`` people together."""
    low, high = d.scenario.whole("ring_size_low"), d.scenario.whole("ring_size_high")
    sizes = _ring_sizes(rng, count, low, max(high, low))
    months = (d.scenario["ring_months_low"], max(d.scenario["ring_months_high"], d.scenario["ring_months_low"] + 1))
    weights = yearly_weights(typology, d.scenario.whole("absent_typology"))
    start, end = draw_spans(rng, weights, months, len(sizes))
    groups = form_groups(d, rng, start, end, draw_industries(rng, typology, len(sizes)))
    group, turn, days = spread(rng, sizes, start, end)
    plan = draft(d, rng, draw_statuses(rng, typology, days), days)
    members = Members(d, rng, plan, groups, group, turn, openness(d, rng, group, turn, days))
    BEHAVIOURS[typology](members)
    evade(members)
    plan["exploited"], plan["typology"], plan["kind"] = True, typology, KIND + typology
    plan["cluster"], plan["ring"] = group, first_ring + group
    return plan, groups


def _ring_sizes(rng: np.random.Generator, count: int, low: int, high: int) -> Ints:
    sizes: list[int] = []
    while sum(sizes) < count:
        sizes.append(int(rng.integers(low, high + 1)))
    if sizes:
        sizes[-1] -= sum(sizes) - count
    return np.array([size for size in sizes if size > 0], dtype=np.int64)


def _even(wanted: int) -> Ints:
    """Share out a small number so that every typology is there."""
    base = np.array([share * wanted for share in SHARES.values()])
    sizes = np.maximum(base.astype(np.int64), 1 if wanted >= len(SHARES) else 0)
    for place in np.argsort(-(base - sizes), kind="stable")[: max(wanted - int(sizes.sum()), 0)]:
        sizes[place] += 1
    return sizes
