"""Rules of plausibility: the table ``plausibility.toml`` as bounds of columns and of times between records."""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from features.arrays import Bools, Floats
from features.tables.definition import Column, Kind, Link, Table
from features.tables.faults import IMPOSSIBLE
from features.tables.schema import TABLES

_TABLE = Path(__file__).with_name("plausibility.toml")
_YEAR_DAYS = 365.2425
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Bounds of a column, of the time from another column to it, or of the time from another record to it.

    Attributes
    ----------
    code
        Name of the rule.
    level
        ``fault`` for what cannot be true, ``note`` for what is unlikely.
    since
        Column of the same record; for an order of two records, column of the other.
    least, most
        Inclusive bounds: a number, days since 1970, or days since ``since``.
    expected, why
        What should be there, and the reason of the rule.
    table, by, when
        For an order of two records: the other's table, the column that names it, and (column, value) of the rows that do.
    """

    code: str
    level: str
    column: Column
    since: str | None
    least: float
    most: float
    expected: str
    why: str
    table: str = ""
    by: str = ""
    when: tuple[str, str] | None = None

    @property
    def cannot_be_true(self) -> bool:
        """Whether a value that breaks the rule is wrong, and not only unlikely."""
        return self.level == IMPOSSIBLE

    def broken(self, values: Floats, since: Floats | None) -> Bools:
        """Return bool[n]: where the rule is broken; a missing value breaks none."""
        if since is not None:
            # dates are local: against a time of the day only the day counts
            values = values - (np.floor(since) if self.column.kind is Kind.DATE else since)
        return (values < self.least) | (values > self.most)


@cache
def rules_of(name: str) -> tuple[Rule, ...]:
    """Return the rules of a table, faults first."""
    table = TABLES[name]
    rules = [rule for entry in _entries()["rule"] for rule in _expanded(table, entry)]
    return tuple(sorted(rules, key=lambda rule: not rule.cannot_be_true))


@cache
def orders() -> Mapping[str, Sequence[Rule]]:
    """Return the orders of two records, by table of the record that names the other."""
    rules: dict[str, list[Rule]] = {}
    for entry in _entries()["order"]:
        name, _, column = entry["column"].partition(".")
        other, _, since = entry["since"].partition(".")
        when = tuple(entry["when"]) if "when" in entry else None
        rules.setdefault(name, []).append(
            Rule(entry["code"], entry["level"], TABLES[name].column(column), since, *_bounds(entry), entry["expected"],
                 entry["why"], other, entry["by"], when)
        )  # fmt: skip
    return rules


def _expanded(table: Table, entry: Mapping[str, Any]) -> Iterable[Rule]:
    since = table.occurred_at if entry.get("since") == "own" else entry.get("since")
    for column in table.columns:
        if {_group(table, column), f"{table.name}.{column.name}"} & set(entry["columns"]) and column.name != since:
            yield Rule(entry["code"], entry["level"], column, since, *_bounds(entry), entry["expected"], entry["why"])


def _group(table: Table, column: Column) -> str:
    """Return the kind of a column, as the rules name it; empty for those named singly."""
    if column.name == table.occurred_at:
        return "own"
    if column.link is Link.BIRTH_DATE:
        return "birth"
    return {Kind.DATE: "date", Kind.TIMESTAMP: "time"}.get(column.kind, "")


def _bounds(entry: Mapping[str, Any]) -> tuple[float, float]:
    bounds = []
    for number, years, day, otherwise in (
        ("least", "least_years", "earliest", -np.inf), ("most", "most_years", "latest", np.inf),
    ):  # fmt: skip
        if day in entry:
            # a bound in days; the last day is whole
            bounds.append((entry[day] - EPOCH).days + (1 - 1e-6 if day == "latest" else 0))
        else:
            bounds.append(entry[years] * _YEAR_DAYS if years in entry else entry.get(number, otherwise))
    return float(bounds[0]), float(bounds[1])


@cache
def _entries() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
