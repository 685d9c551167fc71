"""Groups that a case belongs to, from its record: status, nationality, sex and age band, for reports that show no person."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.tables.schema import TABLES
from serving.decisions.interview_queue import age_on
from serving.decisions.service import DecisionService

GROUPS = ("status_of_residence", "nationality", "sex", "age_band")
UNKNOWN = "unknown"
AGE_BANDS = (18, 25, 35, 50)
"""First age of each band but the youngest."""
Case = tuple[str, str]
"""Subject (``visa`` or ``entry``) and subject id."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Groups of a case, and the passport that says which cases are of the same person; ``age`` is None where unknown."""

    groups: Mapping[str, str]
    age: int | None
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


def age_band(age: int | None, starts: Sequence[int] = AGE_BANDS) -> str:
    """Return the band of an age in years.

    >>> age_band(17), age_band(18), age_band(61), age_band(None)
    ('0-17', '18-24', '50+', 'unknown')
    """
    if age is None:
        return UNKNOWN
    at = bisect_right(starts, age)
    first = starts[at - 1] if at else 0
    return f"{first}+" if at == len(starts) else f"{first}-{starts[at] - 1}"


def _facts(row: Mapping[str, Any], lodged_at: dt.datetime) -> CaseFacts:
    age = age_on(row["birth_date"], lodged_at.date())
    groups = {name: str(row[name]) for name in GROUPS[:3]} | {"age_band": age_band(age)}
    return CaseFacts(groups, age, lodged_at, row["passport_number"])
