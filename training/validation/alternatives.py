"""What would simpler means achieve? The rankings that stand beside the model in every table."""

from __future__ import annotations

import warnings

import numpy as np
from interpret.glassbox import ExplainableBoostingClassifier
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from features.catalogue import Catalogue
from features.catalogue.measures import CaseField
from training.evaluation.checklist import checklist_scores
from training.fitting.fit import default_scores
from training.fitting.teaching import Part

Floats = NDArray[np.float64]
ARRIVAL, RANDOM, CHECKLIST = "arrival order", "random", "checklist"
LOGISTIC, DEFAULTS, GLASS_BOX = (
    "logistic regression, own fields",
    "LightGBM defaults, own fields",
    "explainable boosting",
)
NAMES = (ARRIVAL, RANDOM, CHECKLIST, LOGISTIC, DEFAULTS, GLASS_BOX)
GLASS_BOX_ROWS = 20_000


def own_fields(catalogue: Catalogue) -> NDArray[np.int64]:
    """Return the columns that read the case itself and no history: what a form alone would tell."""
    return np.array(
        [at for at, one in enumerate(catalogue.features) if isinstance(one.measure, CaseField)], dtype=np.int64
    )


def alternative_scores(
    values: Floats, as_of: NDArray[np.int64], part: Part, judge: NDArray[np.int64], catalogue: Catalogue,
    *, seed: int, threads: int,
) -> dict[str, Floats]:  # fmt: skip
    """Return the scores of every alternative for the judged rows; each that learns was taught with the model's own cases.

    Parameters
    ----------
    values
        float64[n, f]; as_of int64[n].
    judge
        int64[k]: rows that are judged.
    """
    own = values[:, own_fields(catalogue)]
    return {
        ARRIVAL: -as_of[judge].astype(np.float64),
        RANDOM: np.random.default_rng(seed).random(len(judge)),
        CHECKLIST: checklist_scores(values[judge], catalogue),
        LOGISTIC: _logistic(own, part, own[judge]),
        DEFAULTS: default_scores(own, part, own[judge], seed=seed, threads=threads),
        GLASS_BOX: _glass_box(values, part, values[judge], catalogue, seed=seed),
    }


def _logistic(own: Floats, part: Part, judged: Floats) -> Floats:
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=2000),
    )
    model.fit(own[part.rows], part.positive, logisticregression__sample_weight=part.weight)
    return np.asarray(model.predict_proba(judged)[:, 1])


def _glass_box(values: Floats, part: Part, judged: Floats, catalogue: Catalogue, *, seed: int) -> Floats:
    """A sum of one curve per feature (interpret's EBM), under the same monotone constraints; every curve can be drawn."""
    positive = part.positive
    kept = np.arange(len(part.rows))
    if len(kept) > GLASS_BOX_ROWS:
        others = np.flatnonzero(positive == 0.0)
        some = np.random.default_rng(seed).choice(others, GLASS_BOX_ROWS, replace=False)
        kept = np.sort(np.concatenate([np.flatnonzero(positive == 1.0), some]))
    model = ExplainableBoostingClassifier(
        interactions=0,
        outer_bags=4,
        smoothing_rounds=0,
        max_rounds=500,
        max_bins=64,
        n_jobs=1,
        random_state=seed,
        feature_names=list(catalogue.names),
        monotone_constraints=list(catalogue.monotone),
    )
    with warnings.catch_warnings():
        # it warns that its own drawings leave missing values out, and of columns that say nothing; neither concerns us
        warnings.simplefilter("ignore")
        model.fit(values[part.rows[kept]], positive[kept], sample_weight=part.weight[kept])
        return np.asarray(model.predict_proba(judged)[:, 1])
