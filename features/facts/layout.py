"""Fact columns of each table: times, amounts, codes and link keys, never names."""

from dataclasses import dataclass
from enum import StrEnum


class Recipe(StrEnum):
    """Rule that turns columns of a record into a fact."""

    TIME = "time"
    NUMBER = "number"
    CODE = "code"
    BOOLEAN = "boolean"
    PRESENCE = "presence"
    STAGE_OCCUPATION = "stage_occupation"
    IDENTIFIER = "identifier"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BUILDING = "building"
    PERSON = "person"
    GIVEN_NAME_AND_BIRTH = "given_name_and_birth"
    FULL_NAME_PERSON = "full_name_person"
    NAME_WORDS = "name_words"
    BIRTH = "birth"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact column: name, recipe, and the record's columns that it reads.

    Attributes
    ----------
    space
        Name space of an identifier: keys are comparable only within the same one.
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


def _address(source: str) -> tuple[Fact, ...]:
    building = source.removesuffix("address") + "building"
    return Fact(source, Recipe.ADDRESS, (source,)), Fact(building, Recipe.BUILDING, (source,))


_TRAVELLER = (
    Fact("passport", Recipe.PASSPORT, ("passport_number",)),
    Fact("person", Recipe.PERSON, ("family_name", "given_names", "birth_date")),
    Fact("given_name_and_birth", Recipe.GIVEN_NAME_AND_BIRTH, ("given_names", "birth_date")),
)

_BEARER = (
    Fact("name_words", Recipe.NAME_WORDS, ("family_name", "given_names")),
    Fact("birth", Recipe.BIRTH, ("birth_date",)),
)


def _sponsor(role: str) -> tuple[Fact, ...]:
    return (
        Fact(role, Recipe.FULL_NAME_PERSON, (f"{role}_name", f"{role}_birth_date")),
        *_address(f"{role}_address"),
        _phone(f"{role}_phone"),
    )


LAYOUT: dict[str, tuple[Fact, ...]] = {
    "visa_applications": (
        _key("id", "application_id", "application"),
        *_times("submitted_at", "passport_issued_on", "coe_issued_on", "intended_arrival_on"),
        *_times("married_on", "first_met_on", "child_birth_date", "child_nationality_acquired_on"),
        *_codes("lodged_by", "status_of_residence", "travel_paid_by", "guarantor_relationship"),
        *_codes("common_language"),
        Fact("occupation", Recipe.STAGE_OCCUPATION, ("occupation",)),
        Fact("marriage_registered_abroad", Recipe.BOOLEAN, ("marriage_registered_abroad",)),
        Fact("cohabitation_planned", Recipe.BOOLEAN, ("cohabitation_planned",)),
        *_numbers("monthly_income_jpy", "intended_stay_days", "declared_previous_stays"),
        *_numbers("guarantor_income_jpy", "meetings_before_marriage", "spouse_earlier_foreign_spouses"),
        *_numbers("accompanying_minors"),
        _key("agency", "agency_id", "agency"),
        *_TRAVELLER,
        *_BEARER,
        _phone("applicant_phone"),
        Fact("applicant_email", Recipe.EMAIL, ("applicant_email",)),
        *_address("home_address"),
        _key("coe", "coe_number", "coe"),
        *_address("stay_address"),
        _phone("stay_phone"),
        *_sponsor("guarantor"),
        *_sponsor("inviter"),
        _key("host", "host_establishment_id", "establishment"),
        Fact("introducer", Recipe.FULL_NAME_PERSON, ("introducer_name",)),
        _phone("introducer_phone"),
        Fact("statement", Recipe.STATEMENT, ("statement_fingerprint",)),
        Fact("parent", Recipe.FULL_NAME_PERSON, ("acknowledging_parent_name", "acknowledging_parent_birth_date")),
    ),
    "landings": (
        _key("id", "landing_id", "landing"),
        *_times("landed_at", "passport_issued_on"),
        *_codes("status_of_residence", "onward_ticket_paid_by", "document_check"),
        Fact("onward", Recipe.PRESENCE, ("onward_destination",)),
        *_numbers("permitted_stay_days"),
        *_TRAVELLER,
        *_BEARER,
        _key("flight", "flight", "flight"),
        _key("biometric", "biometric_id", "biometric"),
        _key("application", "application_id", "application"),
        *_address("stay_address"),
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
        *_address("address"),
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
        *_address("address"),
        _phone("filed_by_phone"),
    ),
    "tip_database": (
        _key("id", "entry_id", "entry"),
        *_times("listed_at", "delisted_at"),
        *_codes("role"),
        Fact("passport", Recipe.PASSPORT, ("passport_number",)),
        Fact("person", Recipe.PERSON, ("family_name", "given_names", "birth_date")),
        _phone("phone"),
        *_address("address"),
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

LAYOUT_VERSION = "7"
"""To be raised when a recipe or the order changes: stored facts are then of no use. Names do not matter."""
