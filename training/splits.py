"""Which cases teach and which judge? Earlier ones teach, later ones judge, with a gap as long as labels take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAY_US = 86_400_000_000
LEAST_POSITIVE, LEAST_NEGATIVE = 5, 10


class TooFewLabels(Exception):
    """Raised when there is not enough to learn from; says how much there is and how much is needed."""


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of three parts in order of time.

    Attributes
    ----------
    fit, calibrate, test
        int64 rows; between two parts lie ``gap_days`` without rows.
    shared
        Whether calibration and test are one part because positives are few; then figures flatter and say so.
    """

    fit: NDArray[np.int64]
    calibrate: NDArray[np.int64]
    test: NDArray[np.int64]
    gap_days: float
    shared: bool


def split_by_time(as_of: NDArray[np.int64], positive: NDArray[np.float64], gap_us: int) -> Split:
    """Split labelled rows 60 : 20 : 20 by time.

    Parameters
    ----------
    as_of
        int64[n].
    positive
        float64[n], NaN for unlabelled.
    gap_us
        How long labels take; no case of one part is younger than that when the next part begins.
    """
    rows = np.flatnonzero(~np.isnan(positive))
    rows = rows[np.argsort(as_of[rows], kind="stable")]
    yes = int(positive[rows].sum())
    no = len(rows) - yes
    if yes < 2 * LEAST_POSITIVE or no < 2 * LEAST_NEGATIVE:
        raise TooFewLabels(
            f"{yes} positive and {no} negative findings; at least {2 * LEAST_POSITIVE} and {2 * LEAST_NEGATIVE} are needed"
        )
    gap = gap_us
    parts = _parts(rows, as_of, (0.6, 0.8), gap)
    if all(_enough(positive[part]) for part in parts):
        return Split(parts[0], parts[1], parts[2], gap / DAY_US, shared=False)
    for cut in (0.7, 0.6, 0.5):
        first, second = _parts(rows, as_of, (cut,), gap)
        if _enough(positive[first]) and _enough(positive[second]):
            return Split(first, second, second, gap / DAY_US, shared=True)
    raise TooFewLabels(
        f"{yes} positive findings, too unevenly spread over time: the earlier and the later part each need "
        f"{LEAST_POSITIVE} positive and {LEAST_NEGATIVE} negative ones"
    )


def _parts(
    rows: NDArray[np.int64], as_of: NDArray[np.int64], cuts: tuple[float, ...], gap: int
) -> list[NDArray[np.int64]]:
    bounds = [int(len(rows) * cut) for cut in cuts]
    parts = np.split(rows, bounds)
    kept = []
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if following is not None and len(following):
            part = part[as_of[part] < as_of[following[0]] - gap]  # noqa: PLW2901
        kept.append(part)
    return kept


def _enough(positive: NDArray[np.float64]) -> bool:
    yes = int(positive.sum())
    return yes >= LEAST_POSITIVE and len(positive) - yes >= LEAST_NEGATIVE
