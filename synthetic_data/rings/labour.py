"""How are trainees, interns, students (T7) and men in kitchens and on sites (T11) exploited?"""

from __future__ import annotations

import numpy as np

from synthetic_data.answers import EMPLOYER, R_EMPLOYER, SPONSOR
from synthetic_data.membership import Members
from synthetic_data.population.filing import settle_at_host
from synthetic_data.regimes import VISITOR
from synthetic_data.rings.infrastructure import control, vouch


def trainees(m: Members) -> None:
    """T7: one recruiter, one employer, a crowded dormitory, and people who go missing after 6 to 14 months."""
    _at_one_host(m, 0.7)
    vouch(m, guarantor=0.0, phone=0.2, introducer=0.7, letter=0.4, agency=0.65)
    m.show(0.3, income=np.round(m.plan["income"] * 0.5, -2))
    control(m, moves=0.15, gone=0.28, seen=0.12, files=0.15)
    m.raise_chance(1.0, missing=0.8)
    m.plan["move_after"] = m.rng.integers(100, 420, len(m))


def men_at_work(m: Members) -> None:
    """T11: more cooks than seats, groups on business visits that end on a building site."""
    m.plan["female"] = m.rng.random(len(m)) < 0.08
    _at_one_host(m, 0.65)
    vouch(m, guarantor=0.25, phone=0.28, introducer=0.6, letter=0.35, agency=0.6)
    visiting = m.plan["status"] == VISITOR
    m.show(np.where(visiting, 0.6, 0.0), relation=R_EMPLOYER, stay_days=90)
    m.show(0.3, stay=m.of("dormitory"))
    m.show(0.3, payer=m.rng.choice((EMPLOYER, SPONSOR), len(m)))
    m.show(0.35, party=m.of("party") + m.plan["day"] // 20)
    control(m, moves=0.25, gone=0.25, seen=0.14, files=0.15)


def _at_one_host(m: Members, share: float) -> None:
    hosted = np.flatnonzero(m.rng.random(len(m)) < share * m.strength)
    settle_at_host(m.d, m.rng, m.plan, hosted, m.of("club")[hosted])
