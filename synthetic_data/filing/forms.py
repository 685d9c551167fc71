"""Visa applications on record: plans with the spellings, slips and gaps of real files."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.arrays import Bools, Ints, Objects
from features.tables.categories import LODGERS, PAYERS, RELATIONSHIPS, STATUSES
from synthetic_data.filing.empty_fields import EmptyFields
from synthetic_data.filing.identity_writings import rewrite_columns
from synthetic_data.filing.plan import Plan
from synthetic_data.filing.statements import simhashes
from synthetic_data.filing.typing_slips import slip, swap_day_and_month
from synthetic_data.filing.volumes import Status, office_moment
from synthetic_data.geography.addresses import spell_addresses, spell_homes, spell_mails, spell_phones
from synthetic_data.geography.countries import CODES, POSTS
from synthetic_data.geography.district import District
from synthetic_data.people.applicants import OCCUPATIONS
from synthetic_data.people.keys import NONE, choice
from synthetic_data.people.names import spell_travellers, sponsor_birth, sponsor_names

Columns = dict[str, NDArray[Any]]
_LANGUAGES = np.array(["none", "basic", "fluent"], dtype=object)
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ"


def words(names: tuple[str, ...], codes: Ints) -> Objects:
    """Return the word of each code; null for -1."""
    return np.array([*names, None], dtype=object)[codes]


def known(values: NDArray[Any], where: Bools) -> Objects:
    """Return the values where they are said, null elsewhere."""
    out = values.astype(object)
    out[~where] = None
    return out


def passport_numbers(keys: Ints) -> Objects:
    """Return passport numbers: two letters and seven digits."""
    prefixes, digits = choice(keys, 41, len(_ALPHABET) ** 2).tolist(), choice(keys, 42, 10**7).tolist()
    size = len(_ALPHABET)
    return np.array(
        [f"{_ALPHABET[a // size]}{_ALPHABET[a % size]}{b:07d}" for a, b in zip(prefixes, digits, strict=True)],
        dtype=object,
    )


def lodge(d: District, plan: Plan) -> Ints:
    """Return int64[n] microseconds: when each application is lodged; the plan must be put into this order by the caller."""
    return office_moment(d.generator("office hours"), plan["day"])


def fill_forms(
    d: District, plan: Plan, ids: Objects, at: Ints, earlier_stays: Ints, establishment_ids: Objects
) -> Columns:
    """Write applications.

    Parameters
    ----------
    ids, at
        Of the applications, in the order of the plan.
    earlier_stays
        Count of each person's earlier stays, in truth.
    """
    rng, errors = d.generator("forms"), d.scenario["typing_errors"]
    empty = EmptyFields(d.generator("empty fields"), plan["lodged"], d.scenario["missing_share"])
    codes = CODES[plan["country"]]
    family, given = spell_travellers(rng, codes, plan["family"], plan["given"])
    other_family, _ = spell_travellers(rng, codes, plan["other_name"], plan["given"])
    declared = np.maximum(earlier_stays + plan["declared_slip"], 0)
    columns: Columns = {
        "application_id": ids,
        "submitted_at": at,
        "post": POSTS[plan["post"]],
        "lodged_by": words(LODGERS, plan["lodged"]),
        "agency_id": known(np.array([f"AG{number:06d}" for number in choice(d.agencies.number[plan["agency"]], 43, 10**6).tolist()], dtype=object), plan["agency"] != NONE),
        "passport_number": slip(rng, passport_numbers(plan["passport"]), errors * 0.4),
        "passport_issued_on": np.minimum(plan["passport_issued"], plan["day"]),
        "nationality": codes,
        "former_nationality": known(CODES[plan["former"]], (plan["former"] != NONE) & (plan["former"] != plan["country"])),
        "family_name": slip(rng, family, errors),
        "given_names": slip(rng, given, errors),
        "other_names": known(other_family, (plan["other_name"] != NONE) & empty.filled("applicant", 1.5)),
        "birth_date": swap_day_and_month(rng, plan["birth"], errors * 0.7),
        "sex": np.where(plan["female"], "F", "M").astype(object),
        "occupation": known(words(OCCUPATIONS, plan["occupation"]), empty.filled("applicant")),
        "monthly_income_jpy": np.where(empty.filled("applicant"), plan["income"], np.nan),
        "applicant_phone": known(slip(rng, spell_phones(rng, plan["phone"], plan["country"]), errors), empty.filled("applicant", 0.8)),
        "applicant_email": known(spell_mails(plan["email"]), empty.filled("applicant")),
        "home_address": known(slip(rng, spell_homes(plan["home"], plan["country"]), errors), empty.filled("applicant", 0.4)),
        "status_of_residence": np.array(STATUSES, dtype=object)[plan["status"]],
        "coe_number": known(np.array([f"C{number:09d}" for number in choice(plan["coe"], 44, 10**9).tolist()], dtype=object), plan["coe"] != NONE),
        "coe_issued_on": np.where(plan["coe"] != NONE, np.minimum(plan["coe_day"], plan["day"]), NONE),
        "intended_arrival_on": plan["day"] + plan["lead"],
        "intended_stay_days": plan["stay_days"],
        "stay_address": known(slip(rng, spell_addresses(rng, plan["stay"]), errors), empty.filled("stay", 0.6)),
        "stay_phone": known(slip(rng, spell_phones(rng, plan["stay_phone"]), errors), empty.filled("stay")),
        "declared_previous_stays": known(declared, empty.filled("applicant")),
        "travel_paid_by": words(PAYERS, plan["payer"]),
        "accompanying_minors": plan["minors"],
        "host_establishment_id": known(establishment_ids[plan["host"]], plan["host"] != NONE),
        "statement_fingerprint": known(simhashes(rng, plan["statement"]), empty.filled("stay", 1.6)),
    }  # fmt: skip
    columns |= _sponsors(d, plan, empty, rng)
    columns |= _marriage(plan, rng)
    columns |= _child(plan, empty, rng, errors)
    return columns | rewrite_columns(d.generator("writings"), columns, d.scenario["identity_writings"])


def _sponsors(d: District, plan: Plan, empty: EmptyFields, rng: np.random.Generator) -> Columns:
    """Guarantor, inviter ("same as above" copies exactly) and introducer."""
    errors, there = d.scenario["typing_errors"], plan["guarantor"] != NONE
    columns: Columns = {}
    for role in ("guarantor", "inviter", "introducer"):
        key = plan[role]
        named = (key != NONE) & empty.filled("sponsor", 0.25)
        columns[f"{role}_name"] = known(slip(rng, sponsor_names(rng, key), errors), named)
        phones = slip(rng, spell_phones(rng, plan[f"{role}_phone"]), errors)
        columns[f"{role}_phone"] = known(phones, named & empty.filled("sponsor", 0.7))
        if role == "introducer":
            continue
        birth = swap_day_and_month(rng, sponsor_birth(key), errors * 0.7)
        columns[f"{role}_birth_date"] = np.where(named & empty.filled("sponsor", 0.8), birth, NONE)
        columns[f"{role}_address"] = known(
            slip(rng, spell_addresses(rng, plan[f"{role}_home"]), errors), named & empty.filled("sponsor", 0.6)
        )
    same = (plan["inviter"] == plan["guarantor"]) & there & (plan["inviter_phone"] == plan["guarantor_phone"])
    same &= rng.random(len(plan)) < 0.85
    for field in ("name", "birth_date", "address", "phone"):
        columns[f"inviter_{field}"] = np.where(same, columns[f"guarantor_{field}"], columns[f"inviter_{field}"])
    columns["guarantor_relationship"] = known(
        words(RELATIONSHIPS, plan["relation"]), there & empty.filled("sponsor", 0.3)
    )
    earns = 2.4e6 * np.exp(0.55 * (choice(plan["guarantor"], 45, 1000) / 500.0)) * rng.lognormal(0.0, 0.08, len(plan))
    columns["guarantor_income_jpy"] = np.where(there & empty.filled("sponsor", 1.4), np.round(earns, -4), np.nan)
    return columns


def _marriage(plan: Plan, rng: np.random.Generator) -> Columns:
    spouse = (plan["status"] == Status.SPOUSE) & (plan["married"] != NONE)
    answered = spouse & (rng.random(len(plan)) < 0.94)
    birth = sponsor_birth(np.where(plan["relation"] == 0, plan["guarantor"], plan["person"] + 2**50))
    return {
        "married_on": np.where(spouse, np.minimum(plan["married"], plan["day"]), NONE),
        "first_met_on": np.where(
            answered, np.minimum(plan["first_meeting"], np.minimum(plan["married"], plan["day"])), NONE
        ),
        "marriage_registered_abroad": known(plan["abroad"], answered),
        "meetings_before_marriage": known(plan["meetings"], answered),
        "common_language": known(_LANGUAGES[plan["language"]], answered),
        "spouse_birth_date": np.where(spouse, birth, NONE),
        "spouse_earlier_foreign_spouses": known(plan["earlier_spouses"], spouse & (rng.random(len(plan)) < 0.9)),
        "cohabitation_planned": known(plan["cohabit"], answered),
    }


def _child(plan: Plan, empty: EmptyFields, rng: np.random.Generator, errors: float) -> Columns:
    child = plan["child_birth"] != NONE
    named = child & (plan["parent"] != NONE) & empty.filled("sponsor", 0.5)
    return {
        "child_birth_date": np.where(child, plan["child_birth"], NONE),
        "child_nationality_acquired_on": np.where(child, plan["child_citizen"], NONE),
        "acknowledging_parent_name": known(slip(rng, sponsor_names(rng, plan["parent"]), errors), named),
        "acknowledging_parent_birth_date": np.where(named, sponsor_birth(plan["parent"]), NONE),
    }
