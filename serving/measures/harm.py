"""Do people who were called in and found without indications fare worse than comparable people whom chance called in?

Both were interviewed and shown to need nothing. The others were drawn from whom the score left, and count as many times as
people called in of the same post and status: what differs between the two is the flag.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from serving.measures.disparities import SMALLEST_GROUP, share_interval

MEASURES = ("waited", "again", "not_landed")
"""Waited long for the interview; was interviewed again; did not land with the visa."""

Bounds = tuple[float, float, float]
"""Share with a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person without indications; a measure is None where it cannot be known yet."""

    is_flagged: bool
    stratum: str
    measures: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class HarmFigure:
    """Share of the flagged, and of comparable people; None for too few.

    Attributes
    ----------
    people, compared_people
        Flagged people who can be compared, and whom they are compared with.
    """

    measure: str
    people: int
    compared_people: int
    flagged: Bounds | None
    compared: Bounds | None

    @property
    def is_worse(self) -> bool:
        """Whether the flagged fare worse: the lower bound lies above the others' upper bound."""
        return self.flagged is not None and self.compared is not None and self.flagged[1] > self.compared[2]


def harm_figures(people: Sequence[Person]) -> list[HarmFigure]:
    """Return the figures of each measure."""
    return [
        _figure(measure, [person for person in people if person.measures[measure] is not None]) for measure in MEASURES
    ]


def _figure(measure: str, people: Sequence[Person]) -> HarmFigure:
    counts = {flag: Counter(person.stratum for person in people if person.is_flagged is flag) for flag in (True, False)}
    shared = counts[True].keys() & counts[False].keys()
    kept = [person for person in people if person.stratum in shared]
    flagged = [person for person in kept if person.is_flagged]
    others = [person for person in kept if not person.is_flagged]
    weights = [counts[True][person.stratum] / counts[False][person.stratum] for person in others]
    return HarmFigure(
        measure, len(flagged), len(others), _share(measure, flagged, [1.0] * len(flagged)), _share(measure, others, weights)
    )  # fmt: skip


def _share(measure: str, people: Sequence[Person], weights: Sequence[float]) -> Bounds | None:
    if len(people) < SMALLEST_GROUP:
        return None
    return share_interval(np.array([bool(person.measures[measure]) for person in people]), np.array(weights))
