"""Columns of a landing, and of the departure that ends the stay."""

from features.tables.categories import PAYERS, STATUSES
from features.tables.definition import (
    Kind,
    Link,
    Reference,
    Table,
    Use,
    category,
    link,
    number,
    text,
    time,
    traveller_columns,
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
        category("onward_ticket_paid_by", PAYERS, null=True),
        *traveller_columns(),
        link("biometric_id", Link.IDENTIFIER),
        link("application_id", Link.IDENTIFIER),
        category("status_of_residence", (*STATUSES, "transit")),
        number("permitted_stay_days", Kind.INTEGER),
        link("stay_address", Link.ADDRESS),
        link("stay_phone", Link.PHONE),
        link("booking_reference", Link.IDENTIFIER),
        link("booking_phone", Link.PHONE),
        category("document_check", ("genuine", "doubtful", "forged"), null=True),
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
