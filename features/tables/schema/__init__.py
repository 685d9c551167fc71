"""Columns of the nine tables, a file for each kind of record."""

from features.tables.definition import Table
from features.tables.schema.establishments import EMPLOYMENT_REPORTS, ESTABLISHMENT_ACTIONS, ESTABLISHMENTS
from features.tables.schema.landings import DEPARTURES, LANDINGS
from features.tables.schema.outcomes import OUTCOMES
from features.tables.schema.residence_events import RESIDENCE_EVENTS
from features.tables.schema.tip_database import TIP_DATABASE
from features.tables.schema.visa_applications import VISA_APPLICATIONS

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
