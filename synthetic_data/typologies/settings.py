"""Which statuses, years and establishments does each typology, and each of its look-alikes, live in?"""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.volumes import END, NEW_STATUSES, START, Status, day
from synthetic_data.geography.establishments import ADULT, BAR, BUILDING, CARE, FACTORY, FARM, OTHER_INDUSTRY, SCHOOL

# typology: shares of all exploited, widened to men, labour and children, and such that in the enriched world each route is as
# frequent among the exploited as among all: else which status is sought, and so which fields are empty, would tell them apart
SHARES = {
    1: 0.055,
    2: 0.115,
    3: 0.024,
    4: 0.024,
    5: 0.075,
    6: 0.11,
    7: 0.115,
    8: 0.13,
    9: 0.09,
    10: 0.03,
    11: 0.09,
    12: 0.142,
}
# as they would be if detection were blind: of 42 victims of 2007, 24 were entertainers and 6 on a short stay; of 16 of 2012, 9 spouses
SHARES_IN_LIFE = {
    1: 0.18,
    2: 0.05,
    3: 0.03,
    4: 0.02,
    5: 0.45,
    6: 0.06,
    7: 0.03,
    8: 0.02,
    9: 0.03,
    10: 0.09,
    11: 0.02,
    12: 0.02,
}
_STATUSES: dict[int, tuple[tuple[int, float], ...]] = {
    1: ((Status.SPOUSE, 1.0),), 2: ((Status.VISITOR, 0.85), (Status.SPOUSE, 0.07), (Status.DEPENDENT, 0.08)), 3: ((Status.LONG_TERM, 0.4), (Status.VISITOR, 0.6)),
    4: ((Status.LONG_TERM, 0.4), (Status.VISITOR, 0.6)), 5: ((Status.ENTERTAINER, 1.0),), 6: ((Status.VISITOR, 0.92), (Status.DEPENDENT, 0.08)),
    7: ((Status.TRAINEE, 0.72), (Status.STUDENT, 0.28)), 8: ((Status.VISITOR, 1.0),), 9: ((Status.VISITOR, 0.66), (Status.STUDENT, 0.16), (Status.ENGINEER, 0.18)),
    10: ((Status.SPOUSE, 1.0),), 11: ((Status.COOK, 0.18), (Status.VISITOR, 0.5), (Status.DESIGNATED, 0.12), (Status.TRAINEE, 0.2)),
    12: ((Status.VISITOR, 0.68), (Status.SPOUSE, 0.05), (Status.STUDENT, 0.12), (Status.ENTERTAINER, 0.05), (Status.DEPENDENT, 0.05), (Status.LONG_TERM, 0.05)),
}  # fmt: skip
_INDUSTRIES: dict[int, tuple[int, ...]] = {
    3: (CARE, BAR, ADULT, FACTORY), 4: (BAR, FACTORY, OTHER_INDUSTRY), 5: (ADULT, ADULT, BAR), 6: (ADULT, BAR, OTHER_INDUSTRY),
    7: (FACTORY, FACTORY, FARM, BUILDING), 8: (OTHER_INDUSTRY,), 9: (FACTORY, BAR, SCHOOL), 11: (BAR, BUILDING, FACTORY),
}  # fmt: skip


def draw_statuses(rng: np.random.Generator, typology: int, days: Ints) -> Ints:
    """Return int64[n]: the statuses that people of a neighbourhood seek; trainees become interns in July 2010."""
    choices = _STATUSES[typology]
    status = rng.choice([status for status, _ in choices], len(days), p=[share for _, share in choices])
    return np.where((status == Status.TRAINEE) & (days >= NEW_STATUSES), Status.INTERN, status)


def route_of(typology: int) -> int | None:
    """Return the status whose volume over the years a typology's people follow; none where there is no such tide."""
    return Status.ENTERTAINER if typology == 5 else None


def draw_industries(rng: np.random.Generator, typology: int, k: int) -> Ints:
    """Return int64[k]: the industries of the establishments around which groups of a neighbourhood form."""
    return rng.choice(_INDUSTRIES.get(typology, (ADULT, BAR)), k).astype(np.int64)


def yearly_weights(typology: int, absent: int) -> Floats:
    """Return float64[10]: in which years groups begin; displaced from the stage into marriage after 2005.

    Parameters
    ----------
    absent
        A typology that appears only in the last two years, 0 for none.
    """
    weights = np.array([1.3, 1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 0.8, 0.3])
    if typology == 5:
        weights = np.array([3.0, 2.6, 0.8, 0.4, 0.35, 0.35, 0.3, 0.3, 0.2, 0.1])
    elif typology in {1, 10}:
        weights = np.array([1.1, 0.6, 1.4, 1.6, 1.4, 1.1, 0.8, 0.7, 0.5, 0.2])
    elif typology in {3, 4}:
        weights = np.array([0.8, 0.5, 0.5, 0.5, 0.5, 0.8, 1.3, 1.0, 0.7, 0.2])
    if typology == absent:
        weights = np.array([0.0] * 8 + [1.0, 0.2])
    return weights / weights.sum()


def draw_spans(rng: np.random.Generator, weights: Floats, months: tuple[float, float], k: int) -> tuple[Ints, Ints]:
    """Return the days on which k groups begin and end."""
    year = rng.choice(10, k, p=weights)
    # some were at work before the ten years begin
    start = np.array([day(2003 + number) for number in range(10)])[year] + rng.integers(0, 365, k) - 200
    start = np.where(year >= 8, start + 200, start)
    end = start + (rng.uniform(months[0], months[1], k) * 30.4).astype(np.int64)
    start = np.clip(start, START, END - 120)
    return start, np.clip(end, start + 60, END)
