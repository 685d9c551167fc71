"""Who is asked about, and when? The cases: their own facts, those of their application and host, and their keys."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import NULL_TIME, TableFacts
from features.facts.layout import LAYOUT
from features.windows.events import Ints, pick
from features.windows.history import History

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cases:
    """n cases of one subject.

    Attributes
    ----------
    as_of
        int64[n], microseconds UTC.
    columns
        Facts by name: those of the case's own record, then those of its application (entry) and of its host
        establishment (``host_…``) as far as they were visible at ``as_of``.
    rows
        For evidence: the table of the case itself, and the visible rows of its application and host (-1 if none).
    """

    subject: str
    as_of: Ints
    columns: dict[str, Ints | Numbers]
    own: TableFacts
    application: Ints = field(repr=False)
    host: Ints = field(repr=False)

    def __len__(self) -> int:
        return len(self.as_of)

    def key(self, name: str) -> Ints:
        """Return a link key, time or code, int64[n]; a column that the subject does not have is empty (0)."""
        column = self.columns.get(name)
        return np.zeros(len(self), dtype=np.int64) if column is None else column  # type: ignore[return-value]

    def number(self, name: str) -> Numbers:
        """Return an amount, float64[n], NaN where not declared."""
        return self.columns[name]  # type: ignore[return-value]


def visa_cases(own: TableFacts, history: History) -> Cases:
    """Make cases of applications, each at the moment it was lodged."""
    columns = dict(own.columns)
    none = np.full(len(own), -1, dtype=np.int64)
    host = _add_host(columns, own["known_at"], history)
    return Cases("visa", own["known_at"], columns, own, none, host)


def entry_cases(own: TableFacts, history: History) -> Cases:
    """Make cases of landings, each at the moment of landing, with what its visa application said."""
    as_of = own["known_at"]
    applications = history.facts["visa_applications"]
    row = history.application_index.first(own["application"])
    row = np.where(pick(applications["known_at"], row, 0) < as_of, row, -1)
    columns: dict[str, Ints | Numbers] = {}
    for fact in LAYOUT["visa_applications"]:
        column = applications.columns[fact.name]
        name = f"applied_{fact.name}" if fact.name in own.columns else fact.name
        if fact.is_number:
            columns[name] = np.where(row >= 0, column[row], np.nan) if len(column) else np.full(len(row), np.nan)
        else:
            columns[name] = pick(column, row, _missing(fact.recipe))  # type: ignore[arg-type]
    for number in range(4):
        columns[f"letter_{number}"] = pick(applications[f"letter_{number}"], row)
    columns |= own.columns
    host = _add_host(columns, as_of, history)
    return Cases("entry", as_of, columns, own, row, host)


def _missing(recipe: str) -> int:
    if recipe == "time":
        return NULL_TIME
    return -1 if recipe in {"code", "truth", "words", "present"} else 0


def _add_host(columns: dict[str, Ints | Numbers], as_of: Ints, history: History) -> Ints:
    """Add the address, phone, capacity and industry of the host establishment, if it was known by then."""
    places = history.facts["establishments"]
    row = history.establishment_index.first(columns["host"])  # type: ignore[arg-type]
    row = np.where(pick(places["known_at"], row, 0) < as_of, row, -1)
    columns["host_place_unit"] = pick(places["place_unit"], row)
    columns["host_phone"] = pick(places["phone"], row)
    columns["host_industry"] = pick(places["industry"], row, -1)
    columns["host_opened_on"] = pick(places["opened_on"], row, NULL_TIME)
    capacity = places.numbers("capacity")
    columns["host_capacity"] = np.where(row >= 0, capacity[row], np.nan) if len(capacity) else np.full(len(row), np.nan)
    return row
