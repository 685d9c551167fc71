"""Which numbers are kept of each record, and how is each made? Facts hold times, amounts, codes and link keys: no names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Recipe(StrEnum):
    """How a fact column is made from the columns of a record."""

    TIME = "time"
    NUMBER = "number"
    CODE = "code"
    TRUTH = "truth"
    PRESENT = "present"
    WORDS = "words"
    IDENTIFIER = "identifier"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    UNIT = "unit"
    BUILDING = "building"
    PERSON = "person"
    GIVEN = "given"
    NAMED_PERSON = "named_person"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact column: its name, recipe, and the record's columns that it reads.

    Attributes
    ----------
    space
        For identifiers, the name space: two keys are comparable only within one.
    """

    name: str
    recipe: Recipe
    sources: tuple[str, ...]
    space: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the column is float64; all others are int64."""
        return self.recipe is Recipe.NUMBER


def _times(*names: str) -> tuple[Fact, ...]:
    return tuple(Fact(name, Recipe.TIME, (name,)) for name in names)


def _numbers(*names: str) -> tuple[Fact, ...]:
    return tuple(Fact(name, Recipe.NUMBER, (name,)) for name in names)


def _codes(*names: str) -> tuple[Fact, ...]:
    return tuple(Fact(name, Recipe.CODE, (name,)) for name in names)


def _key(name: str, source: str, space: str) -> Fact:
    return Fact(name, Recipe.IDENTIFIER, (source,), space)


def _phone(name: str, source: str | None = None) -> Fact:
    return Fact(name, Recipe.PHONE, (source or name,))


def _place(name: str, source: str) -> tuple[Fact, ...]:
    return (
        Fact(f"{name}_unit", Recipe.UNIT, (source,)),
        Fact(f"{name}_building", Recipe.BUILDING, (source,)),
    )


_TRAVELLER = (
    Fact("passport", Recipe.PASSPORT, ("passport_number",)),
    Fact("person", Recipe.PERSON, ("family_name", "given_names", "birth_date")),
    Fact("given", Recipe.GIVEN, ("given_names", "birth_date")),
)


def _sponsor(role: str) -> tuple[Fact, ...]:
    return (
        Fact(role, Recipe.NAMED_PERSON, (f"{role}_name", f"{role}_birth_date")),
        *_place(role, f"{role}_address"),
        _phone(f"{role}_phone"),
    )


LAYOUT: dict[str, tuple[Fact, ...]] = {
    "visa_applications": (
        _key("id", "application_id", "application"),
        *_times("submitted_at", "passport_issued_on", "coe_issued_on", "intended_arrival_on"),
        *_times("married_on", "first_met_on", "child_birth_date", "child_nationality_acquired_on"),
        *_codes("lodged_by", "status_of_residence", "travel_paid_by", "guarantor_relationship"),
        *_codes("common_language"),
        Fact("occupation", Recipe.WORDS, ("occupation",)),
        Fact("marriage_registered_abroad", Recipe.TRUTH, ("marriage_registered_abroad",)),
        Fact("cohabitation_planned", Recipe.TRUTH, ("cohabitation_planned",)),
        *_numbers("monthly_income_jpy", "intended_stay_days", "declared_previous_stays"),
        *_numbers("guarantor_income_jpy", "meetings_before_marriage", "spouse_earlier_foreign_spouses"),
        *_numbers("accompanying_minors"),
        _key("agency", "agency_id", "agency"),
        *_TRAVELLER,
        _phone("applicant_phone"),
        Fact("applicant_email", Recipe.EMAIL, ("applicant_email",)),
        *_place("home", "home_address"),
        _key("coe", "coe_number", "coe"),
        *_place("stay", "stay_address"),
        _phone("stay_phone"),
        *_sponsor("guarantor"),
        *_sponsor("inviter"),
        _key("host", "host_establishment_id", "establishment"),
        Fact("introducer", Recipe.NAMED_PERSON, ("introducer_name",)),
        _phone("introducer_phone"),
        Fact("letter", Recipe.LETTER, ("statement_fingerprint",)),
        Fact(
            "parent",
            Recipe.NAMED_PERSON,
            ("acknowledging_parent_name", "acknowledging_parent_birth_date"),
        ),
    ),
    "landings": (
        _key("id", "landing_id", "landing"),
        *_times("landed_at", "passport_issued_on"),
        *_codes("status_of_residence", "onward_ticket_paid_by", "document_check"),
        Fact("onward", Recipe.PRESENT, ("onward_destination",)),
        *_numbers("permitted_stay_days"),
        *_TRAVELLER,
        _key("flight", "flight", "flight"),
        _key("biometric", "biometric_id", "biometric"),
        _key("application", "application_id", "application"),
        *_place("stay", "stay_address"),
        _phone("stay_phone"),
        _key("booking", "booking_reference", "booking"),
        _phone("booking_phone"),
    ),
    "departures": (_key("landing", "landing_id", "landing"), *_times("departed_at")),
    "establishments": (
        _key("id", "establishment_id", "establishment"),
        *_times("opened_on", "known_at"),
        *_codes("industry"),
        *_numbers("capacity"),
        *_place("place", "address"),
        _phone("phone"),
    ),
    "establishment_actions": (
        _key("id", "action_id", "action"),
        *_times("occurred_at", "known_at"),
        *_codes("action"),
        _key("establishment", "establishment_id", "establishment"),
    ),
    "employment_reports": (
        _key("id", "report_id", "report"),
        *_times("started_on", "ended_on", "known_at"),
        *_codes("source"),
        *_TRAVELLER,
        _key("establishment", "establishment_id", "establishment"),
    ),
    "residence_events": (
        _key("id", "event_id", "event"),
        *_times("occurred_at", "known_at"),
        *_codes("kind", "status_of_residence"),
        _key("landing", "landing_id", "landing"),
        *_place("place", "address"),
        _phone("filed_by_phone"),
    ),
    "tip_database": (
        _key("id", "entry_id", "entry"),
        *_times("listed_at", "delisted_at"),
        *_codes("role"),
        Fact("passport", Recipe.PASSPORT, ("passport_number",)),
        Fact("person", Recipe.PERSON, ("family_name", "given_names", "birth_date")),
        _phone("phone"),
        *_place("place", "address"),
    ),
    "outcomes": (
        _key("id", "outcome_id", "outcome"),
        *_times("occurred_at", "known_at"),
        *_codes("subject", "finding"),
        _key("application", "subject_id", "application"),
        _key("landing", "subject_id", "landing"),
    ),
}
"""The fact columns of each table, in the order in which they are stored."""

LAYOUT_VERSION = "5"
"""Raised whenever a recipe or the order changes, because stored facts are then rebuilt from the records."""


NEAR = ("near_date", "near_month", "near_day", "near_birthday")
"""Block keys of an entry's name and birth date, under one of which somebody like them is found in spite of an error."""


# Which keys each record can be found by: (kind, fact column). Two records meet under a key of one kind: "phone" and
# "unit" whatever role it plays, as the ring asks; the kinds named after a role serve features that ask for that alone.
POSTINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "visa_applications": (
        ("application", "id"),
        ("passport", "passport"),
        ("person", "person"),
        ("given", "given"),
        ("phone", "applicant_phone"),
        ("phone", "stay_phone"),
        ("phone", "guarantor_phone"),
        ("phone", "inviter_phone"),
        ("phone", "introducer_phone"),
        ("email", "applicant_email"),
        ("unit", "stay_unit"),
        ("unit", "guarantor_unit"),
        ("unit", "inviter_unit"),
        ("guarantor_phone", "guarantor_phone"),
        ("introducer_phone", "introducer_phone"),
        ("guarantor_unit", "guarantor_unit"),
        ("applicant_home", "home_unit"),
        ("applicant_stay", "stay_unit"),
        ("coe", "coe"),
        ("agency", "agency"),
        ("sponsor", "guarantor"),
        ("sponsor", "inviter"),
        ("sponsor", "parent"),
        ("introducer", "introducer"),
        ("host", "host"),
        ("letter", "letter_0"),
        ("letter", "letter_1"),
        ("letter", "letter_2"),
        ("letter", "letter_3"),
    ),
    "landings": (
        ("landing", "id"),
        ("landing_of_application", "application"),
        ("passport", "passport"),
        ("person", "person"),
        ("biometric", "biometric"),
        ("phone", "stay_phone"),
        ("phone", "booking_phone"),
        ("unit", "stay_unit"),
        ("traveller_stay", "stay_unit"),
        ("traveller_phone", "stay_phone"),
        ("booking_phone", "booking_phone"),
        ("building", "stay_building"),
        ("booking", "booking"),
        ("flight_day", "flight_day"),
    ),
    "departures": (("departure_of", "landing"),),
    "establishments": (("establishment", "id"), ("place_phone", "phone"), ("place_unit", "place_unit")),
    "establishment_actions": (("action_at", "establishment"),),
    "employment_reports": (("job_of_person", "person"), ("job_of_passport", "passport")),
    "residence_events": (("event_of", "landing"),),
    "tip_database": (
        ("watch", "passport"),
        ("watch", "phone"),
        ("watch", "place_unit"),
        *(("watch", near) for near in NEAR),
    ),
    "outcomes": (("outcome_of_application", "application"), ("outcome_of_landing", "landing")),
}
