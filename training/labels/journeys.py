"""What is known about a journey? Outcomes of an application carried to its landings, and of a landing to its application."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from features.arrays import Ints, Objects
from features.tables.folder import Records
from training.labels.labels import ARMS, Outcomes
from training.labels.outcomes import case_outcomes

_CARRIED = ARMS.index("later_identification")
"""Carried outcomes were not sampled for the case that they are carried to: like later identifications they weigh nothing in estimates."""


def with_journeys(outcomes: Outcomes, records: Records, subject: str, subject_ids: list[str]) -> Outcomes:
    """Return the outcomes of cases with those of the same journey, as known at the same times.

    Parameters
    ----------
    subject_ids
        Ids of the cases, in the order of ``outcomes.as_of``.
    """
    row, other_ids = _pairs(records, subject, subject_ids)
    other = "entry" if subject == "visa" else "visa"
    # an outcome of the other record is an outcome of every case of its journey
    numbers, names = pd.factorize(other_ids)
    theirs = case_outcomes(
        records["outcomes"], other, list(names), np.zeros(len(names), dtype=np.int64), outcomes.sample_frame
    )
    order = np.argsort(numbers, kind="stable")
    begin = np.searchsorted(numbers[order], theirs.row, side="left")
    size = np.searchsorted(numbers[order], theirs.row, side="right") - begin
    source = np.repeat(np.arange(len(theirs.row)), size)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(size) - size, size)
    target = row[order[begin[source] + offset]]
    confirmed = np.ones(len(theirs.row), dtype=bool) if theirs.confirmed is None else theirs.confirmed
    own = np.ones(len(outcomes.row), dtype=bool) if outcomes.confirmed is None else outcomes.confirmed
    return replace(
        outcomes,
        row=np.concatenate([outcomes.row, target]),
        known_at=np.concatenate([outcomes.known_at, theirs.known_at[source]]),
        value=np.concatenate([outcomes.value, theirs.value[source]]),
        arm=np.concatenate([outcomes.arm, np.full(len(target), _CARRIED)]),
        inclusion_probability=np.concatenate([outcomes.inclusion_probability, np.full(len(target), np.nan)]),
        typology=np.concatenate([outcomes.typology, theirs.typology[source]]),
        confirmed=np.concatenate([own, confirmed[source]]),
        carried=np.concatenate([np.zeros(len(outcomes.row), dtype=bool), np.ones(len(target), dtype=bool)]),
    )


def _pairs(records: Records, subject: str, subject_ids: list[str]) -> tuple[Ints, Objects]:
    """Rows of cases and ids of the other record of the same journey, one pair for each landing with a visa."""
    landings = (
        records["landings"].select(["landing_id", "application_id"]).to_pandas().dropna(subset=["application_id"])
    )
    own, other = ("application_id", "landing_id") if subject == "visa" else ("landing_id", "application_id")
    row = pd.Index(subject_ids).get_indexer(landings[own])
    kept = row >= 0
    return row[kept].astype(np.int64), landings[other].to_numpy(dtype=object)[kept]
