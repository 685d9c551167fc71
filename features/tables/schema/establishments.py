"""Columns of an establishment, of actions against it, and of reports of employment there."""

from features.tables.categories import ACTIONS, INDUSTRIES
from features.tables.definition import Kind, Link, Reference, Table, category, date, link, number, text, time

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
        category("industry", INDUSTRIES),
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
        category("action", ACTIONS),
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
        category("source", ("inspection", "registration", "declared")),
    ),
    references=(Reference("establishment_id", "establishments"),),
)
