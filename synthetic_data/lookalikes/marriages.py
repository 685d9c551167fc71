"""Look-alikes of T1 and T10: introduced and quick marriages, couples from the pub, wives who work there."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.form_codes import Lodger, Payer
from synthetic_data.people.applicants import young_ages
from synthetic_data.typologies.groups import Members


def introduced(m: Members) -> None:
    """A lawful marriage agency: one introducer, one statement, few meetings before the wedding; then one household."""
    line = m.phone()
    m.plan["birth"] = young_ages(m.rng, m.plan["day"])
    m.swap(0.9, introducer=m.of("introducer"))
    m.show(0.8, introducer_phone=line)
    m.show(0.65, statement=m.of("statement") + m.rng.integers(0, 2, len(m)) * 2**59)
    m.swap(0.55, agency=m.of("agency"), lodged=Lodger.AGENCY)
    m.show(0.5, meetings=1 + m.rng.integers(0, 3, len(m)))
    m.show(0.3, language=0)
    m.show(0.5, payer=Payer.SPONSOR)
    # the matchmaker's office answers the phone for some husbands
    m.swap(0.12, guarantor_phone=line)


def quick(m: Members) -> None:
    """Couples introduced online or far apart in age: short courtship, certificate at once, a husband married before."""
    n, rng = len(m), m.rng
    m.show(0.7, married=m.plan["day"] - 20 - rng.integers(0, 40, n))
    m.show(0.6, first_meeting=m.plan["married"] - 20 - rng.integers(0, 120, n))
    m.plan["first_meeting"] = np.minimum(m.plan["first_meeting"], m.plan["married"] - 10)
    m.show(0.5, meetings=1 + rng.integers(0, 2, n))
    m.show(0.45, language=0)
    m.show(0.4, earlier_spouses=1 + (rng.random(n) < 0.3))
    m.show(0.45, moves=0.5)
    # a widower or divorced man whose earlier wife's file is on record too
    m.swap(0.4, guarantor=m.of("guarantors") + m.turn // 2, guarantor_home=m.of("guarantors") + m.turn // 2)
    m.plan["divorce"] = 0.14


def from_the_pub(m: Members) -> None:
    """Couples introduced at work and wives who work on, an owner's among them; the shop's phone is the family's."""
    club, d = m.of("club"), m.d
    m.plan["birth"] = young_ages(m.rng, m.plan["day"])
    m.plan["workplace"], m.plan["work_reported"] = club, 0.32
    m.swap(0.25, guarantor_phone=d.establishments.phone[club])
    m.swap(0.4, stay_phone=d.establishments.phone[club])
    m.swap(0.5, introducer=m.of("introducer"), introducer_phone=m.of("introducer"))
    m.show(0.25, filed_by=d.establishments.phone[club])
    m.show(0.3, moves=0.6, move_to=d.establishments.address[club])


def housed(m: Members) -> None:
    """Company housing and share houses: unrelated couples at one address, some of whom move there after landing."""
    m.show(0.5, stay=m.of("dormitory"))
    m.plan["move_to"] = m.of("dormitory")
    m.plan["moves"] = 0.5
    m.plan["move_after"] = 8 + m.rng.integers(0, 90, len(m))
    m.show(0.3, filed_by=m.phone())
    m.show(0.3, statement=m.of("statement"))
