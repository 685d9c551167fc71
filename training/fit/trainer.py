"""How does a model come from a split? Training rows, trees and calibration of what was known at its cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from features.arrays import Floats
from features.catalogue import Catalogue
from features.matrix import FeatureMatrix
from models.calibration import Calibration
from models.forest import raw_scores
from models.scorer import Scorer
from models.tree_text import parse_forest
from training.fit.calibration_choice import choose_calibration, prevalence_after
from training.fit.columns import gain_factors
from training.fit.missing_values import missing_without_sign, without_missing
from training.fit.prior_trees import Prior, load_prior
from training.fit.prior_weights import choose_weights
from training.fit.tree_sum import tree_sum
from training.fit.trees import FittedTrees, fit_trees
from training.labels.splits import Split
from training.sampling.schemes import BACKGROUND, TrainingRows, TrainingSample, training_sample
from training.statistics.calibration_slope import intercept_for_share
from training.statistics.intervals import InterviewError


class Trainer(Protocol):
    """Fits trees as `training.fit.trees.fit_trees` does."""

    def __call__(
        self, values: Floats, part: TrainingRows, catalogue: Catalogue, *, seed: int, threads: int,
        tuned: Mapping[str, object] | None = None,
    ) -> FittedTrees:  # fmt: skip
        """Fitted trees of a part."""
        ...


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Choices behind a model and its report.

    ``prior`` adds the trees of `training.prior` and trains on explained features only; without ``labels`` these trees are the
    whole model; ``threads`` does not change the model;
    ``error``, the declared error rates of interviews, changes only the meaning of figures by labels.
    """

    seed: int = 1
    threads: int = 2
    scheme: str = BACKGROUND
    tuned: Mapping[str, object] | None = None
    error: InterviewError | None = None
    prior: bool = False
    labels: bool = True


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model before it is signed.

    ``fitted`` has the text of all trees, and the number and parameters of those of the labels; ``prior`` is as weighted in
    them, None where it has none of them.
    """

    fitted: FittedTrees
    scorer: Scorer
    calibration_kind: str
    sample: TrainingSample
    prior: Prior | None = None
    prior_weight: float = 0.0
    label_weight: float = 1.0

    def scores(self, values: Floats) -> Floats:
        """Calibrated scores in (0, 1), float64[n]."""
        return self.scorer.scores(values)

    def raw_parts(self, values: Floats) -> tuple[Floats, Floats]:
        """Raw scores by the trees of the prior and by those of the labels, float64[n] each; they add up to the model's."""
        prior = np.zeros(len(values)) if self.prior is None else raw_scores(self.prior.forest, values)
        return prior, self.scorer.raw_scores(values) - prior


def train_model(
    matrix: FeatureMatrix, split: Split, config: TrainingConfig, trainer: Trainer = fit_trees,
    sample: TrainingSample | None = None,
) -> TrainedModel:  # fmt: skip
    """Train a model on what was known at a cut-off.

    Trees fitted on the earlier cases are calibrated on the later ones; then trees are fitted on both and keep that
    calibration, because recent positives are few and show the rings of today. ``sample`` is given where the matrix contains
    its cases alone.
    """
    sample = training_sample(split, matrix.as_of, config.scheme) if sample is None else sample
    prior = load_prior(matrix.catalogue) if config.prior else None
    if prior is not None and split.prior_alone:
        return _prior_alone(matrix, prior, sample)
    factors = gain_factors(matrix.catalogue, prior=prior is not None)
    tuned = config.tuned if min(factors) == 1.0 else {**(config.tuned or {}), "feature_contri": factors}

    values = matrix.values if prior is None else without_missing(matrix.values, matrix.catalogue)

    def fitted(part: TrainingRows) -> FittedTrees:
        trees = trainer(values, part, matrix.catalogue, seed=config.seed, threads=config.threads, tuned=tuned)
        return trees if prior is None else replace(trees, text=missing_without_sign(trees.text, matrix.catalogue))

    part, names = sample.calibrate, matrix.catalogue.names
    later = matrix.values[part.rows]
    raw = raw_scores(parse_forest(fitted(sample.fit).text, names), later)
    weights = (0.0, 1.0)
    if prior is not None:
        before = raw_scores(prior.forest, later)
        weights = choose_weights(before, raw, part.positive, sample.full.positive.sum())
        raw = weights[0] * before + weights[1] * raw
    kind, calibration = choose_calibration(raw, part.positive, part.weight)
    trees = fitted(sample.full) if weights[1] else FittedTrees("", 0, {})
    if prior is not None:
        trees = replace(trees, text=tree_sum([(prior.text, weights[0]), (trees.text, weights[1])]))
        prior = prior.times(weights[0], names) if weights[0] else None
    return TrainedModel(trees, Scorer(parse_forest(trees.text, names), calibration), kind, sample, prior, *weights)


def _prior_alone(matrix: FeatureMatrix, prior: Prior, sample: TrainingSample) -> TrainedModel:
    """Model of the prior's trees; labels, where they represent all cases, set the level of its score."""
    part = sample.calibrate
    observed = (part.positive, part.weight) if sample.represents_all else (np.empty(0), np.empty(0))
    share = prevalence_after(*observed, float(prior.about["positive_mass"]))
    raw = raw_scores(prior.forest, matrix.values[sample.full.rows])
    calibration = Calibration(1.0, intercept_for_share(raw, share, np.ones(len(raw))))
    fitted = FittedTrees(prior.text, 0, {})
    return TrainedModel(fitted, Scorer(prior.forest, calibration), "shift", sample, prior, 1.0, 0.0)
