"""Which parameters suit the trees? Optuna, nested in time: the search sees nothing of the evaluation cases."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import average_precision_score

from features.matrix import FeatureMatrix
from models.forest import MAX_DEPTH
from training.fit.trainer import TrainingConfig, train_model
from training.fit.trees import DEFAULTS
from training.labels.labels import Outcomes
from training.labels.splits import Split, TooFewLabels, final_labels, rolling_splits
from training.sampling.schemes import WEIGHT_CLIP
from training.sampling.weights import inverse_propensity

if TYPE_CHECKING:
    import optuna

INNER_FOLDS = 3
"""With two folds the standard error would be that of two numbers."""
_FOLDS = "average_precision_by_fold"


@dataclass(frozen=True, slots=True)
class Budget:
    """Trials in all, and seconds of this run (None: no limit)."""

    trials: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished trial: its number from 1, its parameters, and their inner average precision, mean and by fold."""

    number: int
    parameters: dict[str, object]
    value: float
    folds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tuned:
    """Default and best trial, the gain between them with its standard error over folds, and all finished trials."""

    default: Trial
    best: Trial
    gain: float
    error: float
    trials: tuple[Trial, ...]

    @staticmethod
    def of(trials: Sequence[Trial], defaults: Mapping[str, object]) -> Tuned:
        """Compare the best trial with that of the defaults; the error of a single fold is infinite."""
        default = next(trial for trial in trials if trial.parameters == defaults)
        best = max(trials, key=lambda trial: trial.value)
        gains = np.subtract(best.folds, default.folds)
        error = float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else np.inf
        return Tuned(default, best, float(gains.mean()), error, tuple(trials))

    @property
    def adopted(self) -> bool:
        """Whether the gain over the defaults exceeds one standard error: the best of many trials is also the luckiest."""
        return self.gain > self.error

    @property
    def parameters(self) -> dict[str, object]:
        """Parameters to train with: the best if adopted, otherwise the defaults."""
        return self.best.parameters if self.adopted else self.default.parameters

    @property
    def line(self) -> str:
        """Figures and decision in a line."""
        decision = f"trial {self.best.number} is adopted" if self.adopted else "the default stays"
        return (
            f"average precision {self.best.value:.4f} at best, {self.default.value:.4f} by default, gain {self.gain:.4f} "
            f"(standard error {self.error:.4f}): {decision}"
        )


def tune(
    matrix: FeatureMatrix, outcomes: Outcomes, outer: Split, config: TrainingConfig, budget: Budget, store: Path,
    progress: Callable[[str], None],
) -> Tuned:  # fmt: skip
    """Search parameters on what was known before the outer cut-off.

    A study is stored under its data, catalogue, scheme, seed and defaults, and continues when run again. The defaults are the
    first trial; another is adopted only if its gain exceeds one standard error over the inner cut-offs.

    Parameters
    ----------
    store
        A SQLite file, created if missing.

    Raises
    ------
    TooFewLabels
        If the labels known before the outer cut-off are too few for another split.
    """
    inner = known_by(outcomes, outer.cutoff_us)
    try:
        splits = rolling_splits(inner, INNER_FOLDS)
    except TooFewLabels as error:
        raise TooFewLabels(
            f"for --tune, which sees only what was known before the cut-off, {error}; or leave out --tune"
        ) from None
    study, finished = _study(store, _name(matrix, inner, config), config.seed)
    if not finished():
        study.enqueue_trial(DEFAULTS[matrix.subject])

    def report(_: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        # a killed trial has a number, too
        progress(f"trial {len(finished())} of {budget.trials}: {trial.value:.4f}, best {study.best_value:.4f}")

    study.optimize(
        lambda trial: _objective(trial, matrix, inner, splits, config), n_trials=max(budget.trials - len(finished()), 0),
        timeout=budget.seconds, callbacks=[report],
    )  # fmt: skip
    trials = [
        Trial(at, dict(trial.params), float(trial.value or 0.0), tuple(trial.user_attrs[_FOLDS]))
        for at, trial in enumerate(finished(), 1)
    ]
    if not trials:
        raise TooFewLabels("no trial of the tuning finished in its time; give it more seconds")
    return Tuned.of(trials, DEFAULTS[matrix.subject])


def known_by(outcomes: Outcomes, cutoff_us: int) -> Outcomes:
    """Outcomes recorded before a cut-off, of cases before it."""
    return outcomes.only((outcomes.known_at < cutoff_us) & (outcomes.as_of[outcomes.row] < cutoff_us))


def _study(store: Path, name: str, seed: int) -> tuple[optuna.Study, Callable[[], list[optuna.trial.FrozenTrial]]]:
    """Study of this name, and a function that returns its finished trials."""
    import optuna  # noqa: PLC0415 (only --tune needs it)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    store.parent.mkdir(parents=True, exist_ok=True)
    storage = optuna.storages.RDBStorage(f"sqlite:///{store}")
    study = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)

    def finished() -> list[optuna.trial.FrozenTrial]:
        return study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))

    # with the same seed a new sampler would repeat its first random draws
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(finished()))
    return study, finished


def _objective(
    trial: optuna.Trial, matrix: FeatureMatrix, inner: Outcomes, splits: list[Split], config: TrainingConfig
) -> float:
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
    single = replace(config, tuned=tuned, threads=1)
    workers = Parallel(n_jobs=min(config.threads, len(splits)), prefer="threads")
    folds = workers(delayed(_average_precision)(matrix, inner, split, single) for split in splits)
    trial.set_user_attr(_FOLDS, folds)
    return float(np.mean(folds))


def _average_precision(matrix: FeatureMatrix, inner: Outcomes, split: Split, config: TrainingConfig) -> float:
    """Weighted average precision on the cases after an inner cut-off, with clipped weights; 0 without both classes."""
    labels = final_labels(inner)
    mask = np.zeros(len(matrix.as_of), dtype=bool)
    mask[split.evaluation] = True
    weight = np.minimum(inverse_propensity(labels, mask).weight, WEIGHT_CLIP)
    rows = np.flatnonzero(mask & (weight > 0))
    score = train_model(matrix, split, config).scores(matrix.values[rows])
    positive = labels.positive[rows]
    if not 0 < positive.sum() < len(positive):
        return 0.0
    return float(average_precision_score(positive, score, sample_weight=weight[rows]))


def _name(matrix: FeatureMatrix, inner: Outcomes, config: TrainingConfig) -> str:
    """Name of the study: the same only for the same data, catalogue, scheme, seed and defaults."""
    defaults = sorted(DEFAULTS[matrix.subject].items())
    digest = hashlib.sha256(
        f"{matrix.catalogue.sha256} {inner.sample_frame} {defaults} {INNER_FOLDS} {config.prior}".encode()
    )
    columns = (
        matrix.values, inner.as_of, inner.row, inner.known_at, inner.value, inner.arm, inner.inclusion_probability,
        inner.confirmed, inner.route,
    )  # fmt: skip
    for column in columns:
        # a missing column differs from an empty one
        digest.update(b"none" if column is None else f"{column.dtype} {column.shape} ".encode())
        digest.update(b"" if column is None else np.ascontiguousarray(column).tobytes())
    return f"{matrix.subject}-{config.scheme}-{config.seed}-{digest.hexdigest()[:16]}"
