"""Look-alikes of T5, T7 and T11: troupes, lawful recruiters, dormitories, restaurant chains, subcontractors."""

from __future__ import annotations

import numpy as np

from synthetic_data.filing.drafts import settle_at_host
from synthetic_data.filing.form_codes import Lodger, Payer
from synthetic_data.filing.volumes import Status
from synthetic_data.geography.establishments import STAGE
from synthetic_data.people.applicants import PAY_FLOOR
from synthetic_data.typologies.groups import Members


def troupe(m: Members) -> None:
    """Orchestras, circuses, dance companies: bulk filing, one statement, one hotel, one booking; home on schedule."""
    rows = np.arange(len(m))
    stage = m.d.establishments.choose(m.rng, np.full(len(m.groups), STAGE), m.groups.start)[m.group]
    settle_at_host(m.d, m.rng, m.plan, rows, stage)
    m.show(0.7, statement=m.of("statement") + m.plan["day"] // 400)
    m.swap(0.5, agency=m.of("agency"), lodged=Lodger.AGENCY)
    m.show(0.6, party=m.of("party") + m.plan["day"] // 40)
    m.show(0.5, payer=Payer.EMPLOYER)
    m.plan["leaves_early"] = 0.3


def dancers(m: Members) -> None:
    """Genuine performers of clubs that keep the rules: the floor's pay, rooms owned by the booker, the same agent."""
    settle_at_host(m.d, m.rng, m.plan, np.arange(len(m)), m.hosts())
    m.show(0.5, income=PAY_FLOOR)
    m.show(0.5, stay=m.of("dormitory"))
    m.swap(0.45, introducer=m.of("introducer"), introducer_phone=m.phone())
    m.show(0.3, statement=m.of("statement"))
    m.show(0.4, payer=m.rng.choice((Payer.AGENCY, Payer.EMPLOYER), len(m)))
    m.swap(0.2, guarantor=m.of("guarantors") + m.turn // 6)
    m.plan["work_reported"], m.plan["gone"] = 0.2, 0.03


def recruited(m: Members) -> None:
    """A compliant supervising organisation: one recruiter, one statement, dormitories, many members."""
    settle_at_host(m.d, m.rng, m.plan, np.arange(len(m)), m.hosts())
    on_business(m)
    m.swap(0.75, introducer=m.of("introducer"))
    m.show(0.65, introducer_phone=m.phone())
    m.show(0.55, statement=m.of("statement"))
    m.swap(0.5, agency=m.of("agency"), lodged=Lodger.AGENCY)
    m.plan["work_reported"] = 0.15


def better_pay(m: Members) -> None:
    """People who leave a lawful employer for better pay: missing reports without anybody behind them."""
    settle_at_host(m.d, m.rng, m.plan, np.arange(len(m)), m.hosts())
    m.plan["gone"], m.plan["missing"] = 0.22, 0.75
    m.swap(0.35, introducer=m.of("introducer"), introducer_phone=m.phone())
    m.plan["moves"] = 0.2
    m.plan["move_after"] = m.rng.integers(60, 400, len(m))


def chain(m: Members) -> None:
    """Restaurant chains and subcontractors: many men for one host, one dormitory, one booking, paid by the employer."""
    settle_at_host(m.d, m.rng, m.plan, np.arange(len(m)), m.hosts())
    on_business(m)
    m.show(0.6, stay=m.of("dormitory"))
    m.show(0.6, payer=Payer.EMPLOYER)
    m.show(0.5, party=m.of("party") + m.plan["day"] // 30)
    m.show(0.4, statement=m.of("statement"))
    m.swap(0.4, guarantor=m.of("guarantors") + m.turn // 5, guarantor_phone=m.phone())
    m.plan["work_reported"], m.plan["gone"] = 0.18, 0.04


def on_business(m: Members) -> None:
    """Fitters and trainees of a firm come for ninety days where no status of their own is needed."""
    m.show(np.where(m.plan["status"] == Status.VISITOR, 0.5, 0.0), stay_days=90)
