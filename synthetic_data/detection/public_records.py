"""Actions at establishments, and entries of the Trafficking in Persons Database."""

from __future__ import annotations

import numpy as np

from features.arrays import Ints, Objects
from synthetic_data.detection.identification import Identified
from synthetic_data.filing.forms import Columns, known, passport_numbers
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.typing_slips import slip
from synthetic_data.filing.volumes import DAY_US, END, START, any_moment
from synthetic_data.geography.addresses import spell_addresses, spell_phones
from synthetic_data.geography.countries import CODES
from synthetic_data.geography.district import District
from synthetic_data.geography.establishments import ADULT, BAR
from synthetic_data.people.keys import NONE
from synthetic_data.people.names import spell_travellers, sponsor_birth, sponsor_names
from synthetic_data.typologies.roster import Rings

_ACTIONS = np.array(["inspection_clean", "violation_found", "trafficking_case", "licence_suspended"], dtype=object)
CLEAN, VIOLATION, CASE, SUSPENDED = range(4)
_ROLES = np.array(["victim", "perpetrator", "facilitator"], dtype=object)
VICTIM, PERPETRATOR, FACILITATOR = range(3)

BREACH = 0.5
"""Share of rings at whose establishment inspectors find a breach of the rules, without seeing what is behind it."""


def act(d: District, establishment_ids: Objects, rings: Rings, ring_day: Ints) -> Columns:
    """Write inspections: routine ones, violations of all kinds, and the cases by which rings were detected.

    Parameters
    ----------
    ring_day
        The day on which each ring was detected, -1 for never.
    """
    rng = d.generator("inspections")
    est, m = d.establishments, len(d.establishments)
    nightly = np.isin(est.industry, (ADULT, BAR))
    visits = np.repeat(np.arange(m), rng.poisson(np.where(nightly, 2.2, 1.4)))
    day = np.maximum(START, est.opened[visits]) + 30
    day = day + (rng.random(len(visits)) * np.maximum(END - 1 - day, 1)).astype(np.int64)
    bad = rng.random(len(visits)) < np.where(est.industry[visits] == ADULT, 0.33, 0.14)
    action = np.where(bad, rng.choice((VIOLATION, SUSPENDED), len(visits), p=(0.85, 0.15)), CLEAN)
    # cases of other places and people, which the records here do not hold
    action = np.where((rng.random(len(visits)) < 0.006) & nightly[visits], CASE, action)
    detected = np.flatnonzero(ring_day != NONE)
    detected = detected[rng.random(len(detected)) < 0.7]
    breaches = np.flatnonzero(rng.random(len(rings.club)) < BREACH)
    then = (
        rings.start[breaches] + 60 + (rng.random(len(breaches)) * (rings.end - rings.start)[breaches]).astype(np.int64)
    )
    site = np.concatenate([visits, rings.club[detected], rings.club[breaches]])
    day = np.concatenate([day, ring_day[detected], then])
    seen = np.where(rng.random(len(detected)) < 0.8, CASE, VIOLATION)
    action = np.concatenate([action, seen, rng.choice((VIOLATION, SUSPENDED), len(breaches), p=(0.8, 0.2))])
    occurred = any_moment(rng, np.minimum(day, END - 1))
    known_at = occurred + (rng.gamma(1.5, 25.0, len(day)) * 86_400 + 3600).astype(np.int64) * 1_000_000
    kept = np.flatnonzero(known_at < END * DAY_US)
    kept = kept[np.argsort(known_at[kept], kind="stable")]
    return {"establishment_id": establishment_ids[site[kept]], "occurred_at": occurred[kept], "known_at": known_at[kept],
            "action": _ACTIONS[action[kept]]}  # fmt: skip


def _listed_rings(d: District, rng: np.random.Generator, who: Identified, rings: Rings) -> tuple[Ints, Ints]:
    """Return the rings whose organisers are listed, and from which day: detected ones, and some by other knowledge."""
    detected = np.flatnonzero(who.ring_day != NONE) if len(who.ring_day) else np.zeros(0, dtype=np.int64)
    ring = np.repeat(detected, rng.integers(1, 3, len(detected)))
    day = who.ring_day[ring] if len(ring) else ring
    share = d.scenario["listed_share"]
    if share == 0.0:
        return ring, day
    own = d.generator("listed rings")
    tipped = np.repeat(np.flatnonzero(own.random(len(rings.start)) < share), 3)
    early = rings.start[tipped] + (own.random(len(tipped)) * 0.6 * (rings.end - rings.start)[tipped]).astype(np.int64)
    return np.concatenate([ring, tipped]), np.concatenate([day, early])


def list_people(d: District, plan: Plan, who: Identified, rings: Rings) -> Columns:
    """Write the database: organisers of listed rings, identified victims, and many outside these records."""
    rng = d.generator("database")
    victims = np.flatnonzero((who.day != NONE) & (rng.random(len(plan)) < 0.6))
    helpers, ring_day = _listed_rings(d, rng, who, rings)
    strangers = max(d.applications // 1200, 4)
    stranger = d.keys.take(strangers)
    japanese = np.concatenate([rings.broker[helpers] + rng.integers(0, 3, len(helpers)), stranger])
    k, v = len(japanese), len(victims)
    listed = np.concatenate(
        [
            who.day[victims] + rng.integers(5, 120, v),
            ring_day + rng.integers(10, 240, len(helpers)),
            rng.integers(START, END, strangers),
        ]
    )
    role = np.concatenate([np.full(v, VICTIM), rng.choice((PERPETRATOR, FACILITATOR), k, p=(0.4, 0.6))])
    family, given = spell_travellers(
        rng, CODES[plan["country"][victims]], plan["family"][victims], plan["given"][victims]
    )
    whole = [name.replace("　", " ").split(" ") for name in sponsor_names(rng, japanese).tolist()]
    line = np.concatenate([np.full(v, NONE), rings.phone[helpers], stranger])
    site = np.concatenate([np.full(v, NONE), rings.broker[helpers], stranger])
    birth = np.concatenate([plan["birth"][victims], sponsor_birth(japanese)])
    occurred = any_moment(rng, listed)
    ends = occurred + rng.integers(200, 1500, v + k) * DAY_US
    passport = np.concatenate([passport_numbers(plan["passport"][victims]), np.full(k, None, dtype=object)])
    errors = d.scenario["typing_errors"] * 3
    columns: Columns = {
        "listed_at": occurred,
        "delisted_at": np.where((rng.random(v + k) < 0.12) & (ends < END * DAY_US), ends, NONE),
        "role": _ROLES[role],
        "family_name": slip(rng, np.concatenate([family, np.array([name[0] for name in whole], dtype=object)]), errors),
        "given_names": slip(rng, np.concatenate([given, np.array([name[1] for name in whole], dtype=object)]), errors),
        "birth_date": np.where(rng.random(v + k) < 0.6, birth, NONE),
        "passport_number": known(passport, rng.random(v + k) < 0.6),
        "phone": known(spell_phones(rng, line), (line != NONE) & (rng.random(v + k) < 0.7)),
        "address": known(spell_addresses(rng, site), (site != NONE) & (rng.random(v + k) < 0.5)),
    }
    kept = np.flatnonzero(occurred < END * DAY_US)
    kept = kept[np.argsort(occurred[kept], kind="stable")]
    return {name: values[kept] for name, values in columns.items()}
