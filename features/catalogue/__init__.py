"""The catalogue: what each feature means, in which words it is shown, and in which order a model reads it."""

from __future__ import annotations

from typing import Literal

from features.catalogue.entry import ENTRY
from features.catalogue.feature import Catalogue, Feature, Text
from features.catalogue.visa import VISA

Subject = Literal["visa", "entry"]


def catalogue(subject: str) -> Catalogue:
    """Return the catalogue of ``visa`` or ``entry``; raises `KeyError` for another subject."""
    return {"visa": VISA, "entry": ENTRY}[subject]


__all__ = ["Catalogue", "Feature", "Subject", "Text", "catalogue"]
