"""T10: spouses put to work in clubs after entry."""

from __future__ import annotations

import numpy as np

from synthetic_data.people.applicants import young_ages
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def spouse_at_work(m: Members) -> None:
    """T10: marriages that look like others; the address moves to the club, and its manager files the extension."""
    m.plan["birth"] = young_ages(m.rng, m.plan["day"])
    vouch(m, guarantor=0.0, phone=0.28, introducer=0.75, statement=0.3, agency=0.8)
    club = m.of("club")
    m.swap(0.3, stay_phone=m.d.establishments.phone[club])
    m.swap(0.18, guarantor_phone=m.d.establishments.phone[club])
    m.show(0.3, stay=m.of("dormitory"))
    control(m, moves=0.7, gone=0.12, seen=0.5, files=0.45)
    near = np.where(m.rng.random(len(m)) < 0.3, m.d.establishments.address[club], m.of("dormitory"))
    m.plan["move_to"] = near
    manager = m.rng.random(len(m)) < 0.3
    m.plan["filed_by"] = np.where(manager, m.d.establishments.phone[club], m.plan["filed_by"])
