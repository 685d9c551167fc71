"""T2: another person's identity on a new passport."""

from __future__ import annotations

from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def impersonation(m: Members) -> None:
    """T2: an adult compatriot's identity on a new passport; the body that lands is younger, and was or will be another person."""
    n, rng = len(m), m.rng
    vouch(m, guarantor=0.35, phone=0.42, introducer=0.6, statement=0.35, agency=0.75)
    control(m, moves=0.5, gone=0.3, seen=0.3, files=0.4)
    # the true owner of the identity applies or stays under it too
    m.plan["body"] = m.fresh()
    m.show(0.35, passport_issued=m.plan["day"] - 10 - rng.integers(0, 120, n))
    m.show(0.06, other_name=m.fresh())
    m.show(0.25, declared_slip=rng.choice((1, 2, -1), n))
    m.plan["doubt"] = 0.10
