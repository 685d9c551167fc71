"""T5: misuse of the entertainer route."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.drafts import settle_at_host
from synthetic_data.filing.form_codes import Payer
from synthetic_data.people.applicants import PAY_FLOOR
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def entertainers(m: Members) -> None:
    """T5: a club invites more than its stage holds; pay exactly at the floor; the booker owns the rooms."""
    n, rng = len(m), m.rng
    hosted = np.flatnonzero(rng.random(n) < 0.7 * m.strength)
    settle_at_host(m.d, rng, m.plan, hosted, m.of("club")[hosted])
    vouch(m, guarantor=0.25, phone=0.38, introducer=0.7, statement=0.45, agency=0.8)
    # the floor of the criteria: 200,000 yen a month
    m.show(0.45, income=PAY_FLOOR)
    m.show(0.4, stay=m.of("dormitory"))
    m.show(0.2, payer=rng.choice((Payer.AGENCY, Payer.EMPLOYER), n))
    m.show(0.35, occupation=rng.integers(8, 12, n))
    control(m, moves=0.5, gone=0.22, seen=0.4, files=0.4)
