"""Neighbourhood of a typology and of its look-alikes: the statuses, industries and times that they share."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Ints
from synthetic_data.filing.volumes import END, NEW_STATUSES, START, Status, day
from synthetic_data.typologies.table import TABLE


def draw_statuses(rng: np.random.Generator, typology: int, days: Ints) -> Ints:
    """Return int64[n]: the statuses that people of a neighbourhood seek; trainees become interns in July 2010."""
    choices = TABLE[typology].statuses
    status = rng.choice([status for status, _ in choices], len(days), p=[share for _, share in choices])
    return np.where((status == Status.TRAINEE) & (days >= NEW_STATUSES), Status.INTERN, status)


def draw_industries(rng: np.random.Generator, typology: int, k: int) -> Ints:
    """Return int64[k]: the industries of the establishments around which groups of a neighbourhood form."""
    return rng.choice(TABLE[typology].industries, k).astype(np.int64)


def yearly_weights(typology: int, absent: int) -> Floats:
    """Return float64[10]: in which years groups begin; displaced from the stage into marriage after 2005.

    Parameters
    ----------
    absent
        A typology that appears only in the last two years, 0 for none.
    """
    weights = np.array(TABLE[typology].years)
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
