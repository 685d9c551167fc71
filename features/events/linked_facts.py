"""Links between the tables of facts: the row that an id refers to, if it was known in time."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np

from features.arrays import Bools, Ints
from features.events.event_table import Events
from features.events.index import Index, values_at
from features.facts.recipes import code_of
from features.facts.table_facts import Facts
from features.tables.times import NULL_TIME

T = TypeVar("T")
SPONSOR_KEYS = (
    "guarantor", "guarantor_phone", "guarantor_address", "inviter", "inviter_phone", "agency", "host",
    "introducer", "introducer_phone", "stay_address", "stay_phone", "applicant_phone", "home_address", "parent",
)  # fmt: skip
"""Keys of an application under which later events of its applicant count."""
PHONES = ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone")
ADDRESSES = ("stay_address", "guarantor_address", "inviter_address")


class LinkedFacts(ABC):
    """Facts of the nine tables, with indexes that are built on first use and kept.

    Parameters
    ----------
    facts
        All nine tables, in any order of rows.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._cache: dict[tuple[str, ...], Any] = {}
        self._locks: defaultdict[tuple[str, ...], RLock] = defaultdict(RLock)

    @abstractmethod
    def events(self, name: str) -> Events:
        """Return events by name."""

    def once(self, key: tuple[str, ...], compute: Callable[[], T]) -> T:
        """Return a cached result; compute it on first use, in whichever thread."""
        if key not in self._cache:
            with self._locks[key]:
                if key not in self._cache:
                    self._cache[key] = compute()
        return self._cache[key]

    @cached_property
    def application_index(self) -> Index:
        """Applications by id."""
        return Index(self.facts["visa_applications"]["id"])

    @cached_property
    def landing_index(self) -> Index:
        """Landings by id."""
        return Index(self.facts["landings"]["id"])

    @cached_property
    def establishment_index(self) -> Index:
        """Establishments by id."""
        return Index(self.facts["establishments"]["id"])

    @cached_property
    def departure_index(self) -> Index:
        """Departures by the id of their landing."""
        return Index(self.facts["departures"]["landing"])

    @cached_property
    def application_of_landing(self) -> Ints:
        """int64[landings]: row of the application, -1 for none."""
        landings = self.facts["landings"]
        row = self.application_index.first(landings["application"])
        return known_by_then(self.facts["visa_applications"]["known_at"], row, landings["known_at"])

    def keys_of_landing(self, landing: Ints) -> tuple[dict[str, Ints], Ints, Ints]:
        """Return (keys of a landing and its application, when both were known, row of the application)."""
        landings, applications = self.facts["landings"], self.facts["visa_applications"]
        application = values_at(self.application_of_landing, landing, -1)
        keys = {name: values_at(applications[name], application) for name in SPONSOR_KEYS}
        for name in ("person", "passport", "biometric", "booking_phone"):
            keys[name] = values_at(landings[name], landing)
        own_stay = values_at(landings["stay_address"], landing)
        keys["stay_address"] = np.where(own_stay != 0, own_stay, keys["stay_address"])
        known = latest_of(
            values_at(landings["known_at"], landing, NULL_TIME),
            values_at(applications["known_at"], application, NULL_TIME),
        )
        return keys, known, application

    def landing_of(self, table: str) -> Ints:
        """Return the landing row of each record of a table, -1 where it was not known by then."""
        facts = self.facts[table]
        row = self.landing_index.first(facts["landing"])
        return known_by_then(self.facts["landings"]["known_at"], row, facts["known_at"])


def known_by_then(known_at: Ints, row: Ints, then: Ints) -> Ints:
    """Return the rows known at a time, -1 for the others.

    A link to a record that became known later is dropped for good. Whether such a record exists must not matter
    before it is known.
    """
    return np.where(values_at(known_at, row, 0) <= then, row, -1)


def latest_of(*times: Ints) -> Ints:
    """Return int64[n]: the latest of several times; a missing record adds nothing."""
    latest = times[0]
    for time in times[1:]:
        latest = np.maximum(latest, time)
    return latest


def is_any_of(column: Ints, name: str, *values: str) -> Bools:
    """Return bool[n]: whether a code is that of any of the values."""
    matches = np.zeros(len(column), dtype=bool)
    for value in values:
        matches |= column == code_of(name, value)
    return matches
