"""How does one model come about? Taught, grown and calibrated on what was known at one cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.matrix import FeatureMatrix
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.tree_text import parse_forest
from training.data.splits import Split
from training.fitting.calibrating import choose_calibration
from training.fitting.fit import Fitted, fit
from training.fitting.teaching import BACKGROUND, Part, Taught, taught
from training.statistics.intervals import InterviewError


class Grow(Protocol):
    """Grows trees as `training.fitting.fit.fit` does."""

    def __call__(
        self, values: NDArray[np.float64], part: Part, catalogue: Catalogue, *, seed: int, threads: int,
        tuned: Mapping[str, object] | None = None,
    ) -> Fitted:  # fmt: skip
        """Return the booster."""
        ...


@dataclass(frozen=True, slots=True)
class How:
    """The choices behind a model and its report.

    Seed, threads (which change nothing in it), whom it is taught with, tuned parameters; and how interviews err, if anybody
    declares it, which changes nothing in the model and what figures by labels are about.
    """

    seed: int = 1
    threads: int = 2
    scheme: str = BACKGROUND
    tuned: Mapping[str, object] | None = None
    error: InterviewError | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A model before it is signed: its text, its trees, its calibration and what kind that is."""

    fitted: Fitted
    forest: Forest
    calibration: Calibration
    calibration_kind: str
    taught: Taught

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return calibrated scores, float64[n] in (0, 1)."""
        return self.calibration.scores(raw_scores(self.forest, values))


def make(
    matrix: FeatureMatrix, split: Split, how: How, grow: Grow = fit, teaching: Taught | None = None
) -> Made:  # fmt: skip
    """Make a model from what a split lets it know; ``grow`` is another way to the same trees, on a cluster.

    Trees grown on the earlier cases are calibrated on the later ones. Then trees are grown in the same way on both, and
    keep that calibration: people found lately are too few, and tell too much of the rings of today, not to teach.
    ``teaching`` is what `taught` chose, where the matrix holds only such cases and it cannot be chosen from them again.
    """
    teaching = taught(split, matrix.as_of, how.scheme) if teaching is None else teaching

    def grown(part: Part) -> Fitted:
        return grow(matrix.values, part, matrix.catalogue, seed=how.seed, threads=how.threads, tuned=how.tuned)

    part = teaching.calibrate
    raw = raw_scores(parse_forest(grown(teaching.fit).text, matrix.catalogue.names), matrix.values[part.rows])
    kind, calibration = choose_calibration(raw, part.positive, part.weight)
    fitted = grown(teaching.whole)
    return Made(fitted, parse_forest(fitted.text, matrix.catalogue.names), calibration, kind, teaching)
