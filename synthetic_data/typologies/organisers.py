"""T12: organisers of several routes and posts."""

from __future__ import annotations

from synthetic_data.filing.form_codes import Lodger
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def organise(m: Members) -> None:
    """T12: several routes and posts, one phone behind different guarantors, another agency after each refusal."""
    vouch(m, guarantor=0.6, phone=0.5, introducer=0.7, statement=0.4, agency=0.6)
    control(m, moves=0.5, gone=0.25, seen=0.25, files=0.4)
    m.swap(0.35, agency=m.d.agencies.choose(m.rng, m.plan["day"]), lodged=Lodger.AGENCY)
    m.show(0.3, stay=m.of("dormitory"))
    m.swap(0.3, stay_phone=m.phone())
