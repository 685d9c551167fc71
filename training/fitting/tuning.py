"""Which parameters suit the trees? Optuna, nested in time: it sees nothing of the cases by which the model is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import optuna
from joblib import Parallel, delayed
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from features.matrix import FeatureMatrix
from models.forest import MAX_DEPTH
from training.data.labels import Findings
from training.data.selection import inverse_propensity
from training.data.splits import Split, TooFewLabels, final_labels, rolling
from training.evaluation.evaluate import average_precision
from training.fitting.fit import DEFAULTS
from training.fitting.making import How, make
from training.fitting.teaching import TEACHING_CLIP

INNER_FOLDS = 2


@dataclass(frozen=True, slots=True)
class Budget:
    """How many trials in all, and how many seconds for this run (None: no limit)."""

    trials: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One finished trial: its number among the finished ones, counted from 1 as progress counts them, its parameters, and their inner average precision."""

    number: int
    parameters: dict[str, object]
    value: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best parameters, their inner average precision, that of the defaults, and every trial that there is now."""

    parameters: dict[str, object]
    value: float
    default_value: float
    trials: tuple[Trial, ...]


def tune(
    matrix: FeatureMatrix, found: Findings, outer: Split, how: How, budget: Budget, store: Path,
    progress: Callable[[str], None],
) -> Tuned:  # fmt: skip
    """Search parameters on what was known before the outer cut-off.

    A study is kept under the data, catalogue, scheme, seed and defaults it belongs to: run again, it goes on where it stopped.
    The defaults are the first trial, so that the result is never worse than they are on the inner cut-offs.

    Parameters
    ----------
    store
        A SQLite file, made if need be.

    Raises
    ------
    TooFewLabels
        If what was known before the outer cut-off is too little to be split again.
    """
    inner = known_by(found, outer.cutoff_us)
    try:
        splits = rolling(inner, INNER_FOLDS)
    except TooFewLabels as error:
        raise TooFewLabels(
            f"for --tune, which sees only what was known before the cut-off, {error}; or leave out --tune"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=RDBStorage(f"sqlite:///{store}"),
        study_name=_name(matrix, inner, how),
        direction="maximize",
        load_if_exists=True,
    )
    done = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
    # a sampler started again with the same seed would repeat its first random draws
    study.sampler = TPESampler(seed=how.seed + done)
    if done == 0:
        study.enqueue_trial(DEFAULTS[matrix.subject])

    def said(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        # one that was killed has a number, too
        number = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
        progress(f"trial {number} of {budget.trials}: {trial.value:.4f}, best {study.best_value:.4f}")

    study.optimize(
        lambda trial: _objective(trial, matrix, inner, splits, how),
        n_trials=max(budget.trials - done, 0),
        timeout=budget.seconds,
        callbacks=[said],
    )
    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if not finished:
        raise TooFewLabels("no trial of the tuning finished in its time; give it more seconds")
    default = next(trial.value for trial in finished if trial.params == DEFAULTS[matrix.subject])
    tried = tuple(Trial(number, dict(one.params), float(one.value or 0.0)) for number, one in enumerate(finished, 1))
    return Tuned(dict(study.best_params), float(study.best_value), float(default or 0.0), tried)


def known_by(found: Findings, cutoff_us: int) -> Findings:
    """Return the outcomes recorded before a cut-off, of cases judged before it."""
    return found.only((found.known_at < cutoff_us) & (found.as_of[found.row] < cutoff_us))


def _objective(trial: optuna.Trial, matrix: FeatureMatrix, inner: Findings, splits: list[Split], how: How) -> float:
    depth = trial.suggest_int("max_depth", 3, MAX_DEPTH)
    tuned: dict[str, object] = {
        "rounds": trial.suggest_int("rounds", 50, 400, step=10),
        "max_depth": depth,
        "num_leaves": trial.suggest_int("num_leaves", 7, 63),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
    }
    alone = replace(how, tuned=tuned, threads=1)
    return float(
        np.mean(
            Parallel(n_jobs=min(how.threads, len(splits)), prefer="threads")(
                delayed(_judge)(matrix, inner, split, alone) for split in splits
            )
        )
    )


def _judge(matrix: FeatureMatrix, inner: Findings, split: Split, how: How) -> float:
    """Weighted average precision on the cases after an inner cut-off; weights are clipped, for single heavy cases are noise."""
    labels = final_labels(inner)
    mask = np.zeros(len(matrix.as_of), dtype=bool)
    mask[split.judge] = True
    weight = np.minimum(inverse_propensity(labels, mask).weight, TEACHING_CLIP)
    rows = np.flatnonzero(mask & (weight > 0))
    score = make(matrix, split, how).scores(matrix.values[rows])
    value = average_precision(score, labels.positive[rows], weight[rows])
    return 0.0 if np.isnan(value) else value


def _name(matrix: FeatureMatrix, inner: Findings, how: How) -> str:
    """Return the name of the study: the same only for the same data, catalogue, scheme, seed and defaults."""
    digest = hashlib.sha256(
        f"{matrix.catalogue.sha256} {inner.lot} {sorted(DEFAULTS[matrix.subject].items())}".encode()
    )
    columns = (
        matrix.values, inner.as_of, inner.row, inner.known_at, inner.value, inner.arm, inner.inclusion, inner.confirmed, inner.route,
    )  # fmt: skip
    for column in columns:
        # a column that is not there must not be taken for an empty one, nor lend its place to the next
        digest.update(b"none" if column is None else f"{column.dtype} {column.shape} ".encode())
        digest.update(b"" if column is None else np.ascontiguousarray(column).tobytes())
    return f"{matrix.subject}-{how.scheme}-{how.seed}-{digest.hexdigest()[:16]}"
