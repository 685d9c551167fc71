"""Was the lot drawn as declared, among all files or among unflagged ones? What the records say for and against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.data.labels import ALL_FILES, UNFLAGGED_FILES, Labels
from training.data.selection import TARGETED, has_probability
from training.statistics.intervals import weighted_share_bounds

AGREES, CONTRADICTED, NOT_TOLD = "agrees", "contradicted", "not told"
CHANCE = 0.001
"""Of a contradiction where there is none; one report in a thousand may be wrong about it."""
LEAST_EXPECTED = 10.0
"""With fewer cases expected to be both drawn and chosen, none at all says little."""


@dataclass(frozen=True, slots=True)
class LotCheck:
    """How a declaration stands against the records.

    Attributes
    ----------
    drawn, also_chosen
        Cases drawn by lot, and those of them with an interview of the officers' choice as well.
    expected
        How many these would be if officers chose among all files, drawn or not, as often as among the others.
    verdict
        ``agrees``, ``contradicted``, or ``not told`` where the records fit either declaration.
    """

    lot: str
    drawn: int
    also_chosen: int
    expected: float
    verdict: str
    words: str


def check_lot(labels: Labels, as_of: NDArray[np.int64]) -> LotCheck:
    """Compare the declared lot, ``labels.lot``, with the cases since it was first drawn.

    Two things can be seen. Officers who choose among all files choose some of the drawn ones, too, in about the share that they
    choose elsewhere; among unflagged files there are none such. And a lot of all files stands for those whom officers
    found as well, so it cannot speak of fewer people than these.
    """
    drawn = has_probability(labels)
    if not drawn.any():
        return LotCheck(labels.lot, 0, 0, 0.0, NOT_TOLD, "No case was drawn by lot with a recorded probability.")
    since = as_of >= as_of[drawn].min()
    chosen = since & (labels.arm == TARGETED)
    number, both = int(drawn.sum()), int((drawn & chosen).sum())
    others = int((since & ~drawn).sum())
    expected = number * int((chosen & ~drawn).sum()) / max(others, 1)
    counted = f"Of {number:,} drawn cases {both:,} were also chosen by officers; {expected:,.0f} would be if officers chose among all."
    if labels.lot == UNFLAGGED_FILES:
        # a slip of the pen or two contradicts nothing
        wrong = both > max(2.0, 0.01 * number)
        words = (
            f"{counted} So the lot did not leave out whom officers had chosen: declare --lot {ALL_FILES}."
            if wrong
            else counted
        )
        return LotCheck(labels.lot, number, both, expected, CONTRADICTED if wrong else AGREES, words)
    most, theirs = _most_people(labels, drawn, int(since.sum())), int(np.nansum(labels.told[chosen]))
    if theirs > most:
        words = f"Officers found indications in {theirs:,} people, the lot speaks of {most:,.0f} at most: it was not drawn among all files; declare --lot {UNFLAGGED_FILES}."
        return LotCheck(labels.lot, number, both, expected, CONTRADICTED, words)
    if both and stats.poisson.cdf(both, expected) < CHANCE:
        words = (
            f"{counted} So most of whom officers had chosen were left out of the lot: declare --lot {UNFLAGGED_FILES}."
        )
        return LotCheck(labels.lot, number, both, expected, CONTRADICTED, words)
    if both or expected < LEAST_EXPECTED:
        return LotCheck(labels.lot, number, both, expected, AGREES if both else NOT_TOLD, counted)
    return LotCheck(
        labels.lot, number, both, expected, NOT_TOLD,
        f"{counted} That fits a lot of all files only if drawn files are taken out before officers choose, as in the synthetic "
        f"worlds. If it was drawn among the files that officers had left, every figure by labels here is wrong: declare --lot {UNFLAGGED_FILES}.",
    )  # fmt: skip


def _most_people(labels: Labels, drawn: NDArray[np.bool_], number: int) -> float:
    """Return of how many people with indications the lot may speak, at most."""
    told = drawn & ~np.isnan(labels.told)
    if not told.any():
        return float(number)
    return number * weighted_share_bounds(labels.told[told], 1.0 / labels.inclusion[told], level=1 - 2 * CHANCE)[1]
