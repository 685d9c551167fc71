"""Look-alikes of T3, T4 and T6: law clinics' clients, late acknowledgements, school journeys."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import Payer, Relation
from synthetic_data.geography.establishments import SHELTER
from synthetic_data.people.applicants import TEACHER, make_minors
from synthetic_data.people.children import bring_child
from synthetic_data.typologies.groups import Members


def law_clinic(m: Members) -> None:
    """An NGO or law clinic vouches for many pairs from one address and phone, with one statement."""
    bring_child(m.d, m.rng, m.plan)
    shelter = m.d.establishments.choose(m.rng, np.full(len(m.groups), SHELTER), m.groups.start)[m.group]
    est = m.d.establishments
    who = est.guarantor(m.rng, shelter, m.plan["day"])
    m.swap(
        0.6,
        guarantor=who,
        guarantor_home=est.address[shelter],
        guarantor_phone=est.phone[shelter],
        relation=Relation.ORGANISATION,
    )
    m.show(0.4, stay=est.address[shelter], stay_phone=est.phone[shelter])
    m.show(0.6, statement=m.of("statement"))
    m.swap(0.4, introducer=m.of("introducer"), introducer_phone=est.phone[shelter])
    m.show(0.3, payer=Payer.SPONSOR)
    m.show(0.5, moves=0.6, move_after=20 + m.rng.integers(0, 60, len(m)))


def late_father(m: Members) -> None:
    """A man with several genuine children, of one mother or of two, acknowledged late."""
    bring_child(m.d, m.rng, m.plan)
    father = m.of("guarantors") + m.turn // 3
    m.swap(0.75, parent=father)
    m.swap(0.55, guarantor=father, guarantor_home=father, guarantor_phone=father)
    m.show(0.4, stay=father)
    m.show(0.3, statement=m.of("statement"))


def neighbours(m: Members) -> None:
    """Mothers who follow friends to the same care home or factory, which houses them openly."""
    bring_child(m.d, m.rng, m.plan)
    m.show(0.55, stay=m.of("dormitory"))
    m.swap(0.35, relation=m.rng.choice((Relation.ORGANISATION, Relation.OTHER, Relation.FRIEND), len(m)))
    m.swap(0.4, introducer=m.of("introducer"), introducer_phone=m.phone())
    m.show(0.45, party=m.of("party") + m.plan["day"] // 30)
    m.plan["workplace"], m.plan["work_reported"] = m.of("club"), 0.2


def school_journey(m: Members) -> None:
    """Pupils and a teacher: minors with an unrelated adult, one statement, one booking; everybody goes home."""
    m.travel_in_parties(12, 0.9)
    m.plan["occupation"] = TEACHER
    make_minors(m.rng, m.plan, np.flatnonzero(m.turn % 12 != 0), 9)
    who = m.of("guarantors") + (m.plan["day"] // 600) % 4
    m.swap(
        0.75,
        guarantor=who,
        guarantor_home=m.of("dormitory"),
        guarantor_phone=m.of("phones"),
        relation=Relation.ORGANISATION,
    )
    m.show(0.6, statement=m.of("statement"))
    m.show(0.5, stay=m.of("dormitory"))
    m.show(0.8, party=m.of("party") + m.turn // 12)
    m.plan["gone"] = 0.0


def exchange(m: Members) -> None:
    """Children sent to relatives and host families, alone on the flight, paid for by the host."""
    make_minors(m.rng, m.plan, np.arange(len(m)), 8)
    m.show(0.6, payer=Payer.SPONSOR)
    m.show(0.4, stay=m.of("dormitory"))
    m.swap(0.35, guarantor=m.of("guarantors") + m.turn // 2, guarantor_phone=m.of("phones"))
