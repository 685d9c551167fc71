"""Reports during a stay: moves, extensions, changes, divorces, missing people, and employment."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Ints, Objects
from features.tables.categories import STATUSES
from synthetic_data.filing.forms import Columns, known, passport_numbers
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.typing_slips import slip
from synthetic_data.filing.volumes import DAY_US, END, Status, any_moment
from synthetic_data.geography.addresses import spell_addresses, spell_phones
from synthetic_data.geography.countries import CODES
from synthetic_data.geography.district import District
from synthetic_data.people.keys import NONE
from synthetic_data.people.names import spell_travellers
from synthetic_data.travel.landings import Stays

(MOVE, CHANGE, EXTENSION, MISSING, OVERSTAY, DIVORCE, DEATH) = range(7)
_KINDS = np.array(["address_change", "status_change", "extension", "missing_report", "overstay", "divorce", "spouse_death"], dtype=object)  # fmt: skip
DAY_END = END * DAY_US


def report_events(d: District, plan: Plan, stays: Stays, landed_at: Ints, landing_ids: Objects) -> Columns:
    """Write residence events; none happens after the departure, and only those recorded within the ten years."""
    rng = d.generator("residence events")
    row, kind, day = _occurrences(rng, plan, stays)
    source = stays.source[row]
    at = np.maximum(any_moment(rng, day), landed_at[row] + 3_600_000_000)
    ok = (day < np.minimum(stays.leaves[row], END)) & (day >= stays.landed[row])
    row, kind, at, source = row[ok], kind[ok], at[ok], source[ok]
    address_key = np.where(plan["move_to"][source] != NONE, plan["move_to"][source], d.keys.take(len(row)))
    # a second move leads elsewhere
    again = (kind == MOVE) & (rng.random(len(row)) < 0.1)
    address_key = np.where(again, d.keys.take(len(row)), address_key)
    delay = 1 + rng.gamma(1.2, 18.0, len(row))
    delay += np.where(rng.random(len(row)) < d.scenario["late_records"], rng.gamma(2.0, 120.0, len(row)), 0.0)
    known_at = at + (delay * DAY_US).astype(np.int64) // 1_000_000 * 1_000_000
    corrected = np.flatnonzero((kind == MOVE) & (rng.random(len(row)) < 0.02))
    row, kind, at, source, address_key = (
        np.concatenate([a, a[corrected]]) for a in (row, kind, at, source, address_key)
    )
    known_at = np.concatenate([known_at, known_at[corrected] + rng.integers(20, 200, len(corrected)) * DAY_US])
    kept = np.flatnonzero(known_at < DAY_END)
    kept = kept[np.argsort(known_at[kept], kind="stable")]
    row, kind, at, source, address_key, known_at = (a[kept] for a in (row, kind, at, source, address_key, known_at))
    return _written(
        d,
        rng,
        plan,
        row=row,
        kind=kind,
        at=at,
        source=source,
        address_key=address_key,
        known_at=known_at,
        ids=landing_ids,
    )


def _written(
    d: District, rng: np.random.Generator, plan: Plan, *, row: Ints, kind: Ints, at: Ints, source: Ints, address_key: Ints,
    known_at: Ints, ids: Objects,
) -> Columns:  # fmt: skip
    own = np.where(rng.random(len(row)) < 0.5, plan["guarantor_phone"][source], plan["person"][source])
    filer = np.where(plan["filed_by"][source] != NONE, plan["filed_by"][source], own)
    filed = np.isin(kind, (MOVE, EXTENSION, CHANGE)) & (rng.random(len(row)) < 0.7) & (filer != NONE)
    address = known(
        slip(rng, spell_addresses(rng, address_key), d.scenario["typing_errors"]),
        (kind == MOVE) & (rng.random(len(row)) < 0.97),
    )
    now = np.where(kind == CHANGE, Status.ENGINEER, np.minimum(plan["status"][source], len(STATUSES) - 1))
    return {
        "landing_id": ids[row],
        "occurred_at": at,
        "known_at": known_at,
        "kind": _KINDS[kind],
        "address": address,
        "filed_by_phone": known(spell_phones(rng, filer), filed),
        "status_of_residence": known(np.array(STATUSES, dtype=object)[now], np.isin(kind, (EXTENSION, CHANGE))),
    }


def _occurrences(rng: np.random.Generator, plan: Plan, stays: Stays) -> tuple[Ints, Ints, Ints]:
    """Return row, kind and day of everything that happens; those on a journey report after they are back."""
    source, m = stays.source, len(stays)
    resident = stays.permitted >= 90
    until = np.minimum(stays.leaves, END) - stays.landed
    later = (stays.permitted * rng.uniform(0.2, 1.0, m)).astype(np.int64)
    first = ~stays.again
    moves = first & (rng.random(m) < plan["moves"][source])
    settles = resident & (rng.random(m) < 0.10)
    ends = stays.landed + stays.permitted
    unexcused = (stays.permitted * rng.uniform(0.15, 1.3, m)).astype(np.int64)
    flees = plan["flees_after"][source]
    unexcused = np.where(flees != NONE, flees, unexcused)
    parts = (
        (MOVE, moves, stays.landed + plan["move_after"][source]),
        (MOVE, settles, stays.landed + later),
        (EXTENSION, stays.extended, ends - rng.integers(3, 40, m)),
        (CHANGE, first & (plan["status"][source] == Status.STUDENT) & (rng.random(m) < 0.06), stays.landed + later),
        (MISSING, stays.gone & (rng.random(m) < plan["missing"][source]), stays.landed + unexcused),
        (OVERSTAY, stays.gone, ends + 1),
        (DIVORCE, (plan["status"][source] == Status.SPOUSE) & (rng.random(m) < plan["divorce"][source]), stays.landed + 60 + (until * rng.uniform(0.1, 1.0, m)).astype(np.int64)),
        (DEATH, (plan["status"][source] == Status.SPOUSE) & (rng.random(m) < 0.005), stays.landed + later),
    )  # fmt: skip
    rows = [np.flatnonzero(_true(mask)) for _, mask, _ in parts]
    kinds = [np.full(len(part_rows), kind) for part_rows, (kind, _, _) in zip(rows, parts, strict=True)]
    days = [day[part_rows] for part_rows, (_, _, day) in zip(rows, parts, strict=True)]
    return np.concatenate(rows), np.concatenate(kinds), np.concatenate(days)


def _true(mask: Bools) -> Bools:
    return np.asarray(mask, dtype=np.bool_)


def report_employment(d: District, plan: Plan, stays: Stays, establishment_ids: Objects) -> Columns:
    """Write where people work, as inspections, registrations and declarations have it."""
    rng = d.generator("jobs")
    source = stays.source
    seen = (plan["workplace"][source] != NONE) & ~stays.again & (rng.random(len(stays)) < plan["work_reported"][source])
    started = stays.landed + 5 + rng.gamma(1.2, 60.0, len(stays)).astype(np.int64)
    last = np.minimum(stays.leaves, END)
    row = np.flatnonzero(seen & (started < last - 3))
    # jobs beside the one that the file names
    source, started, last = source[row], started[row], last[row]
    k = len(row)
    other = np.where(rng.random(k) < 0.15, rng.integers(0, len(d.establishments), k), plan["workplace"][source])
    ended = started + 20 + (rng.random(k) * np.maximum(last - started - 20, 1)).astype(np.int64)
    end_known = (rng.random(k) < 0.5) & (ended < last)
    known_at = started * DAY_US + (np.maximum(rng.gamma(1.4, 80.0, k), 1.0) * 86_400).astype(np.int64) * 1_000_000
    known_at = np.where(end_known, np.maximum(known_at, (ended + 2) * DAY_US + 36_000_000_000), known_at)
    kept = np.flatnonzero(known_at < DAY_END)
    kept = kept[np.argsort(known_at[kept], kind="stable")]
    source, k = source[kept], len(kept)
    family, given = spell_travellers(rng, CODES[plan["country"][source]], plan["family"][source], plan["given"][source])
    errors = d.scenario["typing_errors"]
    return {
        "passport_number": slip(rng, passport_numbers(plan["passport"][source]), errors),
        "family_name": slip(rng, family, errors * 2),
        "given_names": slip(rng, given, errors * 2),
        "birth_date": plan["birth"][source],
        "establishment_id": establishment_ids[other[kept]],
        "started_on": started[kept],
        "ended_on": np.where(end_known[kept], ended[kept], NONE),
        "known_at": known_at[kept],
        "source": rng.choice(
            np.array(["inspection", "registration", "declared"], dtype=object), k, p=(0.3, 0.45, 0.25)
        ),
    }
