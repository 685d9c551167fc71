"""Look-alikes of T2 and T9: new names, lost passports, twins, a shared translator."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints
from synthetic_data.people.keys import NONE
from synthetic_data.typologies.groups import Members


def renamed(m: Members) -> None:
    """A married name, a passport renewed for it, and the earlier name declared."""
    earlier, later = _pairs(m)
    for name in ("person", "body", "birth", "female", "country", "given", "home", "phone"):
        m.plan[name][later] = m.plan[name][earlier]
    m.plan["other_name"][later] = m.plan["family"][earlier]
    new = m.plan["day"][later] - 10 - m.rng.integers(0, 200, len(later))
    m.plan["passport_issued"][later] = new


def lost_passport(m: Members) -> None:
    """The same person with a passport issued again after a loss, who no longer knows the number of earlier stays."""
    earlier, later = _pairs(m)
    for name in ("person", "body", "birth", "female", "country", "family", "given", "home", "email"):
        m.plan[name][later] = m.plan[name][earlier]
    m.plan["passport_issued"][later] = m.plan["day"][later] - 6 - m.rng.integers(0, 100, len(later))
    m.plan["declared_slip"][later] = m.rng.choice((-1, 0, 1), len(later))


def twins(m: Members) -> None:
    """Brothers and sisters of one birth date, home and phone."""
    earlier, later = _pairs(m)
    for name in ("birth", "country", "family", "home", "phone"):
        m.plan[name][later] = m.plan[name][earlier]
    near = m.rng.random(len(later)) < 0.5
    m.plan["day"][later[near]] = m.plan["day"][earlier[near]]


def translated(m: Members) -> None:
    """Genuine papers from one translator or office with poor printing; passports taken out for the journey."""
    n, rng = len(m), m.rng
    m.show(0.7, statement=m.of("statement"))
    m.show(0.5, passport_issued=m.plan["day"] - 8 - rng.integers(0, 90, n))
    m.plan["doubt"] = 0.10
    m.swap(0.3, introducer=m.of("introducer"), introducer_phone=m.of("introducer"))
    # a clerk types the number of the file before
    certified = m.plan["coe"] != NONE
    m.show(np.where(certified, 0.25, 0.0), coe=m.of("statement") + m.turn // 2 + 2**60)


def _pairs(m: Members) -> tuple[Ints, Ints]:
    """Return rows of members of one group that follow one another: (earlier, later)."""
    later = np.flatnonzero((m.turn % 2 == 1) & (np.arange(len(m)) > 0))
    return later - 1, later
