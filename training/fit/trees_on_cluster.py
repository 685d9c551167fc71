"""How are the trees fitted on a cluster? By lightgbm.dask, with the parameters of a single machine.

On a single worker the trees are those of `training.fit.trees.fit_trees`, byte for byte. Labelled cases are few, so one
worker suffices up to `ROWS_PER_WORKER`; above, rows are dealt to all workers, which sample and bin on their own: other trees
by the same rules. Their AUC differed by at most 0.004 at 4,000 rows and 0.0005 at 20,000; see docs/decisions.md.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

import lightgbm as lgb

from features.arrays import Floats
from features.catalogue import Catalogue
from features.cluster import Cluster, ClusterProblem, WorkerLeft, scatter_blocks, with_workers
from training.fit.leaf_rounding import rounded_trees
from training.fit.trees import FittedTrees, parameters_for, sample_weight_of
from training.sampling.schemes import TrainingRows

ROWS_PER_WORKER = 2_000_000
"""About 2 GB of float64 at 129 features."""
TRIES = 3
_LOG = logging.getLogger("mimamori.lightgbm")
_LOG.setLevel(logging.ERROR)  # below it LightGBM logs ports and thread counts
_SCIKIT_NAMES = {
    "seed": "random_state", "min_data_in_leaf": "min_child_samples", "min_sum_hessian_in_leaf": "min_child_weight",
    "lambda_l1": "reg_alpha", "lambda_l2": "reg_lambda", "feature_fraction": "colsample_bytree",
    "bagging_fraction": "subsample", "bagging_freq": "subsample_freq", "min_gain_to_split": "min_split_gain",
}  # fmt: skip
"""LightGBM's scikit-learn classes have defaults under these names, which would conflict with ours."""


def fit_trees_on_cluster(
    cluster: Cluster, values: Floats, part: TrainingRows, catalogue: Catalogue, *, seed: int,
    tuned: Mapping[str, object] | None = None, rows_per_worker: int = ROWS_PER_WORKER,
) -> FittedTrees:  # fmt: skip
    """Fit trees as `training.fit.trees.fit_trees` does, on the workers.

    Raises
    ------
    ClusterProblem
        If workers left during each of `TRIES` tries.
    """
    parameters = parameters_for(catalogue, seed=seed, threads=1, tuned=tuned)
    rounds = int(str(parameters.pop("rounds")))
    for _ in range(TRIES):
        workers = sorted(cluster.worker_threads())
        if len(part.rows) <= rows_per_worker:
            workers = workers[:1]
        job = partial(
            _fit, workers=workers, values=values[part.rows], positive=part.positive, weight=sample_weight_of(part),
            parameters=parameters, names=catalogue.names, rounds=rounds,
        )  # fmt: skip
        try:
            booster = with_workers(cluster, workers, job)
        except WorkerLeft:
            continue
        return FittedTrees(rounded_trees(booster), rounds, {**parameters, "cluster_workers": len(workers)})
    raise ClusterProblem(f"workers left during {TRIES} tries to fit the trees; see their logs, and repeat the command")


def _fit(
    cluster: Cluster, workers: Sequence[str], values: Floats, positive: Floats, weight: Floats | None,
    parameters: dict[str, object], names: Sequence[str], rounds: int,
) -> lgb.Booster:  # fmt: skip
    lgb.register_logger(_LOG)

    def dealt(column: Floats) -> object:
        """Rows in turn to each worker, so that each has all times and both classes."""
        return scatter_blocks(cluster, [column[first :: len(workers)] for first in range(len(workers))], workers)

    renamed = {_SCIKIT_NAMES.get(name, name): value for name, value in parameters.items() if name != "num_threads"}
    # the regressor takes the binary objective as it is; the classifier would number the classes anew on each worker
    model = lgb.DaskLGBMRegressor(n_estimators=rounds, client=cluster.client, **renamed)
    weights = None if weight is None else dealt(weight)
    model.fit(dealt(values), dealt(positive), sample_weight=weights, feature_name=list(names))
    return model.booster_
