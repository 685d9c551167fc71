"""Look-alikes of T8 and T12: seafarers, labour flights, large families, churches, urgent journeys."""

from __future__ import annotations

from synthetic_data.filing.form_codes import Lodger, Payer, Relation
from synthetic_data.typologies.groups import Members


def crews(m: Members) -> None:
    """Seafarers and labour flights: a short stay, an onward ticket bought by an employer or agency for strangers."""
    n, rng = len(m), m.rng
    m.show(0.7, stay_days=rng.choice((3, 6, 8), n))
    m.show(0.85, onward=True, onward_payer=rng.choice((Payer.EMPLOYER, Payer.AGENCY, Payer.AGENCY), n))
    m.show(0.7, booking_phone=m.phone())
    m.show(0.6, party=m.of("party") + m.plan["day"] // 15)
    m.show(0.4, payer=rng.choice((Payer.EMPLOYER, Payer.AGENCY), n))
    m.show(0.5, statement=m.of("statement"))


def large_family(m: Members) -> None:
    """An extended family: two or three members vouch in turn over years, on each other's phones, for kin."""
    who = m.of("guarantors") + m.turn // 3
    m.swap(0.75, guarantor=who, guarantor_home=m.of("dormitory"), guarantor_phone=m.phone(), relation=Relation.RELATIVE)
    m.show(0.7, stay=m.of("dormitory"))
    m.show(0.45, payer=Payer.SPONSOR)
    m.show(0.25, statement=m.of("statement"))


def intermediary(m: Members) -> None:
    """A lawful go-between, a church or a friendship society: introduces, writes the statement, lends the phone."""
    m.swap(0.65, introducer=m.of("introducer"), introducer_phone=m.phone())
    m.show(0.6, statement=m.of("statement"))
    m.swap(0.5, agency=m.of("agency"), lodged=Lodger.AGENCY)
    m.swap(0.35, guarantor=m.of("guarantors") + m.turn // 4, guarantor_phone=m.phone(), relation=Relation.FRIEND)
    m.show(0.2, stay=m.of("dormitory"))


def urgent(m: Members) -> None:
    """Funerals and illness: filed late, paid by a third party, by whoever can; a society's phone."""
    m.show(0.8, lead=2 + m.rng.integers(0, 6, len(m)))
    m.show(0.7, payer=m.rng.choice((Payer.SPONSOR, Payer.UNKNOWN), len(m)))
    m.swap(0.4, guarantor_phone=m.phone(), relation=Relation.ORGANISATION)
    m.show(0.4, passport_issued=m.plan["day"] - 6 - m.rng.integers(0, 60, len(m)))
    m.swap(0.3, agency=m.d.agencies.choose(m.rng, m.plan["day"]), lodged=Lodger.AGENCY)
