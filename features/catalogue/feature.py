"""Feature: a name, texts for people, and a measure that any history can answer."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Ints
from features.catalogue.findings import FINDING_OF_FEATURE
from features.catalogue.measures import Measure
from features.kernel.query import Plan, SweepKey, plans_of
from features.languages import LANGUAGES


class Text(dict[str, str]):
    """Sentence or label by language code; ``.ja`` and ``.en`` read the two that pages show."""

    def __init__(self, *words: str, **by_language: str) -> None:
        super().__init__(dict(zip(LANGUAGES, words, strict=False)) | by_language)

    @property
    def ja(self) -> str:
        """Japanese."""
        return self["ja"]

    @property
    def en(self) -> str:
        """English."""
        return self["en"]


@dataclass(frozen=True, slots=True)
class Feature:
    """Entry of the catalogue.

    Attributes
    ----------
    name
        Ends in the unit: count, days, share, ratio, yen or flag.
    family
        Part of the domain; a key of ``catalogue.questions`` in the language files.
    meaning, reason
        What it counts; the sentence for officers, with ``{value}`` for the value.
    monotone
        1 if a larger value may never lower the score, -1 if it may never raise it, 0 if free.
    """

    name: str
    family: str
    meaning: Text
    reason: Text
    question: Text
    monotone: int
    measure: Measure

    @property
    def unit(self) -> str:
        """Unit of the values."""
        return self.name.rpartition("_")[2]

    @property
    def unseen(self) -> float:
        """Value without any history."""
        return self.measure.unseen


class Catalogue:
    """Ordered features of a subject: the contract between history, model and reader."""

    def __init__(self, subject: str, features: tuple[Feature, ...]) -> None:
        self.subject = subject
        self.features = features
        self._by_name = {feature.name: feature for feature in features}
        if len(self._by_name) != len(features):
            raise ValueError("two features have the same name")

    def by_name(self, name: str) -> Feature:
        """Return a feature by name; raises `KeyError` for an unknown name."""
        return self._by_name[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def monotone(self) -> tuple[int, ...]:
        """All monotone constraints, in order."""
        return tuple(feature.monotone for feature in self.features)

    def edition(self, names: Sequence[str]) -> "Catalogue":
        """Return the catalogue with these features in this order, as an earlier model reads it; `KeyError` for an unknown name."""
        return self if tuple(names) == self.names else Catalogue(self.subject, tuple(map(self.by_name, names)))

    @cached_property
    def plans(self) -> dict[SweepKey, Plan]:
        """Sweeps of the whole catalogue."""
        return plans_of(need for feature in self.features for need in feature.measure.needs())

    @cached_property
    def explainable(self) -> Ints:
        """Columns that a model may split on, int64: features of a finding, and the flags of the status as context."""
        of_status = re.compile(r"is_\w+_flag")
        kept = [name in FINDING_OF_FEATURE or of_status.fullmatch(name) is not None for name in self.names]
        return np.flatnonzero(kept)

    @cached_property
    def sha256(self) -> str:
        """Hash of everything that determines the values: order, names, specifications, constraints."""
        lines = [
            f"{feature.name}|{feature.measure.specification()}|{feature.unseen!r}|{feature.monotone}"
            for feature in self.features
        ]
        return hashlib.sha256("\n".join([self.subject, *lines]).encode()).hexdigest()


def in_order(first: Sequence[str], features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Return the features: those named first, then the others as they are given; raises `KeyError` for an unknown name."""
    by_name = {feature.name: feature for feature in features}
    leading = [by_name[name] for name in first]
    return (*leading, *(feature for feature in features if feature.name not in first))
