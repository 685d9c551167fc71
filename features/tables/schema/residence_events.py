"""Columns of an event during residence."""

from features.tables.categories import EVENT_KINDS, STATUSES
from features.tables.definition import Link, Reference, Table, category, link, text, time

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
        category("kind", EVENT_KINDS),
        link("address", Link.ADDRESS),
        link("filed_by_phone", Link.PHONE),
        category("status_of_residence", STATUSES, null=True),
    ),
    references=(Reference("landing_id", "landings"),),
)
