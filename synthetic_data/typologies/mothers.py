"""How are mothers with Japanese children (T3), acknowledged children (T4) and minors alone (T6) brought and used?"""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import R_FRIEND, R_ORGANISATION, R_OTHER, SPONSOR
from synthetic_data.people.applicants import make_minors
from synthetic_data.people.children import bring_child
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def mothers(m: Members) -> None:
    """T3: pairs of mother and child in series, vouched for by neither father nor kin, housed together near the work."""
    bring_child(m.d, m.rng, m.plan)
    vouch(m, guarantor=0.5, phone=0.42, introducer=0.65, statement=0.4, agency=0.7)
    m.swap(0.4, relation=m.rng.choice((R_ORGANISATION, R_OTHER, R_FRIEND), len(m)))
    m.show(0.35, stay=m.of("dormitory"))
    m.show(0.2, payer=SPONSOR)
    m.show(0.3, party=m.of("party") + m.plan["day"] // 30)
    control(m, moves=0.6, gone=0.12, seen=0.4, files=0.4)


def acknowledged(m: Members) -> None:
    """T4: one man acknowledges children of several mothers; his and their travels never met."""
    bring_child(m.d, m.rng, m.plan)
    father = m.of("guarantors") + m.turn // 3
    m.swap(0.55, parent=father)
    vouch(m, guarantor=0.25, phone=0.4, introducer=0.6, statement=0.45, agency=0.8)
    m.swap(0.35, guarantor=father, guarantor_home=father)
    control(m, moves=0.5, gone=0.12, seen=0.3, files=0.4)


def minors(m: Members) -> None:
    """T6: a minor with an unrelated companion who leaves alone; hosts of several unrelated minors."""
    n, rng = len(m), m.rng
    m.travel_in_parties(2, 0.5)
    make_minors(rng, m.plan, np.arange(n), 9)
    vouch(m, guarantor=0.5, phone=0.4, introducer=0.5, statement=0.45, agency=0.7)
    m.show(0.45, stay=m.of("dormitory"))
    m.show(0.4, party=m.of("party") + m.turn // 2)
    m.show(0.2, payer=SPONSOR)
    control(m, moves=0.3, gone=0.4, seen=0.08, files=0.15)
