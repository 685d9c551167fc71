"""T8: transit through Japan to a third country on tickets that a payer bought for strangers."""

from __future__ import annotations

from synthetic_data.filing.form_codes import Payer
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def transit(m: Members) -> None:
    """T8: short stays with an onward ticket bought by others; one booking phone for people who do not know each other."""
    n, rng = len(m), m.rng
    vouch(m, guarantor=0.35, phone=0.42, introducer=0.5, statement=0.4, agency=0.8)
    m.show(0.6, stay_days=rng.choice((3, 6, 8), n))
    m.show(0.8, onward=True, onward_payer=rng.choice((Payer.SPONSOR, Payer.AGENCY, Payer.UNKNOWN), n))
    m.show(0.5, booking_phone=m.phone())
    # groups on one booking, and the onward flight is often not taken
    m.show(0.5, party=m.of("party") + m.plan["day"] // 30)
    m.show(0.2, payer=rng.choice((Payer.SPONSOR, Payer.UNKNOWN), n))
    m.plan["doubt"] = 0.10
    control(m, moves=0.0, gone=0.4, seen=0.03, files=0.0)
