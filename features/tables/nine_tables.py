"""Which columns do the nine tables have? Written once as data; everything else is derived from here."""

from __future__ import annotations

from features.tables.allowed import (
    ACTIONS,
    EVENT_KINDS,
    FINDINGS,
    INDUSTRIES,
    LODGERS,
    PAYERS,
    RELATIONSHIPS,
    STATUSES,
    TYPOLOGIES,
)  # fmt: skip
from features.tables.columns import date, link, nationality, number, one_of, text, time
from features.tables.description import Column, Kind, Link, Reference, Table, Use


def _identity() -> tuple[Column, ...]:
    """Return who the traveller is, as the passport says."""
    return (
        link("passport_number", Link.PASSPORT, null=False),
        date("passport_issued_on"),
        nationality("nationality"),
        link("family_name", Link.NAME, null=False, audit=True),
        link("given_names", Link.NAME, null=False, audit=True),
        link("birth_date", Link.BIRTH_DATE, null=False, audit=True),
        one_of("sex", ("F", "M", "X"), Use.AUDIT),
    )


def _sponsor(role: str) -> tuple[Column, ...]:
    return (
        link(f"{role}_name", Link.NAME),
        link(f"{role}_birth_date", Link.BIRTH_DATE),
        link(f"{role}_address", Link.ADDRESS),
        link(f"{role}_phone", Link.PHONE),
    )


VISA_APPLICATIONS = Table(
    name="visa_applications",
    id_column="application_id",
    occurred_at="submitted_at",
    known_at="submitted_at",
    columns=(
        text("application_id"),
        time("submitted_at"),
        text("post", Use.AUDIT, pattern="[A-Z]{2}-[A-Z]{2,5}"),
        one_of("lodged_by", LODGERS),
        link("agency_id", Link.IDENTIFIER),
        *_identity(),
        nationality("former_nationality", null=True),
        link("other_names", Link.NAME, audit=True),
        text("occupation", Use.FEATURE, null=True),
        number("monthly_income_jpy", Kind.NUMBER, null=True),
        link("applicant_phone", Link.PHONE),
        link("applicant_email", Link.EMAIL),
        link("home_address", Link.ADDRESS),
        one_of("status_of_residence", STATUSES),
        link("coe_number", Link.IDENTIFIER),
        date("coe_issued_on", null=True),
        date("intended_arrival_on"),
        number("intended_stay_days", Kind.INTEGER),
        Column("port_of_entry", Kind.TEXT, Use.PLAIN, nullable=True, optional=True),
        link("stay_address", Link.ADDRESS),
        link("stay_phone", Link.PHONE),
        number("declared_previous_stays", Kind.INTEGER, null=True),
        one_of("travel_paid_by", PAYERS),
        *_sponsor("guarantor"),
        one_of("guarantor_relationship", RELATIONSHIPS, null=True),
        number("guarantor_income_jpy", Kind.NUMBER, null=True),
        *_sponsor("inviter"),
        link("host_establishment_id", Link.IDENTIFIER),
        link("introducer_name", Link.NAME),
        link("introducer_phone", Link.PHONE),
        link("statement_fingerprint", Link.LETTER),
        date("married_on", null=True),
        date("first_met_on", null=True),
        Column("marriage_registered_abroad", Kind.BOOLEAN, Use.FEATURE, nullable=True),
        number("meetings_before_marriage", Kind.INTEGER, null=True),
        one_of("common_language", ("none", "basic", "fluent"), null=True),
        link("spouse_birth_date", Link.BIRTH_DATE),
        number("spouse_earlier_foreign_spouses", Kind.INTEGER, null=True),
        Column("cohabitation_planned", Kind.BOOLEAN, Use.FEATURE, nullable=True),
        number("accompanying_minors", Kind.INTEGER),
        link("child_birth_date", Link.BIRTH_DATE),
        date("child_nationality_acquired_on", null=True),
        link("acknowledging_parent_name", Link.NAME),
        link("acknowledging_parent_birth_date", Link.BIRTH_DATE),
    ),
    references=(Reference("host_establishment_id", "establishments"),),
)

LANDINGS = Table(
    name="landings",
    id_column="landing_id",
    occurred_at="landed_at",
    known_at="landed_at",
    columns=(
        text("landing_id"),
        time("landed_at"),
        text("port", Use.FEATURE),
        link("flight", Link.IDENTIFIER),
        text("embarked_at", Use.AUDIT, null=True),
        text("onward_destination", Use.FEATURE, null=True),
        one_of("onward_ticket_paid_by", PAYERS, null=True),
        *_identity(),
        link("biometric_id", Link.IDENTIFIER),
        link("application_id", Link.IDENTIFIER),
        one_of("status_of_residence", (*STATUSES, "transit")),
        number("permitted_stay_days", Kind.INTEGER),
        link("stay_address", Link.ADDRESS),
        link("stay_phone", Link.PHONE),
        link("booking_reference", Link.IDENTIFIER),
        link("booking_phone", Link.PHONE),
        one_of("document_check", ("genuine", "doubtful", "forged"), null=True),
    ),
    references=(Reference("application_id", "visa_applications"),),
)

DEPARTURES = Table(
    name="departures",
    id_column="landing_id",
    occurred_at="departed_at",
    known_at="departed_at",
    columns=(text("landing_id"), time("departed_at")),
    references=(Reference("landing_id", "landings"),),
)

ESTABLISHMENTS = Table(
    name="establishments",
    id_column="establishment_id",
    occurred_at="opened_on",
    known_at="known_at",
    columns=(
        text("establishment_id"),
        link("name", Link.NAME, null=False),
        link("address", Link.ADDRESS),
        link("phone", Link.PHONE),
        one_of("industry", INDUSTRIES),
        number("capacity", Kind.INTEGER, null=True),
        date("opened_on"),
        time("known_at"),
    ),
)

ESTABLISHMENT_ACTIONS = Table(
    name="establishment_actions",
    id_column="action_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        text("action_id"),
        link("establishment_id", Link.IDENTIFIER, null=False),
        time("occurred_at"),
        time("known_at"),
        one_of("action", ACTIONS),
    ),
    references=(Reference("establishment_id", "establishments"),),
)

EMPLOYMENT_REPORTS = Table(
    name="employment_reports",
    id_column="report_id",
    occurred_at="started_on",
    known_at="known_at",
    columns=(
        text("report_id"),
        link("passport_number", Link.PASSPORT, null=False),
        link("family_name", Link.NAME, null=False),
        link("given_names", Link.NAME, null=False),
        link("birth_date", Link.BIRTH_DATE, null=False),
        link("establishment_id", Link.IDENTIFIER, null=False),
        date("started_on"),
        date("ended_on", null=True),
        time("known_at"),
        one_of("source", ("inspection", "registration", "declared")),
    ),
    references=(Reference("establishment_id", "establishments"),),
)

RESIDENCE_EVENTS = Table(
    name="residence_events",
    id_column="event_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        text("event_id"),
        link("landing_id", Link.IDENTIFIER, null=False),
        time("occurred_at"),
        time("known_at"),
        one_of("kind", EVENT_KINDS),
        link("address", Link.ADDRESS),
        link("filed_by_phone", Link.PHONE),
        one_of("status_of_residence", STATUSES, null=True),
    ),
    references=(Reference("landing_id", "landings"),),
)

TIP_DATABASE = Table(
    name="tip_database",
    id_column="entry_id",
    occurred_at="listed_at",
    known_at="listed_at",
    columns=(
        text("entry_id"),
        time("listed_at"),
        time("delisted_at", null=True),
        one_of("role", ("victim", "perpetrator", "facilitator")),
        link("family_name", Link.NAME, null=False),
        link("given_names", Link.NAME, null=False),
        link("birth_date", Link.BIRTH_DATE),
        link("passport_number", Link.PASSPORT),
        link("phone", Link.PHONE),
        link("address", Link.ADDRESS),
    ),
)

OUTCOMES = Table(
    name="outcomes",
    id_column="outcome_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        text("outcome_id"),
        one_of("subject", ("visa_application", "landing"), Use.PLAIN),
        text("subject_id"),
        time("occurred_at"),
        time("known_at"),
        one_of("arm", ("targeted", "random", "referral", "later_identification"), Use.PLAIN),
        Column("inclusion_probability", Kind.NUMBER, Use.PLAIN, nullable=True, minimum=0.0, maximum=1.0),
        one_of("finding", FINDINGS),
        one_of("typology", TYPOLOGIES, Use.PLAIN, null=True),
    ),
    references=(
        Reference("subject_id", "visa_applications", when=("subject", "visa_application")),
        Reference("subject_id", "landings", when=("subject", "landing")),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        VISA_APPLICATIONS,
        LANDINGS,
        DEPARTURES,
        ESTABLISHMENTS,
        ESTABLISHMENT_ACTIONS,
        EMPLOYMENT_REPORTS,
        RESIDENCE_EVENTS,
        TIP_DATABASE,
        OUTCOMES,
    )
}
"""The nine tables by name."""

__all__ = ["INDUSTRIES", "STATUSES", "TABLES"]
