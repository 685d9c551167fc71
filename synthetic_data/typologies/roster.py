"""All rings of a district in one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints
from synthetic_data.typologies.groups import Groups


@dataclass(slots=True)
class Rings:
    """r rings as arrays.

    Attributes
    ----------
    broker, phone, dormitory, party
        Keys of who runs each, of a phone, of where people are housed, of joint journeys.
    club
        The establishment.
    start, end
        Days between which it places people.
    """

    typology: Ints
    broker: Ints
    phone: Ints
    dormitory: Ints
    party: Ints
    club: Ints
    start: Ints
    end: Ints


def enrol(typologies: Sequence[int], groups: Sequence[Groups]) -> Rings:
    """List the rings of each typology, in order."""
    number = [np.full(len(g), typology, dtype=np.int64) for typology, g in zip(typologies, groups, strict=True)]
    names = ("guarantors", "phones", "dormitory", "party", "club", "start", "end")
    return Rings(np.concatenate(number), *(np.concatenate([getattr(g, name) for g in groups]) for name in names))
