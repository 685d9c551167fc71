"""What all brokers do: share phones and guarantors, in rotation, and control people after landing."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools
from synthetic_data.filing.drafts import settle_at_host
from synthetic_data.filing.form_codes import Lodger, Payer
from synthetic_data.people.keys import chance
from synthetic_data.typologies.groups import Members


def vouch(m: Members, *, guarantor: float, phone: float, introducer: float, statement: float, agency: float) -> None:
    """Put the broker's people and things into the files, each with a probability."""
    limit = m.d.scenario.whole("rotation_limit")
    who = m.rotated_guarantor(limit)
    # they claim to be what guarantors of such files usually are
    m.swap(guarantor, guarantor=who, guarantor_home=who, guarantor_phone=who)
    line = m.phone()
    m.swap(phone, guarantor_phone=line)
    m.swap(phone * 0.3, inviter_phone=line)
    m.swap(introducer, introducer=m.of("introducer"), introducer_phone=line)
    m.show(statement, statement=m.of("statement"))
    m.swap(np.where(infiltrates(m), agency, 0.0), agency=m.of("agency"), lodged=Lodger.AGENCY)
    m.show(0.15, payer=m.rng.choice((Payer.SPONSOR, Payer.FAMILY, Payer.SELF), len(m), p=(0.4, 0.3, 0.3)))
    m.show(phone * 0.4, booking_phone=line)
    owe(m)


def infiltrates(m: Members) -> Bools:
    """Return bool[n]: whose ring files through one lawful agency, among its honest clients."""
    return chance(m.of("phones"), 73) < m.d.scenario["ring_infiltrates_hubs"]


def owe(m: Members) -> None:
    """Let everybody owe the broker a sum; it is on no form, and whoever owes much tells little."""
    low, high = m.d.scenario["debt_low_yen"], m.d.scenario["debt_high_yen"]
    m.plan["debt"] = np.round(low + (max(high, low) - low) * m.rng.random(len(m)), -4)


def control(m: Members, *, moves: float, gone: float, seen: float, files: float) -> None:
    """After landing: a dormitory, a job in the group's establishment, papers filed by the broker, people who vanish."""
    n = len(m)
    m.raise_chance(1.0, gone=gone, moves=moves)
    m.plan["move_to"] = np.where(m.rng.random(n) < 0.75, m.of("dormitory"), m.fresh())
    m.plan["move_after"] = 6 + m.rng.gamma(1.6, 26.0, n).astype(np.int64)
    filed = m.rng.random(n) < files
    m.plan["filed_by"] = np.where(filed, m.phone(), m.plan["filed_by"])
    m.plan["workplace"] = np.where(m.rng.random(n) < 0.8, m.of("club"), m.plan["workplace"])
    m.plan["work_reported"] = seen


def work_at_host(m: Members, share: float) -> None:
    """Let a share of the members work for the host of their group."""
    hosted = np.flatnonzero(m.rng.random(len(m)) < share * m.strength)
    settle_at_host(m.d, m.rng, m.plan, hosted, m.hosts()[hosted])
