"""What do simpler rankings achieve? The baselines beside the model in every table of a report."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from features.arrays import Floats, Ints
from features.catalogue import Catalogue
from features.catalogue.measures import CaseField
from training.evaluation.checklist import checklist_scores
from training.evaluation.rankings import ARRIVAL, CHECKLIST
from training.fit.trees import lightgbm_default_scores
from training.sampling.schemes import TrainingRows

RANDOM = "random"
LOGISTIC, DEFAULTS, GLASS_BOX = (
    "logistic regression, own fields", "LightGBM defaults, own fields", "explainable boosting",
)  # fmt: skip
NAMES = (ARRIVAL, RANDOM, CHECKLIST, LOGISTIC, DEFAULTS, GLASS_BOX)
GLASS_BOX_ROWS = 20_000


def own_fields(catalogue: Catalogue) -> Ints:
    """Columns that read the case itself and no history."""
    own = [isinstance(feature.measure, CaseField) for feature in catalogue.features]
    return np.flatnonzero(own).astype(np.int64)


def baseline_scores(
    values: Floats, as_of: Ints, part: TrainingRows, evaluated: Ints, catalogue: Catalogue, *, seed: int, threads: int
) -> dict[str, Floats]:
    """Scores of every baseline for the evaluated rows; those that learn have the model's own training rows.

    Parameters
    ----------
    values, as_of
        float64[n, f] and int64[n].
    evaluated
        int64[k]: rows.
    """
    own = values[:, own_fields(catalogue)]
    return {
        ARRIVAL: -as_of[evaluated].astype(np.float64),
        RANDOM: np.random.default_rng(seed).random(len(evaluated)),
        CHECKLIST: checklist_scores(values[evaluated], catalogue),
        LOGISTIC: _logistic(own, part, own[evaluated]),
        DEFAULTS: lightgbm_default_scores(own, part, own[evaluated], seed=seed, threads=threads),
        GLASS_BOX: _glass_box(values, part, values[evaluated], catalogue, seed=seed),
    }


def _logistic(own: Floats, part: TrainingRows, evaluated: Floats) -> Floats:
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    model = make_pipeline(imputer, StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(own[part.rows], part.positive, logisticregression__sample_weight=part.weight)
    return np.asarray(model.predict_proba(evaluated)[:, 1])


def _glass_box(values: Floats, part: TrainingRows, evaluated: Floats, catalogue: Catalogue, *, seed: int) -> Floats:
    """Scores of an explainable boosting machine, a curve per feature, under the same monotone constraints."""
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415 (only the report needs it)

    positive, kept = part.positive, np.arange(len(part.rows))
    if len(kept) > GLASS_BOX_ROWS:
        negatives = np.flatnonzero(positive == 0.0)
        some = np.random.default_rng(seed).choice(negatives, GLASS_BOX_ROWS, replace=False)
        kept = np.sort(np.concatenate([np.flatnonzero(positive == 1.0), some]))
    model = ExplainableBoostingClassifier(
        interactions=0, outer_bags=4, smoothing_rounds=0, max_rounds=500, max_bins=64, n_jobs=1, random_state=seed,
        feature_names=list(catalogue.names), monotone_constraints=list(catalogue.monotone),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own drawings and constant columns
        model.fit(values[part.rows[kept]], positive[kept], sample_weight=part.weight[kept])
        return np.asarray(model.predict_proba(evaluated)[:, 1])
