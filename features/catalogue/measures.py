"""Which kinds of numbers are there? Counts, distinct counts, times, shares, bursts; stays, rings, letters, own fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.catalogue.own_fields import OWN, STAYED, Numbers
from features.windows.view import Seen, View

Needs = tuple[tuple[Seen, str | None], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many events were seen."""

    seen: Seen

    def values(self, view: View) -> Numbers:
        """Return the counts."""
        return view.count(self.seen)

    def needs(self) -> Needs:
        """Return the events."""
        return ((self.seen, None),)


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different codes the events have, the case's own left out."""

    seen: Seen
    code: str

    def values(self, view: View) -> Numbers:
        """Return the counts."""
        return view.distinct(self.seen, self.code)

    def needs(self) -> Needs:
        """Return the events and the code."""
        return ((self.seen, self.code),)


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Days from the latest (or first) event until now; NaN if there was none."""

    seen: Seen
    first: bool = False

    def values(self, view: View) -> Numbers:
        """Return the days."""
        return view.days_since(self.seen, first=self.first)

    def needs(self) -> Needs:
        """Return the events."""
        return ((self.seen, None),)


@dataclass(frozen=True, slots=True)
class Share:
    """Which share of the events (or of another count) has the flag; NaN if there were none."""

    part: Seen
    whole: Seen

    def values(self, view: View) -> Numbers:
        """Return the shares."""
        whole = view.count(self.whole)
        return np.where(whole > 0, view.count(self.part) / np.maximum(whole, 1), np.nan)

    def needs(self) -> Needs:
        """Return both sets of events."""
        return ((self.part, None), (self.whole, None))


@dataclass(frozen=True, slots=True)
class Burst:
    """The last 30 days against the monthly average of the last 365; NaN if the year was empty."""

    month: Seen
    year: Seen

    def values(self, view: View) -> Numbers:
        """Return the ratios."""
        year = view.count(self.year)
        return np.where(year > 0, view.count(self.month) * (365 / 30) / np.maximum(year, 1), np.nan)

    def needs(self) -> Needs:
        """Return both windows."""
        return ((self.month, None), (self.year, None))


@dataclass(frozen=True, slots=True)
class PerPlace:
    """Persons invited against the places of the host establishment; NaN if its capacity is not known."""

    seen: Seen
    code: str

    def values(self, view: View) -> Numbers:
        """Return persons per place."""
        return view.distinct(self.seen, self.code) / np.maximum(view.cases.number("host_capacity"), 1)

    def needs(self) -> Needs:
        """Return the events and the code."""
        return ((self.seen, self.code),)


@dataclass(frozen=True, slots=True)
class Own:
    """A field of the case itself, or a difference of two."""

    field: str

    def values(self, view: View) -> Numbers:
        """Return the field as a number."""
        return OWN[self.field](view)

    def needs(self) -> Needs:
        """Nothing is swept."""
        return ()


@dataclass(frozen=True, slots=True)
class Stayed:
    """A number from the person's own stays."""

    what: str

    def values(self, view: View) -> Numbers:
        """Return the number."""
        return STAYED[self.what](view)

    def needs(self) -> Needs:
        """Nothing is swept."""
        return ()


@dataclass(frozen=True, slots=True)
class Ring:
    """A number about the component that the case belongs to."""

    what: str

    def values(self, view: View) -> Numbers:
        """Return the number."""
        return view.ring(self.what)

    def needs(self) -> Needs:
        """Nothing is swept."""
        return ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A number about applications with the same letter."""

    what: str

    def values(self, view: View) -> Numbers:
        """Return the number."""
        return getattr(view.letters, self.what).astype(np.float64)  # type: ignore[no-any-return]

    def needs(self) -> Needs:
        """Nothing is swept."""
        return ()


@dataclass(frozen=True, slots=True)
class Watched:
    """How many entries of the Trafficking in Persons Database, other than victims', match."""

    what: str

    def values(self, view: View) -> Numbers:
        """Return the counts."""
        return view.watch.counts(self.what)

    def needs(self) -> Needs:
        """Nothing is swept."""
        return ()
