"""T7: trainees, interns and students exploited by their employer."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.volumes import Status
from synthetic_data.typologies.brokers import control, vouch, work_at_host
from synthetic_data.typologies.groups import Members


def trainees(m: Members) -> None:
    """T7: one recruiter, one employer, a crowded dormitory, and people who go missing after 6 to 14 months."""
    work_at_host(m, 0.7)
    vouch(m, guarantor=0.1, phone=0.3, introducer=0.75, statement=0.45, agency=0.9)
    control(m, moves=0.3, gone=0.38, seen=0.2, files=0.3)
    # debts are paid off slowly from less than the usual allowance; most who run away do so after half a year to fourteen months
    n = len(m)
    trained = np.isin(m.plan["status"], (Status.INTERN, Status.TRAINEE)) & ~np.isnan(m.plan["income"])
    m.show(np.where(trained, 0.35, 0.0), income=np.round(m.rng.uniform(35_000, 60_000, n), -3))
    m.plan["missing"], m.plan["flees_after"] = 0.8, m.rng.integers(180, 425, n)
    m.plan["move_after"] = m.rng.integers(100, 420, len(m))
