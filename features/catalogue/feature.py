"""What is a feature? A name, a meaning, words for people, and a measure that any history can be asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from features.windows.view import Plan, Seen, View, plan_of

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Japanese and in English."""

    ja: str
    en: str


class Measure(Protocol):
    """A number for each case, and the events that it was counted from."""

    def values(self, view: View) -> Numbers:
        """Return float64[n]."""
        ...

    def needs(self) -> tuple[tuple[Seen, str | None], ...]:
        """Return what must be swept for it: events, and the code that is counted distinctly, if any."""
        ...


@dataclass(frozen=True, slots=True)
class Feature:
    """One entry of the catalogue.

    Attributes
    ----------
    name
        Ends in the unit.
    family
        Which part of the domain it belongs to; see `features.catalogue.wording.FAMILIES`.
    unit
        count, days, share, ratio, yen, years or flag.
    meaning, reason, question
        What it counts; how an officer reads it (``{value}`` stands for the value); what may be asked in an interview.
    unseen
        The value when nothing was seen; NaN for "no answer".
    monotone
        1 if a larger value may never lower the score, -1 if it may never raise it, 0 if free.
    """

    name: str
    family: str
    unit: str
    meaning: Text
    reason: Text
    question: Text
    unseen: float
    monotone: int
    measure: Measure


class Catalogue:
    """The ordered features of one subject: the contract between history, model and reader."""

    def __init__(self, subject: str, features: tuple[Feature, ...]) -> None:
        self.subject = subject
        self.features = features
        self._by_name = {feature.name: feature for feature in features}
        if len(self._by_name) != len(features):
            raise ValueError("two features have the same name")

    def by_name(self, name: str) -> Feature:
        """Return a feature by name; raises `KeyError` if there is none."""
        return self._by_name[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def monotone(self) -> tuple[int, ...]:
        """All monotone constraints, in order."""
        return tuple(feature.monotone for feature in self.features)

    @cached_property
    def plans(self) -> dict[tuple[str, str, str], Plan]:
        """What has to be swept for the whole catalogue."""
        return plan_of(need for feature in self.features for need in feature.measure.needs())

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over everything that gives a feature its value: order, names, measures, constraints."""
        lines = [
            f"{feature.name}|{feature.measure!r}|{feature.unseen!r}|{feature.monotone}" for feature in self.features
        ]
        return hashlib.sha256("\n".join([self.subject, *lines]).encode()).hexdigest()
