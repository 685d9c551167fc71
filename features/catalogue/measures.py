"""Measures: numbers of events under a key of the case, and of the case's surroundings."""

import math
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from features.arrays import Floats
from features.catalogue.stay_measures import STAY_MEASURES
from features.kernel.bearers import other_bearers
from features.kernel.query import EventQuery, Need
from features.kernel.view import View


class Measure:
    """Number for each case, and the events that it counts.

    Subclasses are dataclasses whose fields determine the values.

    Attributes
    ----------
    kind
        Stable name of the rule, part of the catalogue's hash.
    unseen
        Value without any history; NaN for "no answer".
    """

    __slots__ = ()
    kind: ClassVar[str]
    unseen: ClassVar[float] = 0.0

    def values(self, view: View) -> Floats:
        """Return float64[n]."""
        return self._values(view)

    def needs(self) -> tuple[Need, ...]:
        """Return the queries to be swept, each with the code that is counted distinctly, if any."""
        code = getattr(self, "code", None)
        return tuple((value, code) for value in self._arguments() if isinstance(value, EventQuery))

    def specification(self) -> str:
        """Return everything that determines the values, independent of the names of classes and fields."""
        return " ".join([self.kind, *(str(value) for value in self._arguments())])

    def _arguments(self) -> list[object]:
        return [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]

    def _values(self, view: View) -> Floats:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Count(Measure):
    """Number of events."""

    query: EventQuery
    kind = "count"

    def _values(self, view: View) -> Floats:
        return view.count(self.query)


@dataclass(frozen=True, slots=True)
class Distinct(Measure):
    """Number of distinct codes of the events other than the case's own."""

    query: EventQuery
    code: str
    kind = "distinct"

    def _values(self, view: View) -> Floats:
        return view.distinct(self.query, self.code)


@dataclass(frozen=True, slots=True)
class OtherBearers(Distinct):
    """Number of persons under a passport who are not the case's own, by birth date and compatible name.

    The rule is that of `Distinct`, with spellings of one person's name counted as that person.
    """

    def _values(self, view: View) -> Floats:
        return other_bearers(view, self.query)


@dataclass(frozen=True, slots=True)
class PerCapacity(Measure):
    """Distinct codes for each place of the host establishment; NaN if its capacity is not known."""

    query: EventQuery
    code: str
    kind = "per_capacity"
    unseen = math.nan

    def _values(self, view: View) -> Floats:
        return view.distinct(self.query, self.code) / np.maximum(view.cases.number("host_capacity"), 1)


@dataclass(frozen=True, slots=True)
class DaysSince(Measure):
    """Days since the latest (or first) event; NaN for none."""

    query: EventQuery
    first: bool = False
    kind = "days_since"
    unseen = math.nan

    def _values(self, view: View) -> Floats:
        return view.days_since(self.query, first=self.first)


@dataclass(frozen=True, slots=True)
class Share(Measure):
    """Share of the events that are of a kind; NaN for none."""

    part: EventQuery
    whole: EventQuery
    kind = "share"
    unseen = math.nan

    def _values(self, view: View) -> Floats:
        whole = view.count(self.whole)
        return np.where(whole > 0, view.count(self.part) / np.maximum(whole, 1), np.nan)


@dataclass(frozen=True, slots=True)
class Burst(Measure):
    """Last 30 days as a multiple of the monthly average of the last 365; NaN for an empty year."""

    month: EventQuery
    year: EventQuery
    kind = "burst"
    unseen = math.nan

    def _values(self, view: View) -> Floats:
        year = view.count(self.year)
        return np.where(year > 0, view.count(self.month) * (365 / 30) / np.maximum(year, 1), np.nan)


@dataclass(frozen=True, slots=True)
class OwnStays(Measure):
    """Number from the person's own stays, of `STAY_MEASURES`."""

    name: str
    kind = "own_stays"
    unseen = math.nan

    def _values(self, view: View) -> Floats:
        return STAY_MEASURES[self.name](view)


@dataclass(frozen=True, slots=True)
class Component(Measure):
    """Number about the case's connected component, of `features.network.component.MEASURES`."""

    name: str
    kind = "component"

    def _values(self, view: View) -> Floats:
        return view.component(self.name)


@dataclass(frozen=True, slots=True)
class SameStatement(Measure):
    """Number of distinct persons, guarantors or agencies with the same statement."""

    counted: str
    kind = "same_statement"

    def _values(self, view: View) -> Floats:
        counts: Floats = getattr(view.same_statements, self.counted).astype(np.float64)
        return counts


@dataclass(frozen=True, slots=True)
class WatchList(Measure):
    """Number of matching entries of the Trafficking in Persons Database, other than victims'."""

    matched: str
    kind = "watch_list"

    def _values(self, view: View) -> Floats:
        return view.watch_list.counts(self.matched)


class CaseField(Measure):
    """Measure of fields that the case has by itself; NaN where not declared."""

    __slots__ = ()
    unseen = math.nan
