"""T1: sham marriages that place women in clubs."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import Payer
from synthetic_data.people.applicants import young_ages
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def sham_marriage(m: Members) -> None:
    """T1: hired husbands of one circle, one introducer, a rehearsed story, a dormitory within weeks."""
    n, rng = len(m), m.rng
    m.plan["birth"] = young_ages(rng, m.plan["day"])
    keep = {name: m.plan[name].copy() for name in ("relation",)}
    vouch(m, guarantor=0.0, phone=0.42, introducer=0.8, statement=0.42, agency=0.9)
    # the same man marries again after his wife has left
    serial = m.of("guarantors") + m.turn // 2
    m.swap(0.3, guarantor=serial, guarantor_home=serial)
    m.show(0.2, earlier_spouses=1 + rng.integers(0, 2, n))
    m.plan["relation"] = keep["relation"]
    m.show(0.4, meetings=1 + rng.integers(0, 3, n))
    m.show(0.2, language=0)
    # the certificate is requested soon after registration
    m.show(0.25, married=m.plan["day"] - 20 - rng.integers(0, 40, n))
    m.show(0.25, first_meeting=m.plan["married"] - 20 - rng.integers(0, 120, n))
    m.plan["first_meeting"] = np.minimum(m.plan["first_meeting"], m.plan["married"] - 10)
    m.show(0.3, stay=m.of("dormitory"))
    m.show(0.15, payer=Payer.SPONSOR)
    control(m, moves=0.65, gone=0.2, seen=0.35, files=0.45)
    m.raise_chance(1.0, divorce=0.22)
