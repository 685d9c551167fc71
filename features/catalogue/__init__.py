"""Catalogue: what each feature means, its sentences, and the order in which a model reads it."""

from typing import Literal

from features.catalogue.entry import ENTRY
from features.catalogue.feature import Catalogue, Feature, Text
from features.catalogue.visa import VISA

Subject = Literal["visa", "entry"]


def catalogue(subject: str) -> Catalogue:
    """Return the catalogue of ``visa`` or ``entry``; raises `KeyError` for another subject."""
    return {"visa": VISA, "entry": ENTRY}[subject]


__all__ = ["Catalogue", "Feature", "Subject", "Text", "catalogue"]
