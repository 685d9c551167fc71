"""Measures of the case's own fields, and of those of its application and host."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats
from features.catalogue.measures import CaseField
from features.facts.recipes import code_of
from features.kernel.stays import days_between
from features.kernel.view import View


@dataclass(frozen=True, slots=True)
class Amount(CaseField):
    """Amount."""

    column: str
    kind = "amount"

    def _values(self, view: View) -> Floats:
        return view.cases.number(self.column)


@dataclass(frozen=True, slots=True)
class Days(CaseField):
    """Days from one time to another; ``as_of`` where a column is not given."""

    start: str | None = None
    end: str | None = None
    kind = "days"

    def _values(self, view: View) -> Floats:
        start, end = (view.cases.key(name) if name else view.cases.as_of for name in (self.start, self.end))
        return days_between(start, end)


@dataclass(frozen=True, slots=True)
class Boolean(CaseField):
    """Declared yes or no, as 1 or 0."""

    column: str
    kind = "boolean"

    def _values(self, view: View) -> Floats:
        column = view.cases.key(self.column)
        return np.where(column < 0, np.nan, column.astype(np.float64))


@dataclass(frozen=True, slots=True)
class IsAnyOf(CaseField):
    """Whether a category has one of some values; ``category`` where the column has another name."""

    column: str
    allowed: tuple[str, ...]
    category: str | None = None
    kind = "is_any_of"

    def _values(self, view: View) -> Floats:
        column = view.cases.key(self.column)
        codes = [code_of(self.category or self.column, value) for value in self.allowed]
        return np.where(column < 0, np.nan, np.isin(column, codes).astype(np.float64))


@dataclass(frozen=True, slots=True)
class Equal(CaseField):
    """Whether two link keys are equal; NaN where either is missing."""

    first: str
    second: str
    kind = "equal"

    def _values(self, view: View) -> Floats:
        first, second = view.cases.key(self.first), view.cases.key(self.second)
        return np.where((first == 0) | (second == 0), np.nan, (first == second).astype(np.float64))
