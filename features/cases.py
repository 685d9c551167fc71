"""Cases: each with its moment, its own facts, and those of its application and host."""

from dataclasses import dataclass, field

import numpy as np

from features.arrays import Floats, Ints
from features.events.index import values_at
from features.events.linked_facts import LinkedFacts
from features.facts.layout import LAYOUT, Recipe
from features.facts.postings import STATEMENT_BLOCKS
from features.facts.table_facts import TableFacts
from features.tables.times import NULL_TIME


@dataclass(frozen=True, slots=True)
class Cases:
    """n cases of one subject.

    Attributes
    ----------
    as_of
        int64[n], microseconds UTC.
    columns
        Facts by name: those of the case's own record, then those of its application (entry) and of its host
        (``host_…``), as far as visible at ``as_of``.
    own
        Facts of the cases' own records.
    application, host
        int64[n]: visible row of the application and of the host establishment, -1 for none.
    """

    subject: str
    as_of: Ints
    columns: dict[str, Ints | Floats]
    own: TableFacts
    application: Ints = field(repr=False)
    host: Ints = field(repr=False)

    def __len__(self) -> int:
        return len(self.as_of)

    def key(self, name: str) -> Ints:
        """Return a link key, time or code, int64[n]; 0 for a column that the subject lacks."""
        column = self.columns.get(name)
        return np.zeros(len(self), dtype=np.int64) if column is None else column  # type: ignore[return-value]

    def number(self, name: str) -> Floats:
        """Return an amount, float64[n], NaN where not declared."""
        return self.columns[name]  # type: ignore[return-value]


def cases_of(subject: str, own: TableFacts, linked: LinkedFacts) -> Cases:
    """Return the cases of ``visa`` or ``entry``, each at the moment its own record became known."""
    return _visa_cases(own, linked) if subject == "visa" else _entry_cases(own, linked)


def _visa_cases(own: TableFacts, linked: LinkedFacts) -> Cases:
    columns = dict(own.columns)
    none = np.full(len(own), -1, dtype=np.int64)
    host = _add_host(columns, own["known_at"], linked)
    return Cases("visa", own["known_at"], columns, own, none, host)


def _entry_cases(own: TableFacts, linked: LinkedFacts) -> Cases:
    """Return landings with the facts of their application, ``applied_…`` where a landing has the same fact."""
    as_of = own["known_at"]
    applications = linked.facts["visa_applications"]
    row = linked.application_index.first(own["application"])
    row = np.where(values_at(applications["known_at"], row, 0) < as_of, row, -1)
    columns: dict[str, Ints | Floats] = {}
    for fact in LAYOUT["visa_applications"]:
        name = f"applied_{fact.name}" if fact.name in own.columns else fact.name
        if fact.is_number:
            columns[name] = _numbers_at(applications.numbers(fact.name), row)
        else:
            columns[name] = values_at(applications[fact.name], row, _missing(fact.recipe))
    for name in STATEMENT_BLOCKS:
        columns[name] = values_at(applications[name], row)
    columns |= own.columns
    host = _add_host(columns, as_of, linked)
    return Cases("entry", as_of, columns, own, row, host)


def _missing(recipe: Recipe) -> int:
    if recipe is Recipe.TIME:
        return NULL_TIME
    return -1 if recipe in {Recipe.CODE, Recipe.BOOLEAN, Recipe.STAGE_OCCUPATION, Recipe.PRESENCE} else 0


def _numbers_at(column: Floats, rows: Ints) -> Floats:
    return np.where(rows >= 0, column[rows], np.nan) if len(column) else np.full(len(rows), np.nan)


def _add_host(columns: dict[str, Ints | Floats], as_of: Ints, linked: LinkedFacts) -> Ints:
    """Add address, phone, industry, opening and capacity of the host if it was known; return its rows."""
    establishments = linked.facts["establishments"]
    row = linked.establishment_index.first(columns["host"])  # type: ignore[arg-type]
    row = np.where(values_at(establishments["known_at"], row, 0) < as_of, row, -1)
    columns["host_address"] = values_at(establishments["address"], row)
    columns["host_phone"] = values_at(establishments["phone"], row)
    columns["host_industry"] = values_at(establishments["industry"], row, -1)
    columns["host_opened_on"] = values_at(establishments["opened_on"], row, NULL_TIME)
    columns["host_capacity"] = _numbers_at(establishments.numbers("capacity"), row)
    return row
