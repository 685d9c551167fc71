"""Which time is today compared with, and which features grow only because records are kept longer?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.catalogue.measures import DaysSince

DAY_US = 86_400_000_000
REFERENCE_DAYS = 730
"""Inputs and scores are compared with the last two years that the champion learned from: before them fewer records had been kept."""
COLD_DAYS = 365
"""In the first year of the records hardly anybody has a history; it is left out where enough cases remain without it."""


def reference(as_of: NDArray[np.int64], learned_until_us: int, least: int) -> NDArray[np.bool_]:
    """Return bool[n]: the cases of the time that today's inputs and scores are compared with.

    Parameters
    ----------
    as_of
        int64[n], microseconds UTC.
    learned_until_us
        Time of the last case that the champion learned from.
    least
        How many cases must remain for the first year to be left out.
    """
    recent = (as_of <= learned_until_us) & (as_of > learned_until_us - REFERENCE_DAYS * DAY_US)
    warm = recent & (as_of >= as_of.min() + COLD_DAYS * DAY_US)
    return warm if warm.sum() >= least else recent


def growing(catalogue: Catalogue) -> frozenset[str]:
    """Return the names of the features that count from the first event on record: of the same keys they grow day by day.

    How far they stand from an earlier time says how long records have been kept, not that people or forms have changed.
    """
    return frozenset(one.name for one in catalogue.features if isinstance(one.measure, DaysSince) and one.measure.first)
