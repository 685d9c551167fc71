"""Groups that a case belongs to, from its record: status, nationality, sex and age band, for reports that show no person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.tables.schema import TABLES
from serving.decisions.service import DecisionService

GROUPS = ("status_of_residence", "nationality", "sex", "age_band")
UNKNOWN = "unknown"
_AGE_BANDS = ((18, "0-17"), (25, "18-24"), (35, "25-34"), (50, "35-49"))
_OLDEST = "50+"
Case = tuple[str, str]
"""Subject (``visa`` or ``entry``) and subject id."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Groups of a case, and the passport that says which cases are of the same person."""

    groups: Mapping[str, str]
    lodged_at: dt.datetime
    passport_number: str = field(repr=False)


def case_facts(connection: Connection, service: DecisionService, cases: Iterable[Case]) -> dict[Case, CaseFacts]:
    """Return the facts of cases by subject and id; a record that cannot be read is left out."""
    listed, facts = sorted(set(cases)), {}
    for subject, name in TABLE_OF_SUBJECT.items():
        ids, table = [case_id for of, case_id in listed if of == subject], TABLES[name]
        for row in service.readable_rows(connection, name, ids).to_pylist() if ids else []:
            facts[subject, row[table.id_column]] = _facts(row, row[table.known_at])
    return facts


def age_band(birth: dt.date | None, day: dt.date) -> str:
    """Return the age band on a day.

    >>> age_band(dt.date(1990, 6, 1), dt.date(2008, 5, 31)), age_band(dt.date(1990, 6, 1), dt.date(2008, 6, 1))
    ('0-17', '18-24')
    """
    if birth is None or birth > day:
        return UNKNOWN
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return next((name for limit, name in _AGE_BANDS if age < limit), _OLDEST)


def _facts(row: Mapping[str, Any], lodged_at: dt.datetime) -> CaseFacts:
    groups = {name: str(row[name]) for name in GROUPS[:3]}
    groups["age_band"] = age_band(row["birth_date"], lodged_at.date())
    return CaseFacts(groups, lodged_at, row["passport_number"])
