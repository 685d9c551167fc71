"""Columns of an entry in the Trafficking in Persons Database."""

from features.tables.definition import Link, Table, category, link, text, time

TIP_DATABASE = Table(
    name="tip_database",
    id_column="entry_id",
    occurred_at="listed_at",
    known_at="listed_at",
    columns=(
        text("entry_id"),
        time("listed_at"),
        time("delisted_at", null=True),
        category("role", ("victim", "perpetrator", "facilitator")),
        link("family_name", Link.NAME, null=False),
        link("given_names", Link.NAME, null=False),
        link("birth_date", Link.BIRTH_DATE),
        link("passport_number", Link.PASSPORT),
        link("phone", Link.PHONE),
        link("address", Link.ADDRESS),
    ),
)
