"""Empty fields of forms: they depend on who filled the form, not on its subject."""

from __future__ import annotations

import numpy as np

from features.arrays import Bools, Floats, Ints

# applicant, accredited agency, sponsor, other: agencies leave least empty, those who file for others most
_BY_LODGER = np.array([1.15, 0.55, 1.1, 1.6])
# what sponsors do not know of the applicant, and applicants not of the sponsor
_APPLICANT_FIELDS = np.array([0.6, 0.8, 1.9, 1.5])
_SPONSOR_FIELDS = np.array([1.5, 0.8, 0.4, 1.2])


class EmptyFields:
    """Draws, field by field, which forms left it empty."""

    __slots__ = ("_hasty", "_lodged", "_rng", "_share")

    def __init__(self, rng: np.random.Generator, lodged: Ints, share: float) -> None:
        self._rng, self._lodged, self._share = rng, lodged, share
        # some people leave much empty
        self._hasty: Floats = rng.gamma(2.0, 0.5, len(lodged))

    def filled(self, about: str, factor: float = 1.0) -> Bools:
        """Return bool[n]: whether a field about the ``applicant``, the ``sponsor`` or the ``stay`` was filled."""
        by = {"applicant": _APPLICANT_FIELDS, "sponsor": _SPONSOR_FIELDS}.get(about, np.ones(4))
        empty = self._share * factor * _BY_LODGER[self._lodged] * by[self._lodged] * self._hasty
        return self._rng.random(len(self._lodged)) >= np.minimum(empty, 0.9)
