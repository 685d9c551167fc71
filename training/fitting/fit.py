"""How are the trees grown? LightGBM with few, shallow, monotone trees; the same bytes whatever the number of threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from models.forest import MAX_DEPTH
from training.fitting.teaching import Part

_SHAPE: dict[str, object] = {
    "max_depth": 3, "num_leaves": 8, "min_data_in_leaf": 20, "lambda_l2": 1.0, "bagging_fraction": 0.8,
}  # fmt: skip
DEFAULTS: dict[str, dict[str, object]] = {
    "visa": {**_SHAPE, "rounds": 150, "learning_rate": 0.05, "feature_fraction": 0.5},
    # more, smaller and richer steps make the score smoother, so that its digits tell less of who needed a visa
    "entry": {
        **_SHAPE,
        "max_depth": 4,
        "num_leaves": 16,
        "rounds": 300,
        "learning_rate": 0.03,
        "feature_fraction": 0.2,
    },
}
"""What tuning may change, by subject. The number of trees is fixed: where a few dozen people were found in the part that would watch
the growing, its loss would stop it anywhere."""

GRAIN = 2.0**-7
"""Log-odds; each leaf is a whole number of these, and so is every raw score, exactly. Finer digits rank nobody better, but tell who somebody is:
without it the landing score tells a nationality with 0.59, with it with 0.57."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The text of the booster, how many trees it has, and how they were grown."""

    text: str
    rounds: int
    parameters: dict[str, object]


def parameters_for(
    catalogue: Catalogue, *, seed: int, threads: int, tuned: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return LightGBM's parameters, and under ``rounds`` how many trees there are.

    Parameters
    ----------
    tuned
        Values from tuning; depth stays at most 6 and the monotone constraints stay whatever they say.
    """
    chosen: dict[str, object] = {
        "objective": "binary", "min_sum_hessian_in_leaf": 0.1, "bagging_freq": 1, **DEFAULTS[catalogue.subject], **(tuned or {}),
    }  # fmt: skip
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
    part: Part,
    catalogue: Catalogue,
    *,
    seed: int,
    threads: int,
    tuned: Mapping[str, object] | None = None,
    columns: NDArray[np.int64] | None = None,
) -> Fitted:
    """Grow trees on a part.

    Parameters
    ----------
    values
        float64[n, f].
    columns
        Only these features may be split on (for the report that leaves features out); all if None.
    """
    parameters = parameters_for(catalogue, seed=seed, threads=threads, tuned=tuned)
    rounds = int(parameters.pop("rounds"))  # type: ignore[call-overload]
    names = list(catalogue.names)
    used = values[part.rows]
    if columns is not None:
        names = [names[column] for column in columns.tolist()]
        parameters["monotone_constraints"] = [catalogue.monotone[column] for column in columns.tolist()]
        used = used[:, columns]
    teaching = lgb.Dataset(used, part.positive, weight=weight_of(part), feature_name=names)
    booster = lgb.train(parameters, teaching, rounds)
    return Fitted(trees_of(booster), rounds, parameters)


def weight_of(part: Part) -> NDArray[np.float64] | None:
    """Return the weights of a part, None where all cases count alike."""
    return None if (part.weight == 1.0).all() else part.weight


def trees_of(booster: lgb.Booster) -> str:
    """Return the text of the trees, their leaves rounded to `GRAIN`.

    What follows the trees is cut off: it names the run's settings (threads among them), which say nothing about the model.
    """
    for number, tree in enumerate(booster.dump_model()["tree_info"]):
        for leaf in range(tree["num_leaves"]):
            booster.set_leaf_output(number, leaf, round(booster.get_leaf_output(number, leaf) / GRAIN) * GRAIN)
    return booster.model_to_string().partition("end of trees\n")[0] + "end of trees\n"


def default_scores(
    values: NDArray[np.float64], part: Part, judged: NDArray[np.float64], *, seed: int, threads: int
) -> NDArray[np.float64]:
    """Return float64[k]: scores of LightGBM as it comes, without any setting of ours, for the rows that are judged."""
    model = lgb.LGBMClassifier(random_state=seed, n_jobs=threads, deterministic=True, force_row_wise=True, verbosity=-1)
    model.fit(values[part.rows], part.positive, sample_weight=weight_of(part))
    return np.asarray(model.predict_proba(judged)[:, 1])
