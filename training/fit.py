"""How are the trees grown? LightGBM with few, shallow, monotone trees; the same bytes whatever the number of threads."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from models.forest import MAX_DEPTH
from training.splits import Split

ROUNDS = 400
PATIENCE = 40


@dataclass(frozen=True, slots=True)
class Fitted:
    """The text of the booster, cut to its best round, and how it was grown."""

    text: str
    rounds: int
    parameters: dict[str, object]


def parameters_for(catalogue: Catalogue, positives: int, seed: int, threads: int) -> dict[str, object]:
    """Return LightGBM's parameters; leaves must hold enough cases to stand for something."""
    return {
        "objective": "binary",
        "learning_rate": 0.05,
        "max_depth": min(MAX_DEPTH, 4),
        "num_leaves": 15,
        "min_data_in_leaf": max(5, min(50, positives // 10)),
        "min_sum_hessian_in_leaf": 0.1,
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "monotone_constraints": list(catalogue.monotone),
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }


def fit(
    values: NDArray[np.float64],
    positive: NDArray[np.float64],
    split: Split,
    catalogue: Catalogue,
    *,
    seed: int,
    threads: int,
) -> Fitted:
    """Grow trees on the first part of the split, stopping when the second gets no better.

    Parameters
    ----------
    values
        float64[n, f].
    positive
        float64[n]; only rows of the split are read.
    """
    parameters = parameters_for(catalogue, int(positive[split.fit].sum()), seed, threads)
    names = list(catalogue.names)
    taught = lgb.Dataset(values[split.fit], positive[split.fit], feature_name=names)
    judged = taught.create_valid(values[split.calibrate], positive[split.calibrate])
    booster = lgb.train(
        parameters,
        taught,
        ROUNDS,
        valid_sets=[judged],
        callbacks=[lgb.early_stopping(PATIENCE, verbose=False)],
    )
    rounds = max(booster.best_iteration, 1)
    return Fitted(trees_only(booster.model_to_string(num_iteration=rounds)), rounds, parameters)


def trees_only(text: str) -> str:
    """Cut what follows the trees: it names the run's settings (threads among them), which say nothing about the model."""
    return text.partition("end of trees\n")[0] + "end of trees\n"
