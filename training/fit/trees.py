"""How are the trees fitted? LightGBM with few, shallow, monotone trees; the same bytes with any number of threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from features.arrays import Floats, Ints
from features.catalogue import Catalogue
from models.forest import MAX_DEPTH
from training.fit.columns import monotone_constraints
from training.fit.leaf_rounding import rounded_trees
from training.sampling.schemes import TrainingRows

_SHAPE: dict[str, object] = {
    "max_depth": 3, "num_leaves": 8, "min_data_in_leaf": 20, "lambda_l2": 1.0, "bagging_fraction": 0.8,
}  # fmt: skip
DEFAULTS: dict[str, dict[str, object]] = {
    "visa": {**_SHAPE, "rounds": 150, "learning_rate": 0.05, "feature_fraction": 0.5},
    # more, smaller and richer steps: a smoother score whose digits reveal less about visas
    "entry": {
        **_SHAPE, "max_depth": 4, "num_leaves": 16, "rounds": 300, "learning_rate": 0.03, "feature_fraction": 0.2,
    },
}  # fmt: skip
"""Parameters that tuning may change, by subject. No early stopping: on a few dozen positives it would stop at random."""


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """Text of the booster, number of trees, and parameters."""

    text: str
    rounds: int
    parameters: dict[str, object]


def parameters_for(
    catalogue: Catalogue, *, seed: int, threads: int, tuned: Mapping[str, object] | None = None
) -> dict[str, object]:
    """LightGBM's parameters, with the number of trees under ``rounds``.

    ``tuned`` overrides defaults; depth stays at most `MAX_DEPTH` and the monotone constraints stay.
    """
    chosen: dict[str, object] = {
        "objective": "binary", "min_sum_hessian_in_leaf": 0.1, "bagging_freq": 1, **DEFAULTS[catalogue.subject], **(tuned or {}),
    }  # fmt: skip
    return chosen | {
        "max_depth": min(int(str(chosen["max_depth"])), MAX_DEPTH), "monotone_constraints": monotone_constraints(catalogue),
        "seed": seed, "deterministic": True, "force_row_wise": True, "num_threads": threads, "verbosity": -1,
    }  # fmt: skip


def fit_trees(
    values: Floats, part: TrainingRows, catalogue: Catalogue, *, seed: int, threads: int,
    tuned: Mapping[str, object] | None = None, columns: Ints | None = None,
) -> FittedTrees:  # fmt: skip
    """Fit trees on a part of float64[n, f]; ``columns`` restricts the features that may be split on (ablation)."""
    parameters = parameters_for(catalogue, seed=seed, threads=threads, tuned=tuned)
    rounds = int(str(parameters.pop("rounds")))
    names, used = list(catalogue.names), values[part.rows]
    if columns is not None:
        names = [names[column] for column in columns.tolist()]
        directions = monotone_constraints(catalogue)
        parameters["monotone_constraints"] = [directions[column] for column in columns.tolist()]
        used = used[:, columns]
    text = boosted(used, part.positive, sample_weight_of(part), names, parameters, rounds)
    return FittedTrees(text, rounds, parameters)


def boosted(
    values: Floats, positive: Floats, weight: Floats | None, names: Sequence[str], parameters: Mapping[str, object], rounds: int
) -> str:  # fmt: skip
    """Text of trees fitted with LightGBM's parameters, leaves rounded."""
    dataset = lgb.Dataset(values, positive, weight=weight, feature_name=list(names))
    return rounded_trees(lgb.train(dict(parameters), dataset, rounds))


def sample_weight_of(part: TrainingRows) -> Floats | None:
    """Weights of a part, None where all are equal."""
    return None if (part.weight == 1.0).all() else part.weight


def lightgbm_default_scores(
    values: Floats, part: TrainingRows, evaluated: Floats, *, seed: int, threads: int
) -> Floats:
    """Scores of the evaluated rows, float64[k], by LightGBM with its own defaults."""
    model = lgb.LGBMClassifier(random_state=seed, n_jobs=threads, deterministic=True, force_row_wise=True, verbosity=-1)
    model.fit(values[part.rows], part.positive, sample_weight=sample_weight_of(part))
    return np.asarray(model.predict_proba(evaluated)[:, 1])
