"""By which numbers do tables and kinds of keys go in the database? Fixed once records are stored."""

from __future__ import annotations

from features.facts.layout import POSTINGS
from features.tables.nine_tables import TABLES

Key = tuple[str, int]
"""A kind of posting and a link key."""
TABLE_CODES = {name: code for code, name in enumerate(TABLES)}
KINDS = {kind: code for code, kind in enumerate(sorted({kind for keys in POSTINGS.values() for kind, _ in keys}))}
