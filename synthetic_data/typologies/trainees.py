"""How are trainees, interns, students (T7) and men in kitchens and on sites (T11) exploited?"""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.drafts import settle_at_host
from synthetic_data.filing.form_codes import EMPLOYER, SPONSOR
from synthetic_data.filing.volumes import Status
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def trainees(m: Members) -> None:
    """T7: one recruiter, one employer, a crowded dormitory, and people who go missing after 6 to 14 months."""
    _at_same_host(m, 0.7)
    vouch(m, guarantor=0.1, phone=0.3, introducer=0.75, statement=0.45, agency=0.9)
    control(m, moves=0.3, gone=0.38, seen=0.2, files=0.3)
    # debts are paid off slowly from less than the usual allowance; most who run away do so after half a year to fourteen months
    n = len(m)
    trained = np.isin(m.plan["status"], (Status.INTERN, Status.TRAINEE)) & ~np.isnan(m.plan["income"])
    m.show(np.where(trained, 0.35, 0.0), income=np.round(m.rng.uniform(35_000, 60_000, n), -3))
    m.plan["missing"], m.plan["flees_after"] = 0.8, m.rng.integers(180, 425, n)
    m.plan["move_after"] = m.rng.integers(100, 420, len(m))


def men_at_work(m: Members) -> None:
    """T11: more cooks than seats, groups on business visits that end on a building site."""
    m.plan["female"] = m.rng.random(len(m)) < 0.08
    _at_same_host(m, 0.65)
    vouch(m, guarantor=0.25, phone=0.38, introducer=0.7, statement=0.45, agency=0.8)
    visiting = m.plan["status"] == Status.VISITOR
    m.show(np.where(visiting, 0.6, 0.0), stay_days=90)
    m.show(0.4, stay=m.of("dormitory"))
    m.show(0.2, payer=m.rng.choice((EMPLOYER, SPONSOR), len(m)))
    m.show(0.35, party=m.of("party") + m.plan["day"] // 20)
    control(m, moves=0.35, gone=0.35, seen=0.22, files=0.3)


def _at_same_host(m: Members, share: float) -> None:
    hosted = np.flatnonzero(m.rng.random(len(m)) < share * m.strength)
    settle_at_host(m.d, m.rng, m.plan, hosted, m.hosts()[hosted])
