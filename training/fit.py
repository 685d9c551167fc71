"""How are the trees grown? LightGBM with few, shallow, monotone trees; the same bytes whatever the number of threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from models.forest import MAX_DEPTH
from training.teaching import Part, Taught

ROUNDS = 400
PATIENCE = 40
FIXED_ROUNDS = 150
LEAST_WATCHED = 50
"""With fewer people found in the watching part, its loss is noise and would stop the trees anywhere; then they are 150."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The text of the booster, cut to its best round, and how it was grown."""

    text: str
    rounds: int
    parameters: dict[str, object]


def parameters_for(
    catalogue: Catalogue, positives: int, *, seed: int, threads: int, tuned: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return LightGBM's parameters; leaves must hold enough cases to stand for something.

    Parameters
    ----------
    tuned
        Values from tuning; depth stays at most 6 and the monotone constraints stay whatever they say.
    """
    chosen: dict[str, object] = {
        "objective": "binary",
        "learning_rate": 0.05,
        "max_depth": 3,
        "num_leaves": 8,
        "min_data_in_leaf": max(20, min(50, positives // 10)),
        "min_sum_hessian_in_leaf": 0.1,
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        **(tuned or {}),
    }
    depth = min(int(chosen["max_depth"]), MAX_DEPTH)  # type: ignore[call-overload]
    return chosen | {
        "max_depth": depth,
        "monotone_constraints": list(catalogue.monotone),
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }


def fit(
    values: NDArray[np.float64],
    taught: Taught,
    catalogue: Catalogue,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, object] | None = None,
    columns: NDArray[np.int64] | None = None,
) -> Fitted:
    """Grow trees on the fitting part, stopping when the watching part gets no better (if it can tell).

    Parameters
    ----------
    values
        float64[n, f].
    columns
        Only these features may be split on (for the report that leaves features out); all if None.
    """
    parameters = parameters_for(catalogue, int(taught.fit.positive.sum()), seed=seed, threads=threads, tuned=tuned)
    names = list(catalogue.names)
    used = values
    if columns is not None:
        names = [names[column] for column in columns.tolist()]
        parameters["monotone_constraints"] = [catalogue.monotone[column] for column in columns.tolist()]
        used = values[:, columns]
    fitted, watched = taught.fit, taught.watch
    teaching = lgb.Dataset(used[fitted.rows], fitted.positive, weight=weight_of(fitted), feature_name=names)
    watching = teaching.create_valid(used[watched.rows], watched.positive, weight=weight_of(watched))
    stops = can_stop_early(watched)
    booster = lgb.train(
        parameters,
        teaching,
        ROUNDS if stops else FIXED_ROUNDS,
        valid_sets=[watching],
        callbacks=[lgb.early_stopping(PATIENCE, verbose=False)] if stops else [],
    )
    rounds = max(booster.best_iteration, 1) if stops else FIXED_ROUNDS
    return Fitted(trees_only(booster.model_to_string(num_iteration=rounds)), rounds, parameters)


def can_stop_early(watched: Part) -> bool:
    """Whether so many people were found in the watching part that its loss can say when to stop."""
    return bool(watched.positive.sum() >= LEAST_WATCHED)


def weight_of(part: Part) -> NDArray[np.float64] | None:
    """Return the weights of a part, None where all cases count alike."""
    return None if (part.weight == 1.0).all() else part.weight


def trees_only(text: str) -> str:
    """Cut what follows the trees: it names the run's settings (threads among them), which say nothing about the model."""
    return text.partition("end of trees\n")[0] + "end of trees\n"


def default_scores(
    values: NDArray[np.float64], taught: Taught, judged: NDArray[np.float64], *, seed: int, threads: int
) -> NDArray[np.float64]:
    """Return float64[k]: scores of LightGBM as it comes, without any setting of ours, for the rows that are judged."""
    model = lgb.LGBMClassifier(random_state=seed, n_jobs=threads, deterministic=True, force_row_wise=True, verbosity=-1)
    rows = np.concatenate([taught.fit.rows, taught.watch.rows])
    model.fit(values[rows], np.concatenate([taught.fit.positive, taught.watch.positive]))
    return np.asarray(model.predict_proba(judged)[:, 1])
