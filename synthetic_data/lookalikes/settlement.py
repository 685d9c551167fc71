"""Settlement of look-alikes: at least twenty for each exploited application, in groups of their usual size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthetic_data.filing.drafts import draft
from synthetic_data.filing.plan import Plan
from synthetic_data.geography.district import District
from synthetic_data.lookalikes import families, identities, marriages, travellers, workers
from synthetic_data.typologies.groups import Members, form_groups, spread
from synthetic_data.typologies.neighbourhoods import draw_industries, draw_spans, draw_statuses, yearly_weights
from synthetic_data.typologies.rings import exploited_count
from synthetic_data.typologies.table import SHARES, TABLE

Behaviour = Callable[[Members], None]
# typology: (behaviour, share of its look-alikes, smallest and largest group, months of activity)
LOOKALIKES: dict[int, tuple[tuple[Behaviour, float, tuple[int, int], tuple[int, int]], ...]] = {
    1: ((marriages.introduced, 0.4, (8, 60), (18, 60)), (marriages.quick, 0.35, (2, 6), (12, 60)),
        (marriages.housed, 0.25, (4, 14), (12, 48))),
    2: ((identities.renamed, 0.35, (2, 2), (24, 80)), (identities.lost_passport, 0.4, (2, 2), (10, 60)),
        (identities.twins, 0.25, (2, 2), (2, 40))),
    3: ((families.law_clinic, 0.5, (8, 40), (18, 60)), (families.neighbours, 0.5, (4, 16), (12, 48))),
    4: ((families.late_father, 0.7, (2, 6), (12, 60)), (families.law_clinic, 0.3, (6, 30), (18, 60))),
    5: ((workers.troupe, 0.45, (10, 60), (12, 48)), (workers.dancers, 0.55, (5, 24), (12, 48))),
    6: ((families.school_journey, 0.6, (10, 40), (12, 48)), (families.exchange, 0.4, (3, 12), (12, 48))),
    7: ((workers.recruited, 0.6, (10, 70), (18, 60)), (workers.better_pay, 0.4, (4, 16), (12, 48))),
    8: ((travellers.crews, 0.7, (6, 30), (12, 48)), (travellers.urgent, 0.3, (2, 8), (6, 30))),
    9: ((identities.translated, 0.7, (5, 30), (12, 60)), (identities.lost_passport, 0.3, (2, 2), (10, 60))),
    10: ((marriages.from_the_pub, 0.6, (3, 12), (12, 48)), (marriages.introduced, 0.4, (8, 50), (18, 60))),
    11: ((workers.chain, 0.65, (5, 30), (12, 48)), (workers.recruited, 0.35, (8, 50), (18, 60))),
    12: ((travellers.large_family, 0.45, (3, 15), (24, 90)), (travellers.intermediary, 0.4, (5, 30), (12, 48)),
         (travellers.urgent, 0.15, (2, 8), (6, 30))),
}  # fmt: skip


def plant_lookalikes(d: District) -> list[Plan]:
    """Return the look-alikes of every typology."""
    rng = d.generator("look-alikes")
    wanted = exploited_count(d) * d.scenario["lookalikes_per_exploited"]
    limit = d.applications * d.scenario["maximum_lookalikes_share"]
    plans = []
    for typology, share in SHARES.items():
        total = min(share * wanted, limit)
        for behaviour, part, sizes, months in LOOKALIKES[typology]:
            plans.append(settle(d, rng, typology, behaviour, round(total * part), sizes=sizes, months=months))
    return plans


def settle(
    d: District, rng: np.random.Generator, typology: int, behaviour: Behaviour, count: int, *,
    sizes: tuple[int, int], months: tuple[int, int],
) -> Plan:  # fmt: skip
    """Settle look-alikes of one kind in a typology's neighbourhood, in groups of their usual size."""
    drawn = rng.integers(sizes[0], sizes[1] + 1, max(count // sizes[0] + 1, 1))
    upto = int(np.searchsorted(np.cumsum(drawn), count)) + 1
    drawn = drawn[:upto]
    start, end = draw_spans(rng, yearly_weights(typology, 0), months, len(drawn))
    groups = form_groups(d, rng, start, end, draw_industries(rng, typology, len(drawn)))
    group, turn, days = spread(rng, drawn, start, end, TABLE[typology].volume)
    plan = draft(d, rng, draw_statuses(rng, typology, days), days)
    behaviour(Members(d, rng, plan, groups, group, turn, np.ones(len(plan))))
    plan["kind"], plan["cluster"] = typology, group
    return plan
