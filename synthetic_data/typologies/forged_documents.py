"""T9: forged or fraudulently obtained documents."""

from __future__ import annotations

import numpy as np

from synthetic_data.people.keys import NONE
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def forged_papers(m: Members) -> None:
    """T9: certificates with a number used before, one notary's template, fresh passports."""
    n, rng = len(m), m.rng
    vouch(m, guarantor=0.4, phone=0.42, introducer=0.6, statement=0.5, agency=0.8)
    control(m, moves=0.35, gone=0.35, seen=0.2, files=0.35)
    reused = m.of("statement") + m.turn // 3 + 2**60
    m.show(np.where(m.plan["coe"] != NONE, 0.5, 0.0), coe=reused)
    m.show(0.25, passport_issued=m.plan["day"] - 8 - rng.integers(0, 90, n))
    m.plan["doubt"], m.plan["forged"] = 0.12, 0.05
