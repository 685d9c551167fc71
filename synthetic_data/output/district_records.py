"""Records of a district: its nine tables and its truth, from the first plan to the last outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from features.arrays import Ints, Objects
from features.tables.categories import INDUSTRIES
from synthetic_data.detection.identification import identify
from synthetic_data.detection.outcomes import landing_outcomes, visa_outcomes
from synthetic_data.detection.public_records import act, list_people
from synthetic_data.filing.forms import Columns, fill_forms, known, lodge
from synthetic_data.filing.plan import Plan, concatenate
from synthetic_data.filing.volumes import DAY_US
from synthetic_data.geography.addresses import spell_addresses, spell_phones
from synthetic_data.geography.district import District
from synthetic_data.output.arrow_tables import arrow_table
from synthetic_data.output.truth import reveal, truth_table
from synthetic_data.people.earlier_residents import on_earlier_visas, resident_journeys
from synthetic_data.people.keys import NONE, choice, codes
from synthetic_data.people.names import JAPANESE_FAMILY
from synthetic_data.people.ordinary import draw_exempt
from synthetic_data.people.population import settle_district
from synthetic_data.travel.landings import Stays, depart, earlier_stays, land, landing_moments, travel
from synthetic_data.travel.residence import report_employment, report_events
from synthetic_data.typologies.rings import exploited_count
from synthetic_data.typologies.roster import Rings
from synthetic_data.typologies.visa_exempt import bring_without_visa

_SHOPS = np.array(["Club", "Snack", "Bar", "Restaurant", "Kogyo", "Shoji", "Gakuin", "Foods", "Kumiai", "Engei", "Sangyo"], dtype=object)  # fmt: skip


def record_district(d: District) -> dict[str, pa.Table]:
    """Return the nine tables of a district by name, and its ``truth``."""
    plan, rings = settle_district(d)
    exempt = draw_exempt(d, round(d.applications * d.scenario["exempt_landings"]))
    bring_without_visa(d, exempt, rings, exploited_count(d))
    return record_people(d, plan, rings, [exempt, on_earlier_visas(d), resident_journeys(d)])


def record_people(
    d: District, plan: Plan, rings: Rings, without_application: Sequence[Plan] = ()
) -> dict[str, pa.Table]:
    """Return what these people of a district leave on record, as `record_district` does of all."""
    at = lodge(d, plan)
    order = np.argsort(at, kind="stable")
    plan, at = plan.take(order), at[order]
    whole = concatenate([plan, *without_application])
    stays = travel(d, whole)
    landed_at = landing_moments(d, whole, stays)
    order = np.argsort(landed_at, kind="stable")
    stays, landed_at = stays.take(order), landed_at[order]
    applied = _ids(d, len(plan), "VA")
    landings = _ids(d, len(stays), "LD")
    establishment_ids = _ids(d, len(d.establishments), "ES")
    earlier = earlier_stays(plan["person"], at, whole["person"][stays.source], landed_at)
    tables: dict[str, Columns] = {
        "visa_applications": fill_forms(d, plan, applied, at, earlier, establishment_ids),
        "landings": _landings(d, whole, stays, landed_at=landed_at, ids=landings, applied=applied),
        "departures": depart(d, stays, landed_at, landings),
        "establishments": _establishments(d, establishment_ids),
        "residence_events": _numbered(d, "event_id", "RE", report_events(d, whole, stays, landed_at, landings)),
        "employment_reports": _numbered(d, "report_id", "EM", report_employment(d, whole, stays, establishment_ids)),
    }
    truth = reveal(d, whole, stays)
    tables |= _detected(d, whole, stays, rings, at=at, landed_at=landed_at, ids=(applied, landings, establishment_ids))
    arrow_tables = {name: arrow_table(name, columns) for name, columns in tables.items()}
    return arrow_tables | {"truth": truth_table(d, truth, applied, landings)}


def _landings(d: District, whole: Plan, stays: Stays, *, landed_at: Ints, ids: Objects, applied: Objects) -> Columns:
    visas = np.concatenate([applied, np.full(len(whole) - len(applied), None, dtype=object)])
    return land(d, whole, stays, landed_at, ids, visas)


def _detected(
    d: District,
    whole: Plan,
    stays: Stays,
    rings: Rings,
    *,
    at: Ints,
    landed_at: Ints,
    ids: tuple[Objects, Objects, Objects],
) -> dict[str, Columns]:
    """Return what detection leaves: outcomes, actions, and the database."""
    truth = reveal(d, whole, stays)
    applied, landings, establishment_ids = ids
    n = len(applied)
    who = identify(d, whole, stays, exploited=truth.exploited)
    plan = Plan({name: values[:n] for name, values in whole.columns.items()})
    mine = type(who)(who.day[:n], who.referred[:n], who.ring_day)
    first = visa_outcomes(d, plan, at, applied, exploited=truth.exploited[:n], typology=truth.typology[:n], who=mine)
    second = landing_outcomes(d, whole, stays, landed_at, landings, exploited=truth.landing_exploited,
                              typology=truth.landing_typology, who=who)  # fmt: skip
    both = {name: np.concatenate([first[name], second[name]]) for name in first}
    order = np.argsort(both["known_at"], kind="stable")
    outcomes = {name: values[order] for name, values in both.items()}
    return {
        "outcomes": _numbered(d, "outcome_id", "OC", outcomes),
        "establishment_actions": _numbered(d, "action_id", "AC", act(d, establishment_ids, rings, who.ring_day)),
        "tip_database": _numbered(d, "entry_id", "TP", list_people(d, whole, who, rings)),
    }


def _ids(d: District, n: int, prefix: str) -> Objects:
    return codes(d.generator(f"ids {prefix}"), n, prefix, shard=d.shard, shards=d.shards)


def _numbered(d: District, column: str, prefix: str, columns: Columns) -> Columns:
    return {column: _ids(d, len(next(iter(columns.values()))), prefix), **columns}


def _establishments(d: District, ids: Objects) -> Columns:
    rng, est = d.generator("signs over doors"), d.establishments
    m = len(est)
    owner = choice(est.name, 95, len(JAPANESE_FAMILY)).tolist()
    names = [f"{JAPANESE_FAMILY[o][1]} {_SHOPS[i]}" for o, i in zip(owner, est.industry.tolist(), strict=True)]
    order = rng.permutation(m)
    known_at = (est.opened + rng.integers(1, 60, m)) * DAY_US
    columns: Columns = {
        "establishment_id": ids,
        "name": np.array(names, dtype=object),
        "address": known(spell_addresses(rng, est.address), rng.random(m) < 0.97),
        "phone": known(spell_phones(rng, est.phone), rng.random(m) < 0.93),
        "industry": np.array(INDUSTRIES, dtype=object)[est.industry],
        "capacity": known(est.capacity, est.capacity != NONE),
        "opened_on": est.opened,
        "known_at": known_at,
    }
    return {name: values[order] for name, values in columns.items()}
