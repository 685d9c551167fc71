"""Who around a case may be in the Trafficking in Persons Database, by what, and how surely?

Time is not applied here: an entry holds for a decision at ``as_of`` if and only if ``listed_at < as_of`` and it is not
delisted or ``as_of < delisted_at`` (see `Match.holds_at`). A match with a victim's entry protects and feeds no score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from features.identity.birth_dates import EXCHANGED, ONE_DIGIT, SAME, UNKNOWN, dates_alike
from features.identity.blocks import Keys, Persons, candidates, entry_block_keys, in_order, person_block_keys

HOW = (
    "passport",
    "phone",
    "address",
    "name_and_birth_date",
    "name_and_close_birth_date",
    "name_without_birth_date",
)
"""What matched; `match_table` keeps the position in this list."""

ROLES = ("victim", "perpetrator", "facilitator")
"""The roles of an entry; `match_table` keeps the position in this list."""

NULL_TIME: int = int(np.iinfo(np.int64).min)

MATCHED_KEY_STRENGTH = {"passport": 1.0, "phone": 0.7, "address": 0.5}
"""A passport is one person's; a phone may be shared, and an address more so. Ours, to be set by the owners of the list."""

LEAST_NAME_LIKENESS = 0.92
LEAST_UNDATED_NAME_LIKENESS = 0.97
EXCHANGED_DATE_WEIGHT = 0.9
ONE_DIGIT_WEIGHT = 0.75
UNDATED_STRENGTH_CAP = 0.6

MATCH = np.dtype([("case_index", "i8"), ("entry_index", "i8"), ("role", "i1"), ("strength", "f8"), ("how", "i1")])


@dataclass(frozen=True, slots=True)
class WatchList:
    """The entries of the Trafficking in Persons Database, ready to be compared.

    Attributes
    ----------
    entry_ids
        The records' ids, n of them.
    listed_at, delisted_at
        int64[n], microseconds UTC; `NULL_TIME` where not delisted.
    roles
        int8[n], positions in `ROLES`.
    persons
        Whom the entries describe.
    blocks
        Their block keys, in order.
    """

    entry_ids: list[str]
    listed_at: NDArray[np.int64]
    delisted_at: NDArray[np.int64]
    roles: NDArray[np.int8]
    persons: Persons
    blocks: list[tuple[Keys, Keys]]

    @classmethod
    def of(cls, tip_table: pa.Table) -> WatchList:
        """Read the ``tip_database`` table (canonical types)."""
        persons = Persons.of(tip_table)
        role = pc.index_in(tip_table.column("role"), value_set=pa.array(ROLES, pa.string()))
        return cls(
            entry_ids=tip_table.column("entry_id").to_pylist(),
            listed_at=_times(tip_table.column("listed_at")),
            delisted_at=_times(tip_table.column("delisted_at")),
            roles=np.asarray(role.to_numpy(), dtype=np.int8),
            persons=persons,
            blocks=in_order(entry_block_keys(persons)),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """One person and one entry: what matched and how surely, with the times between which the entry holds."""

    entry_id: str
    role: str
    how: str
    strength: float
    listed_at: int
    delisted_at: int | None

    def holds_at(self, as_of: int) -> bool:
        """Say whether a decision at ``as_of`` (microseconds UTC) may see the entry; both ties are outside."""
        return self.listed_at < as_of and (self.delisted_at is None or as_of < self.delisted_at)


def names_alike(first: list[str], second: list[str]) -> NDArray[np.float64]:
    """Return for each pair of name skeletons how alike they are, from 0 to 1; an empty one is like nothing.

    Jaro-Winkler (Winkler 1990) on words already in alphabetical order, so that the order of name parts plays no part.
    """
    if not first:
        return np.zeros(0)
    alike = np.asarray(cpdist(first, second, scorer=JaroWinkler.similarity, dtype=np.float64))
    empty = [not one or not other for one, other in zip(first, second, strict=True)]
    return np.where(empty, 0.0, alike)


def match_table(persons: Persons, entries: WatchList) -> NDArray[np.void]:
    """Compare persons with all entries, whatever their time.

    Returns
    -------
    structured array of `MATCH`
        One row for each person, entry and way in which they match, in this order.
    """
    person, entry = candidates(entries.blocks, person_block_keys(persons))
    listed = entries.persons
    strengths = np.zeros((len(person), len(HOW)))
    for how, strength in MATCHED_KEY_STRENGTH.items():
        column = {"passport": "passport", "phone": "phone", "address": "unit"}[how]
        asked, kept = getattr(persons, column)[person], getattr(listed, column)[entry]
        strengths[:, HOW.index(how)] = np.where((asked != 0) & (asked == kept), strength, 0.0)
    _compare_names(persons, listed, person, entry, strengths)
    row, how_code = np.nonzero(strengths)
    matches = np.empty(len(row), dtype=MATCH)
    matches["case_index"], matches["entry_index"] = person[row], entry[row]
    matches["role"], matches["how"] = entries.roles[entry[row]], how_code
    matches["strength"] = strengths[row, how_code]
    return matches


def match_person(person: Persons, entries: WatchList) -> list[Match]:
    """Compare one person with all entries, strongest match first.

    Raises
    ------
    ValueError
        If there is not exactly one person.
    """
    if len(person) != 1:
        raise ValueError(f"match_person compares one person, not {len(person)}; use match_table for many.")
    found = [_match(row, entries) for row in match_table(person, entries)]
    return sorted(found, key=lambda match: (-match.strength, match.entry_id, match.how))


def _compare_names(
    persons: Persons, listed: Persons, person: Keys, entry: Keys, strengths: NDArray[np.float64]
) -> None:
    """Fill in the three columns of matches by name."""
    dates = dates_alike(persons.born[person], listed.born[entry])
    worth = np.flatnonzero(dates != 0)
    first = persons.skeletons.take(pa.array(person[worth])).to_pylist()
    second = listed.skeletons.take(pa.array(entry[worth])).to_pylist()
    alike = np.zeros(len(person))
    alike[worth] = names_alike(first, second)
    near = alike >= LEAST_NAME_LIKENESS
    strengths[:, 3] = np.where(near & (dates == SAME), alike, 0.0)
    weight = np.select([dates == EXCHANGED, dates == ONE_DIGIT], [EXCHANGED_DATE_WEIGHT, ONE_DIGIT_WEIGHT], 0.0)
    strengths[:, 4] = np.where(near, alike * weight, 0.0)
    undated = (dates == UNKNOWN) & (alike >= LEAST_UNDATED_NAME_LIKENESS)
    strengths[:, 5] = np.where(undated, np.minimum(alike, UNDATED_STRENGTH_CAP), 0.0)


def _match(row: np.void, entries: WatchList) -> Match:
    at = int(row["entry_index"])
    delisted_at = int(entries.delisted_at[at])
    return Match(
        entry_id=entries.entry_ids[at],
        role=ROLES[int(row["role"])],
        how=HOW[int(row["how"])],
        strength=float(row["strength"]),
        listed_at=int(entries.listed_at[at]),
        delisted_at=None if delisted_at == NULL_TIME else delisted_at,
    )


def _times(column: pa.ChunkedArray) -> NDArray[np.int64]:
    numbers = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(pc.fill_null(numbers, NULL_TIME).to_numpy(), dtype=np.int64)
