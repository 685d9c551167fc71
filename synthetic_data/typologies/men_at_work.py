"""T11: men exploited in kitchens and on building sites."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import Payer
from synthetic_data.filing.volumes import Status
from synthetic_data.typologies.brokers import control, vouch, work_at_host
from synthetic_data.typologies.groups import Members


def men_at_work(m: Members) -> None:
    """T11: more cooks than seats, groups on business visits that end on a building site."""
    m.plan["female"] = m.rng.random(len(m)) < 0.08
    work_at_host(m, 0.65)
    vouch(m, guarantor=0.25, phone=0.38, introducer=0.7, statement=0.45, agency=0.8)
    visiting = m.plan["status"] == Status.VISITOR
    m.show(np.where(visiting, 0.6, 0.0), stay_days=90)
    m.show(0.4, stay=m.of("dormitory"))
    m.show(0.2, payer=m.rng.choice((Payer.EMPLOYER, Payer.SPONSOR), len(m)))
    m.show(0.35, party=m.of("party") + m.plan["day"] // 20)
    control(m, moves=0.35, gone=0.35, seen=0.22, files=0.3)
