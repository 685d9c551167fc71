"""Was the random sample drawn among all files or among unflagged files? The declaration against the records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from features.arrays import Bools, Ints
from training.labels.labels import ALL_FILES, TARGETED, UNFLAGGED_FILES, Labels
from training.statistics.intervals import weighted_share_bounds

AGREES, CONTRADICTED, UNDECIDED = "agrees", "contradicted", "undecided"
CHANCE = 0.001
"""False-alarm rate of a contradiction."""
MIN_EXPECTED = 10.0
"""With fewer cases expected to be both sampled and targeted, an overlap of 0 is no evidence."""


@dataclass(frozen=True, slots=True)
class SampleFrameCheck:
    """The declared frame against the records.

    Attributes
    ----------
    drawn, also_targeted
        Randomly sampled cases, and those of them that officers targeted as well.
    expected
        Expected overlap if officers targeted sampled cases as often as others.
    verdict
        ``agrees``, ``contradicted``, or ``undecided`` where the records fit either frame.
    """

    sample_frame: str
    drawn: int
    also_targeted: int
    expected: float
    verdict: str
    summary: str


def check_sample_frame(labels: Labels, as_of: Ints) -> SampleFrameCheck:
    """Compare the declared frame with the cases since sampling began.

    Officers who choose among all files also choose sampled cases, in about the same share; among unflagged files there is
    no overlap. And a sample of all files represents the positives of officers too, so it cannot estimate fewer.
    """
    sample = labels.in_random_sample
    if not sample.any():
        return SampleFrameCheck(labels.sample_frame, 0, 0, 0.0, UNDECIDED, "0 cases were sampled with a probability.")
    since = as_of >= as_of[sample].min()
    targeted = since & (labels.arm == TARGETED)
    number, both, others = int(sample.sum()), int((sample & targeted).sum()), int((since & ~sample).sum())
    expected = number * int((targeted & ~sample).sum()) / max(others, 1)
    overlap = f"Of {number:,} sampled cases {both:,} were also targeted; {expected:,.0f} would be if officers chose among all files."

    def check(verdict: str, summary: str = overlap) -> SampleFrameCheck:
        return SampleFrameCheck(labels.sample_frame, number, both, expected, verdict, summary)

    if labels.sample_frame == UNFLAGGED_FILES:
        contradicted = both > max(2.0, 0.01 * number)  # clerical slips contradict nothing
        advice = f"{overlap} Targeted files were sampled: declare --random-sample-frame {ALL_FILES}."
        return check(CONTRADICTED, advice) if contradicted else check(AGREES)
    upper, theirs = _upper_positives(labels, sample, int(since.sum())), int(np.nansum(labels.finding[targeted]))
    advice = f"declare --random-sample-frame {UNFLAGGED_FILES}."
    if theirs > upper:
        summary = f"Officers recorded indications in {theirs:,} people, the random sample estimates at most {upper:,.0f}: {advice}"
        return check(CONTRADICTED, summary)
    if both and stats.poisson.cdf(both, expected) < CHANCE:
        return check(CONTRADICTED, f"{overlap} Most targeted files were left out of the sample: {advice}")
    if both or expected < MIN_EXPECTED:
        return check(AGREES if both else UNDECIDED)
    return check(
        UNDECIDED,
        f"{overlap} That fits a sample of all files only if sampled files are removed before officers choose, as in the "
        f"synthetic worlds. Otherwise every figure by labels is wrong: {advice}",
    )


def _upper_positives(labels: Labels, sample: Bools, number: int) -> float:
    """Upper bound of the number of people with indications by the random sample."""
    clear = sample & ~np.isnan(labels.finding)
    if not clear.any():
        return float(number)
    weight = 1.0 / labels.inclusion_probability[clear]
    return number * weighted_share_bounds(labels.finding[clear], weight, level=1 - 2 * CHANCE)[1]
