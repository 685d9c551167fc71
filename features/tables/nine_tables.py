"""Which columns do the nine tables have? ``records.md``, written once as data; everything else is derived from here."""

from __future__ import annotations

from features.tables.description import Column, Kind, Link, Reference, Table, Use

STATUSES = (
    "temporary_visitor",
    "entertainer",
    "spouse_or_child_of_japanese",
    "long_term_resident",
    "technical_intern",
    "trainee",
    "student",
    "dependent",
    "skilled_labor",
    "engineer_specialist",
    "designated_activities",
    "other",
)
PAYERS = ("self", "family", "sponsor", "agency", "employer", "unknown")
LODGERS = ("applicant", "accredited_agency", "sponsor", "other")
RELATIONSHIPS = (
    "spouse", "parent", "child", "relative", "employer", "friend", "agency", "organisation", "other",
)  # fmt: skip
INDUSTRIES = (
    "adult_entertainment", "bar_restaurant", "performing_arts", "manufacturing", "construction",
    "agriculture_fishing", "care", "education", "supervising_organisation", "npo_shelter", "other",
)  # fmt: skip
ACTIONS = ("inspection_clean", "violation_found", "trafficking_case", "licence_suspended")
EVENT_KINDS = (
    "address_change", "status_change", "extension", "missing_report", "overstay", "divorce", "spouse_death",
)  # fmt: skip
FINDINGS = ("no_indication", "inconclusive", "indications", "victim_identified")
TYPOLOGIES = tuple(f"T{number}" for number in range(1, 13))


def _text(name: str, use: Use = Use.PLAIN, *, null: bool = False, pattern: str | None = None) -> Column:
    return Column(name, Kind.TEXT, use, null, pattern=pattern)


def _link(name: str, link: Link, *, null: bool = True, audit: bool = False) -> Column:
    kind = Kind.DATE if link is Link.BIRTH_DATE else Kind.TEXT
    pattern = "[0-9a-fA-F]{16}" if link is Link.LETTER else None
    return Column(name, kind, Use.AUDIT_AND_LINK if audit else Use.LINK, null, link=link, pattern=pattern)


def _one_of(name: str, allowed: tuple[str, ...], use: Use = Use.FEATURE, *, null: bool = False) -> Column:
    return Column(name, Kind.CATEGORY, use, null, allowed=allowed)


def _number(
    name: str, kind: Kind, *, null: bool = False, minimum: float | None = 0, maximum: float | None = None
) -> Column:
    return Column(name, kind, Use.FEATURE, null, minimum=minimum, maximum=maximum)


def _time(name: str, *, null: bool = False) -> Column:
    return Column(name, Kind.TIMESTAMP, Use.FEATURE, null)


def _date(name: str, *, null: bool = False) -> Column:
    return Column(name, Kind.DATE, Use.FEATURE, null)


def _nationality(name: str, *, null: bool = False) -> Column:
    return _text(name, Use.AUDIT, null=null, pattern="[A-Z]{3}")


def _identity() -> tuple[Column, ...]:
    """Return who the traveller is, as the passport says."""
    return (
        _link("passport_number", Link.PASSPORT, null=False),
        _date("passport_issued_on"),
        _nationality("nationality"),
        _link("family_name", Link.NAME, null=False, audit=True),
        _link("given_names", Link.NAME, null=False, audit=True),
        _link("birth_date", Link.BIRTH_DATE, null=False, audit=True),
        _one_of("sex", ("F", "M", "X"), Use.AUDIT),
    )


def _sponsor(role: str) -> tuple[Column, ...]:
    return (
        _link(f"{role}_name", Link.NAME),
        _link(f"{role}_birth_date", Link.BIRTH_DATE),
        _link(f"{role}_address", Link.ADDRESS),
        _link(f"{role}_phone", Link.PHONE),
    )


VISA_APPLICATIONS = Table(
    name="visa_applications",
    id_column="application_id",
    occurred_at="submitted_at",
    known_at="submitted_at",
    columns=(
        _text("application_id"),
        _time("submitted_at"),
        _text("post", Use.AUDIT, pattern="[A-Z]{2}-[A-Z]{2,5}"),
        _one_of("lodged_by", LODGERS),
        _link("agency_id", Link.IDENTIFIER),
        *_identity(),
        _nationality("former_nationality", null=True),
        _link("other_names", Link.NAME, audit=True),
        _text("occupation", Use.FEATURE, null=True),
        _number("monthly_income_jpy", Kind.NUMBER, null=True),
        _link("applicant_phone", Link.PHONE),
        _link("applicant_email", Link.EMAIL),
        _link("home_address", Link.ADDRESS),
        _one_of("status_of_residence", STATUSES),
        _link("coe_number", Link.IDENTIFIER),
        _date("coe_issued_on", null=True),
        _date("intended_arrival_on"),
        _number("intended_stay_days", Kind.INTEGER),
        Column("port_of_entry", Kind.TEXT, Use.PLAIN, nullable=True, optional=True),
        _link("stay_address", Link.ADDRESS),
        _link("stay_phone", Link.PHONE),
        _number("declared_previous_stays", Kind.INTEGER, null=True),
        _one_of("travel_paid_by", PAYERS),
        *_sponsor("guarantor"),
        _one_of("guarantor_relationship", RELATIONSHIPS, null=True),
        _number("guarantor_income_jpy", Kind.NUMBER, null=True),
        *_sponsor("inviter"),
        _link("host_establishment_id", Link.IDENTIFIER),
        _link("introducer_name", Link.NAME),
        _link("introducer_phone", Link.PHONE),
        _link("statement_fingerprint", Link.LETTER),
        _date("married_on", null=True),
        _date("first_met_on", null=True),
        Column("marriage_registered_abroad", Kind.BOOLEAN, Use.FEATURE, nullable=True),
        _number("meetings_before_marriage", Kind.INTEGER, null=True),
        _one_of("common_language", ("none", "basic", "fluent"), null=True),
        _link("spouse_birth_date", Link.BIRTH_DATE),
        _number("spouse_earlier_foreign_spouses", Kind.INTEGER, null=True),
        Column("cohabitation_planned", Kind.BOOLEAN, Use.FEATURE, nullable=True),
        _number("accompanying_minors", Kind.INTEGER),
        _link("child_birth_date", Link.BIRTH_DATE),
        _date("child_nationality_acquired_on", null=True),
        _link("acknowledging_parent_name", Link.NAME),
        _link("acknowledging_parent_birth_date", Link.BIRTH_DATE),
    ),
    references=(Reference("host_establishment_id", "establishments"),),
)

LANDINGS = Table(
    name="landings",
    id_column="landing_id",
    occurred_at="landed_at",
    known_at="landed_at",
    columns=(
        _text("landing_id"),
        _time("landed_at"),
        _text("port", Use.FEATURE),
        _link("flight", Link.IDENTIFIER),
        _text("embarked_at", Use.AUDIT, null=True),
        _text("onward_destination", Use.FEATURE, null=True),
        _one_of("onward_ticket_paid_by", PAYERS, null=True),
        *_identity(),
        _link("biometric_id", Link.IDENTIFIER),
        _link("application_id", Link.IDENTIFIER),
        _one_of("status_of_residence", (*STATUSES, "transit")),
        _number("permitted_stay_days", Kind.INTEGER),
        _link("stay_address", Link.ADDRESS),
        _link("stay_phone", Link.PHONE),
        _link("booking_reference", Link.IDENTIFIER),
        _link("booking_phone", Link.PHONE),
        _one_of("document_check", ("genuine", "doubtful", "forged"), null=True),
    ),
    references=(Reference("application_id", "visa_applications"),),
)

DEPARTURES = Table(
    name="departures",
    id_column="landing_id",
    occurred_at="departed_at",
    known_at="departed_at",
    columns=(_text("landing_id"), _time("departed_at")),
    references=(Reference("landing_id", "landings"),),
)

ESTABLISHMENTS = Table(
    name="establishments",
    id_column="establishment_id",
    occurred_at="opened_on",
    known_at="known_at",
    columns=(
        _text("establishment_id"),
        _link("name", Link.NAME, null=False),
        _link("address", Link.ADDRESS),
        _link("phone", Link.PHONE),
        _one_of("industry", INDUSTRIES),
        _number("capacity", Kind.INTEGER, null=True),
        _date("opened_on"),
        _time("known_at"),
    ),
)

ESTABLISHMENT_ACTIONS = Table(
    name="establishment_actions",
    id_column="action_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        _text("action_id"),
        _link("establishment_id", Link.IDENTIFIER, null=False),
        _time("occurred_at"),
        _time("known_at"),
        _one_of("action", ACTIONS),
    ),
    references=(Reference("establishment_id", "establishments"),),
)

EMPLOYMENT_REPORTS = Table(
    name="employment_reports",
    id_column="report_id",
    occurred_at="started_on",
    known_at="known_at",
    columns=(
        _text("report_id"),
        _link("passport_number", Link.PASSPORT, null=False),
        _link("family_name", Link.NAME, null=False),
        _link("given_names", Link.NAME, null=False),
        _link("birth_date", Link.BIRTH_DATE, null=False),
        _link("establishment_id", Link.IDENTIFIER, null=False),
        _date("started_on"),
        _date("ended_on", null=True),
        _time("known_at"),
        _one_of("source", ("inspection", "registration", "declared")),
    ),
    references=(Reference("establishment_id", "establishments"),),
)

RESIDENCE_EVENTS = Table(
    name="residence_events",
    id_column="event_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        _text("event_id"),
        _link("landing_id", Link.IDENTIFIER, null=False),
        _time("occurred_at"),
        _time("known_at"),
        _one_of("kind", EVENT_KINDS),
        _link("address", Link.ADDRESS),
        _link("filed_by_phone", Link.PHONE),
        _one_of("status_of_residence", STATUSES, null=True),
    ),
    references=(Reference("landing_id", "landings"),),
)

TIP_DATABASE = Table(
    name="tip_database",
    id_column="entry_id",
    occurred_at="listed_at",
    known_at="listed_at",
    columns=(
        _text("entry_id"),
        _time("listed_at"),
        _time("delisted_at", null=True),
        _one_of("role", ("victim", "perpetrator", "facilitator")),
        _link("family_name", Link.NAME, null=False),
        _link("given_names", Link.NAME, null=False),
        _link("birth_date", Link.BIRTH_DATE),
        _link("passport_number", Link.PASSPORT),
        _link("phone", Link.PHONE),
        _link("address", Link.ADDRESS),
    ),
)

OUTCOMES = Table(
    name="outcomes",
    id_column="outcome_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        _text("outcome_id"),
        _one_of("subject", ("visa_application", "landing"), Use.PLAIN),
        _text("subject_id"),
        _time("occurred_at"),
        _time("known_at"),
        _one_of("arm", ("targeted", "random", "referral", "later_identification"), Use.PLAIN),
        Column("inclusion_probability", Kind.NUMBER, Use.PLAIN, nullable=True, minimum=0.0, maximum=1.0),
        _one_of("finding", FINDINGS),
        _one_of("typology", TYPOLOGIES, Use.PLAIN, null=True),
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
