"""What is known, as numbers: the facts of each table as parallel arrays, made from records or from stored rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.facts.layout import LAYOUT, NEAR, Recipe
from features.facts.recipes import make_facts
from features.identity.blocks import Persons, date_block_keys
from features.identity.hashing import combine
from features.identity.letter import block_keys
from features.tables.nine_tables import TABLES

NULL_TIME: int = int(np.iinfo(np.int64).min)
"""The time that says: not recorded."""
DAY_US = 86_400_000_000
_NAMED = {Recipe.PERSON, Recipe.NAMED_PERSON}


@dataclass(frozen=True, slots=True)
class TableFacts:
    """The facts of one table.

    Attributes
    ----------
    columns
        Fact name to array of n values (int64, or float64 for numbers). ``known_at`` and ``occurred_at``
        (microseconds UTC) are always there. Link keys are 0 where there is none.
    ids
        The n record ids, as in the records.
    names
        The names and birth dates of the records, where they are at hand, to be compared letter by letter with the
        watch list. They are never stored with the facts.
    """

    table: str
    columns: Mapping[str, NDArray[np.int64] | NDArray[np.float64]]
    ids: pa.Array | Sequence[str]
    names: pa.Table | None = None

    def __len__(self) -> int:
        return len(self.columns["known_at"])

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self.columns[name]  # type: ignore[return-value]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a float64 column."""
        return self.columns[name]  # type: ignore[return-value]

    def id_of(self, row: int) -> str:
        """Return the record id of a row."""
        value = self.ids[row]
        return value if isinstance(value, str) else str(value.as_py())


Facts = Mapping[str, TableFacts]
"""Table name to its facts; all nine are there."""


def facts_of_table(name: str, table: pa.Table) -> TableFacts:
    """Make the facts of one table of records.

    Parameters
    ----------
    name
        One of the nine tables.
    table
        Its rows in the canonical Arrow types.
    """
    columns = make_facts(LAYOUT[name], table)
    ids = table.column(TABLES[name].id_column).combine_chunks()
    facts = TableFacts(name, _complete(name, columns), ids, names_in(name, table))
    if name == "tip_database":
        # only looked up by, so posted but not stored with the facts
        listed = Persons.of(facts.names)
        facts.columns.update(zip(NEAR, date_block_keys(listed.born, listed.skeletons), strict=True))  # type: ignore[attr-defined]
    return facts


def names_in(name: str, table: pa.Table) -> pa.Table:
    """Return the columns of a table of records that hold names of people and their birth dates."""
    named = {source for fact in LAYOUT[name] if fact.recipe in _NAMED for source in fact.sources}
    return table.select([column for column in table.column_names if column in named])


def encode_rows(facts: TableFacts) -> list[bytes]:
    """Pack each row of facts into bytes, eight to a column, in the order of the layout."""
    layout = LAYOUT[facts.table]
    block = np.empty((len(facts), len(layout)), dtype=np.int64)
    for index, fact in enumerate(layout):
        block[:, index] = facts.columns[fact.name].view(np.int64)
    return [row.tobytes() for row in block]


def decode_rows(name: str, rows: Sequence[bytes], ids: Sequence[str]) -> TableFacts:
    """Unpack rows packed by `encode_rows`; the arrays equal the original ones bit for bit."""
    layout = LAYOUT[name]
    block = np.frombuffer(b"".join(rows), dtype=np.int64).reshape(len(rows), len(layout)).T.copy()
    columns: dict[str, NDArray[np.int64] | NDArray[np.float64]] = {}
    for index, fact in enumerate(layout):
        columns[fact.name] = block[index].view(np.float64) if fact.is_number else block[index]
    return TableFacts(name, _complete(name, columns), ids)


def facts_of_records(tables: Mapping[str, pa.Table], names: Iterable[str] = tuple(TABLES)) -> dict[str, TableFacts]:
    """Make the facts of all tables."""
    return {name: facts_of_table(name, tables[name]) for name in names}


@cache
def no_facts(name: str) -> TableFacts:
    """Return the facts of a table without rows."""
    return decode_rows(name, [], [])


def _complete(
    name: str, columns: dict[str, NDArray[np.int64] | NDArray[np.float64]]
) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
    """Add the two times, and the keys that are cheaper to derive than to store."""
    table = TABLES[name]
    columns["known_at"] = columns[table.known_at]
    columns["occurred_at"] = columns[table.occurred_at]
    if name == "visa_applications":
        blocks = block_keys(columns["letter"])  # type: ignore[arg-type]
        for number in range(4):
            columns[f"letter_{number}"] = np.ascontiguousarray(blocks[:, number])
    if name == "landings":
        day = columns["landed_at"] // DAY_US
        columns["flight_day"] = combine(columns["flight"], day + 1)  # type: ignore[arg-type]
    if name == "outcomes":
        # one subject_id column serves two name spaces; only the one that the row speaks of counts
        is_application = columns["subject"] == 0
        columns["application"] = np.where(is_application, columns["application"], 0)
        columns["landing"] = np.where(is_application, 0, columns["landing"])
    return columns
