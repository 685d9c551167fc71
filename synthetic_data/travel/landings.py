"""Landings and departures: stays of those with a visa or without need of one, with re-entries."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from features.arrays import Bools, Ints, Objects
from features.tables.categories import PAYERS, STATUSES
from synthetic_data.filing.forms import Columns, known, passport_numbers, words
from synthetic_data.filing.identity_writings import rewrite_columns
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.typing_slips import slip
from synthetic_data.filing.volumes import BIOMETRICS, DAY_US, END, START, Status, any_moment
from synthetic_data.geography.addresses import spell_addresses, spell_phones
from synthetic_data.geography.countries import AIRPORTS, CODES
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE, choice
from synthetic_data.people.names import spell_travellers

_PORTS = np.array(["NRT", "KIX", "NGO", "FUK", "HND"], dtype=object)
_PORT_SHARES = (0.52, 0.22, 0.11, 0.08, 0.07)
_ONWARD = np.array(["LAX", "JFK", "YVR", "SYD", "HNL", "LHR", "SFO"], dtype=object)
FORGED_BEFORE, FORGED_SINCE = 0.0004, 0.00012
"""Share of all travellers with a forged document detected, before and since biometrics: 2,688 of 6.76 million in 2004."""
NEVER = 2**40
"""A day that does not come."""


@dataclass(slots=True)
class Stays:
    """m landings as arrays.

    Attributes
    ----------
    source
        Row of the plan.
    landed, leaves
        Days; ``leaves`` is `NEVER` for those who have not left.
    permitted
        Days of stay granted.
    again
        Whether it is a re-entry within the same stay.
    gone, extended
        Whether they stay on without permission, or with a longer one.
    """

    source: Ints
    landed: Ints
    leaves: Ints
    permitted: Ints
    again: Bools
    gone: Bools
    extended: Bools

    def __len__(self) -> int:
        return len(self.source)

    def take(self, rows: Ints) -> Stays:
        """Return these landings."""
        return Stays(*(getattr(self, field.name)[rows] for field in fields(self)))


def travel(d: District, plan: Plan) -> Stays:
    """Let people land, stay, travel and leave."""
    rng = d.generator("journeys")
    n = len(plan)
    arrival = plan["day"] + np.maximum(plan["lead"] + rng.integers(-3, 10, n), np.where(plan["lead"] > 0, 3, 0))
    source = np.flatnonzero((rng.random(n) < plan["comes"]) & (arrival >= START) & (arrival < END))
    m = len(source)
    landed, permitted = arrival[source], plan["stay_days"][source]
    status = plan["status"][source]
    permitted = np.where(status == Status.TRANSIT, 3, permitted)
    gone = rng.random(m) < plan["gone"][source]
    extended = ~gone & (rng.random(m) < plan["extends"][source]) & (permitted >= 90)
    used = np.where(
        np.isin(status, (Status.VISITOR, Status.TRANSIT)),
        0.05 + 0.9 * rng.beta(1.2, 2.5, m),
        0.3 + 0.7 * rng.beta(2.0, 0.8, m),
    )
    used = np.where(rng.random(m) < plan["leaves_early"][source], used * 0.4, used)
    longest = permitted * np.where(extended, 1 + rng.random(m), 1.0)
    leaves = landed + np.maximum((used * longest).astype(np.int64), 1)
    leaves = np.where(extended, np.maximum(leaves, landed + permitted + 5), leaves)
    # some of those who stay on are detected or give up after months or years
    late = landed + permitted + 30 + rng.gamma(1.2, 500.0, m).astype(np.int64)
    leaves = np.where(gone, np.where(rng.random(m) < 0.35, late, NEVER), leaves)
    first = Stays(source, landed, leaves, permitted, np.zeros(m, dtype=np.bool_), gone, extended)
    return _with_reentries(rng, first)


def _with_reentries(rng: np.random.Generator, first: Stays) -> Stays:
    """A third of those who live in Japan travel once: they leave and land again within their stay."""
    length = np.minimum(first.leaves, END + 400) - first.landed
    travels = np.flatnonzero((first.permitted >= 180) & ~first.gone & (length > 150) & (rng.random(len(first)) < 0.42))
    out = first.landed[travels] + (length[travels] * rng.uniform(0.35, 0.8, len(travels))).astype(np.int64)
    back = out + 5 + (rng.random(len(travels)) * np.minimum(length[travels] * 0.15, 40)).astype(np.int64)
    second = first.take(travels)
    second.landed, second.again = back, np.ones(len(travels), dtype=np.bool_)
    second.permitted = np.maximum(first.landed[travels] + first.permitted[travels] - back, 15)
    second.leaves = np.maximum(first.leaves[travels], back + 2)
    second = second.take(np.flatnonzero(second.landed < END))
    first.leaves[travels] = out
    first.extended[travels] = False
    return Stays(*(np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(first)))


def land(d: District, plan: Plan, stays: Stays, at: Ints, ids: Objects, application_ids: Objects) -> Columns:
    """Write landings.

    Parameters
    ----------
    at, ids
        Microseconds and ids of the landings.
    application_ids
        One per row of the plan, null where no visa was needed.
    """
    rng, errors = d.generator("landings"), d.scenario["typing_errors"]
    m, source = len(stays), stays.source
    codes = CODES[plan["country"][source]]
    family, given = spell_travellers(rng, codes, plan["family"][source], plan["given"][source])
    day = at // DAY_US
    grown = day - plan["birth"][source] >= 16 * 365.25
    status = np.array([*STATUSES, "transit"], dtype=object)[plan["status"][source]]
    flight, booking = _bookings(rng, plan, stays)
    back_home = stays.again & (plan["move_to"][source] != NONE) & (rng.random(m) < 0.5)
    stay = np.where(back_home, plan["move_to"][source], plan["stay"][source])
    onward = plan["onward"][source]
    check = rng.random(m)
    forged_share = plan["forged"][source] + np.where(day < BIOMETRICS, FORGED_BEFORE, FORGED_SINCE)
    forged = check < forged_share
    doubtful = check < forged_share + plan["doubt"][source]
    examined = doubtful | (rng.random(m) < 0.04)
    phone = np.where(plan["booking_phone"][source] != NONE, plan["booking_phone"][source], plan["phone"][source])
    visitor_phone = np.where(plan["booking_phone"][source] != NONE, NONE, plan["country"][source])
    columns: Columns = {
        "landing_id": ids,
        "landed_at": at,
        "port": rng.choice(_PORTS, m, p=_PORT_SHARES),
        "flight": flight,
        "embarked_at": known(AIRPORTS[plan["country"][source]], rng.random(m) < 0.97),
        "onward_destination": known(rng.choice(_ONWARD, m), onward),
        "onward_ticket_paid_by": known(words(PAYERS, plan["onward_payer"][source]), onward & (rng.random(m) < 0.9)),
        "passport_number": slip(rng, passport_numbers(plan["passport"][source]), errors * 0.1),
        "passport_issued_on": np.minimum(plan["passport_issued"][source], day - 1),
        "nationality": codes,
        "family_name": slip(rng, family, errors * 0.3),
        "given_names": slip(rng, given, errors * 0.3),
        "birth_date": plan["birth"][source],
        "sex": np.where(plan["female"][source], "F", "M").astype(object),
        "biometric_id": known(
            np.array([f"B{number:010d}" for number in choice(plan["body"][source], 46, 10**10).tolist()], dtype=object),
            (day >= BIOMETRICS) & grown,
        ),
        "application_id": application_ids[source],
        "status_of_residence": status,
        "permitted_stay_days": stays.permitted,
        "stay_address": known(slip(rng, spell_addresses(rng, stay), errors), rng.random(m) < 0.88),
        "stay_phone": known(spell_phones(rng, plan["stay_phone"][source]), rng.random(m) < 0.7),
        "booking_reference": known(booking, rng.random(m) < 0.9),
        "booking_phone": known(_booking_phones(rng, phone, visitor_phone), rng.random(m) < 0.6),
        "document_check": known(np.where(forged, "forged", np.where(doubtful, "doubtful", "genuine")).astype(object), examined),
    }  # fmt: skip
    return columns | rewrite_columns(d.generator("landing writings"), columns, d.scenario["identity_writings"])


def _booking_phones(rng: np.random.Generator, phones: Ints, countries: Ints) -> Objects:
    """Write a booking's phone: Japanese if an agency's or broker's, else the traveller's own."""
    return np.where(countries == NONE, spell_phones(rng, phones), spell_phones(rng, phones, np.maximum(countries, 0)))


def _bookings(rng: np.random.Generator, plan: Plan, stays: Stays) -> tuple[Objects, Objects]:
    """Parties share flight and booking while they land within days of one another; others fly as it comes."""
    source, m = stays.source, len(stays)
    in_party = (plan["party"][source] != NONE) & ~stays.again & (rng.random(m) < 0.85)
    party = np.where(
        in_party,
        plan["party"][source] * 64 + stays.landed // 10 % 64,
        stays.landed * 4096 + rng.integers(0, 2**31, m) * 2**12,
    )
    number = 400 + choice(party, 47, 380)
    airline = np.array(["JL", "NH", "CA", "MU", "TG", "PR", "KE", "VN"], dtype=object)[choice(party, 48, 8)]
    flight = np.array([f"{a}{b}" for a, b in zip(airline.tolist(), number.tolist(), strict=True)], dtype=object)
    booking = np.array([f"{value:07X}" for value in choice(party, 49, 2**28).tolist()], dtype=object)
    return flight, booking


def landing_moments(d: District, plan: Plan, stays: Stays) -> Ints:
    """Return int64[m] microseconds: parties land with the same aeroplane, others at any time of the day."""
    rng = d.generator("landing moments")
    at = any_moment(rng, stays.landed)
    party = plan["party"][stays.source]
    in_party = party != NONE
    hour = choice(party * 7 + stays.landed, 50, 1080) * 60_000_000 + rng.integers(0, 2400, len(stays)) * 1_000_000
    return np.where(in_party, stays.landed * DAY_US + hour, at)


def depart(d: District, stays: Stays, landed_at: Ints, ids: Objects) -> Columns:
    """Write departures that happened within the ten years."""
    rng = d.generator("departures")
    rows = np.flatnonzero(stays.leaves < END)
    at = np.maximum(any_moment(rng, stays.leaves[rows]), landed_at[rows] + 3_600_000_000)
    return {"landing_id": ids[rows], "departed_at": at}


def earlier_stays(persons: Ints, at: Ints, landed: Ints, landed_at: Ints) -> Ints:
    """Return int64[n]: count of each person's landings before each application.

    Parameters
    ----------
    persons, at
        Of the n applications.
    landed, landed_at
        Who landed, and when.
    """
    order = np.lexsort((landed_at, landed))
    who, when = landed[order], landed_at[order]
    begin, end = np.searchsorted(who, persons, side="left"), np.searchsorted(who, persons, side="right")
    count = np.zeros(len(persons), dtype=np.int64)
    for step in range(int((end - begin).max()) if len(begin) else 0):
        row = begin + step
        count += (row < end) & (when[np.minimum(row, len(when) - 1)] < at)
    return count
