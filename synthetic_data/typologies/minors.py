"""T6: minors who travel with an unrelated companion."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import Payer
from synthetic_data.people.applicants import make_minors
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def minors(m: Members) -> None:
    """T6: a minor with an unrelated companion who leaves alone; hosts of several unrelated minors."""
    n, rng = len(m), m.rng
    m.travel_in_parties(2, 0.5)
    make_minors(rng, m.plan, np.arange(n), 9)
    vouch(m, guarantor=0.5, phone=0.4, introducer=0.5, statement=0.45, agency=0.7)
    m.show(0.45, stay=m.of("dormitory"))
    m.show(0.4, party=m.of("party") + m.turn // 2)
    m.show(0.2, payer=Payer.SPONSOR)
    control(m, moves=0.3, gone=0.4, seen=0.08, files=0.15)
