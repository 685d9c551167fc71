"""Which time is today compared with, and which features grow only because records are kept longer?"""

from __future__ import annotations

from features.arrays import Bools, Ints
from features.catalogue import Catalogue
from features.catalogue.measures import DaysSince
from features.tables.times import DAY_US

REFERENCE_DAYS = 730
"""The last two years before the champion learned: earlier, fewer records had been kept."""
COLD_DAYS = 365
"""In their first year records contain hardly any history; it is left out where enough cases remain."""


def reference(as_of: Ints, learned_until_us: int, min_cases: int) -> Bools:
    """Mask of the reference cases of inputs and scores, bool[n].

    Parameters
    ----------
    as_of
        int64[n], microseconds UTC.
    learned_until_us
        Time of the champion's last training case.
    min_cases
        Cases that must remain for the first year to be left out.
    """
    recent = (as_of <= learned_until_us) & (as_of > learned_until_us - REFERENCE_DAYS * DAY_US)
    warm = recent & (as_of >= as_of.min() + COLD_DAYS * DAY_US)
    return warm if warm.sum() >= min_cases else recent


def growing(catalogue: Catalogue) -> frozenset[str]:
    """Features counted from the first event on record, which grow with the records and not with people or forms."""
    measures = ((feature.name, feature.measure) for feature in catalogue.features)
    return frozenset(name for name, measure in measures if isinstance(measure, DaysSince) and measure.first)
