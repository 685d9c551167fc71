"""Facts of each table as parallel arrays, encoded from records or decoded from stored rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Floats, Ints
from features.facts.layout import LAYOUT, Recipe
from features.facts.postings import NAME_BLOCKS, STATEMENT_BLOCKS
from features.facts.recipes import encode_facts
from features.facts.references import with_references
from features.identity.birth_dates import date_numbers
from features.identity.blocks import date_block_keys
from features.identity.hashes import combine
from features.identity.person import name_skeletons, whole_names
from features.identity.statement_simhash import block_keys
from features.tables.plausibility import without_faults
from features.tables.schema import TABLES
from features.tables.times import DAY_US

_NAMED = {Recipe.PERSON, Recipe.FULL_NAME_PERSON}


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Facts of n records of a table.

    Attributes
    ----------
    columns
        Arrays of n values by fact name: int64, or float64 for numbers. ``known_at`` and ``occurred_at`` (microseconds
        UTC) are always there. Link keys are 0 for none.
    ids
        Record ids.
    names
        Names and birth dates where available, for comparison with the watch list. They are never stored with the
        facts.
    """

    table: str
    columns: Mapping[str, Ints | Floats]
    ids: pa.Array | Sequence[str]
    names: pa.Table | None = None

    def __len__(self) -> int:
        return len(self.columns["known_at"])

    def __getitem__(self, name: str) -> Ints:
        return self.columns[name]  # type: ignore[return-value]

    def numbers(self, name: str) -> Floats:
        """Return a float64 column."""
        return self.columns[name]  # type: ignore[return-value]

    def id_of(self, row: int) -> str:
        """Return the record id of a row."""
        value = self.ids[row]
        return value if isinstance(value, str) else str(value.as_py())

    def id_list(self) -> list[str]:
        """Return all record ids."""
        return [str(name) for name in (self.ids if isinstance(self.ids, Sequence) else self.ids.to_pylist())]

    def take(self, rows: Ints) -> TableFacts:
        """Return the facts of some rows."""
        ids: pa.Array | Sequence[str] = ()
        if len(self.ids):
            ids = self.ids.take(rows) if isinstance(self.ids, pa.Array) else [self.ids[row] for row in rows.tolist()]
        names = None if self.names is None else self.names.take(pa.array(rows))
        return TableFacts(self.table, {name: column[rows] for name, column in self.columns.items()}, ids, names)


Facts = Mapping[str, TableFacts]
"""Facts of all nine tables by name."""


def facts_of_table(name: str, table: pa.Table) -> TableFacts:
    """Return the facts of a table of records.

    Parameters
    ----------
    name
        One of the nine tables.
    table
        Its rows in the canonical Arrow types.
    """
    table = without_faults(name, with_references(name, table))
    columns = encode_facts(LAYOUT[name], table)
    ids = table.column(TABLES[name].id_column).combine_chunks()
    names = names_in(name, table)
    _add_derived(name, columns)
    if name == "tip_database":
        # look-up keys only: posted, but not stored with the facts
        family, given, births = (names.column(column).combine_chunks() for column in names.column_names)
        skeletons = pc.fill_null(name_skeletons(whole_names(family, given)), "")
        columns |= dict(zip(NAME_BLOCKS, date_block_keys(date_numbers(births), skeletons), strict=True))
    return TableFacts(name, columns, ids, names)


def names_in(name: str, table: pa.Table) -> pa.Table:
    """Return the columns of a table of records that hold names of people and their birth dates."""
    table = with_references(name, table)
    named = {source for fact in LAYOUT[name] if fact.recipe in _NAMED for source in fact.sources}
    return table.select([column for column in table.column_names if column in named])


def encode_rows(facts: TableFacts) -> list[bytes]:
    """Return each row of facts as bytes, eight to a column, in the order of the layout."""
    layout = LAYOUT[facts.table]
    block = np.empty((len(facts), len(layout)), dtype=np.int64)
    for index, fact in enumerate(layout):
        block[:, index] = facts.columns[fact.name].view(np.int64)
    return [row.tobytes() for row in block]


def decode_rows(name: str, rows: Sequence[bytes], ids: pa.Array | Sequence[str]) -> TableFacts:
    """Return the facts of rows from `encode_rows`, equal to the original bit for bit."""
    layout = LAYOUT[name]
    block = np.frombuffer(b"".join(rows), dtype=np.int64).reshape(len(rows), len(layout)).T.copy()
    columns: dict[str, Ints | Floats] = {}
    for index, fact in enumerate(layout):
        columns[fact.name] = block[index].view(np.float64) if fact.is_number else block[index]
    _add_derived(name, columns)
    return TableFacts(name, columns, ids)


def facts_of_records(tables: Mapping[str, pa.Table], names: Iterable[str] = tuple(TABLES)) -> dict[str, TableFacts]:
    """Return the facts of all tables."""
    return {name: facts_of_table(name, tables[name]) for name in names}


@cache
def no_facts(name: str) -> TableFacts:
    """Return the facts of a table without rows."""
    return decode_rows(name, [], [])


def _add_derived(name: str, columns: dict[str, Ints | Floats]) -> None:
    """Add the two times, and keys that are cheaper to derive than to store."""
    table = TABLES[name]
    columns["known_at"] = columns[table.known_at]
    columns["occurred_at"] = columns[table.occurred_at]
    if name == "visa_applications":
        blocks = block_keys(columns["statement"])  # type: ignore[arg-type]
        for number, block in enumerate(STATEMENT_BLOCKS):
            columns[block] = np.ascontiguousarray(blocks[:, number])
    if name == "landings":
        day = columns["landed_at"] // DAY_US
        columns["flight_day"] = combine(columns["flight"], day + 1)  # type: ignore[arg-type]
    if name == "outcomes":
        # subject_id serves two name spaces; only the one of the row's subject counts
        is_application = columns["subject"] == 0
        columns["application"] = np.where(is_application, columns["application"], 0)
        columns["landing"] = np.where(is_application, 0, columns["landing"])
