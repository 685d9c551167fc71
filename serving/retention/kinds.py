"""Which kinds of data are there, why, on what basis, for how long, and what happens then?"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ERASE, DELETE = "erase", "delete"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data: its tables, and its row of the retention table.

    Attributes
    ----------
    act
        ``erase``: the key of the person is destroyed; ``delete``: rows go; ``keep``: rows stay as long as decisions count.
    """

    code: str
    tables: tuple[str, ...]
    days: int
    act: str
    name: str
    purpose: str
    basis: str


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the retention table."""
    with Path(__file__).with_name("kinds.toml").open("rb") as file:
        rows = tomllib.load(file)["kind"]
    return tuple(Kind(**{**row, "tables": tuple(row["tables"])}) for row in rows)
