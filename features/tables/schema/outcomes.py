"""Columns of an interview outcome."""

from features.tables.categories import FINDINGS, TYPOLOGIES
from features.tables.definition import Column, Kind, Reference, Table, Use, category, text, time

OUTCOMES = Table(
    name="outcomes",
    id_column="outcome_id",
    occurred_at="occurred_at",
    known_at="known_at",
    columns=(
        text("outcome_id"),
        category("subject", ("visa_application", "landing"), Use.PLAIN),
        text("subject_id"),
        time("occurred_at"),
        time("known_at"),
        category("arm", ("targeted", "random", "referral", "later_identification"), Use.PLAIN),
        Column("inclusion_probability", Kind.NUMBER, Use.PLAIN, nullable=True, minimum=0.0, maximum=1.0),
        category("finding", FINDINGS),
        category("typology", TYPOLOGIES, Use.PLAIN, null=True),
    ),
    references=(
        Reference("subject_id", "visa_applications", when=("subject", "visa_application")),
        Reference("subject_id", "landings", when=("subject", "landing")),
    ),
)
