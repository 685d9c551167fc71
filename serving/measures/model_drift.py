"""Does a model keep in live use what its validation showed? Its figures before use beside those of live cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from features.arrays import Bools
from features.settings import Settings
from serving.measures.disparities import SMALLEST_GROUP, share_interval
from serving.measures.live_cases import LiveCases
from serving.registry.loaded_models import SUBJECTS
from serving.registry.mlflow_registry import RegistryError, version_by_alias

_METRICS = {"with_indications": "precision_at_2_0pct", "called_in_of_positive": "recall_at_2_0pct"}
"""Name of the validation figure in MLflow, by figure."""

Bounds = tuple[float, float, float]
"""Share with a 95 % interval."""


@dataclass(frozen=True, slots=True)
class DriftFigure:
    """A figure before use and in live use; None where there is none, or too few people.

    ``differs`` says that the intervals do not touch.
    """

    subject: str
    figure: str
    offline: Bounds | None
    live: Bounds | None
    people: int

    @property
    def differs(self) -> bool:
        """Whether the two intervals have nothing in common."""
        if self.offline is None or self.live is None:
            return False
        return self.live[1] > self.offline[2] or self.live[2] < self.offline[1]


def drift_figures(cases: LiveCases, settings: Settings | None) -> list[DriftFigure]:
    """Return the figures of the models of both subjects.

    Those of validation stay empty without settings that say where MLflow is, and where it does not answer.
    """
    metrics = {subject: {} if settings is None else _metrics(settings, subject) for subject in SUBJECTS}
    return [figure for subject in SUBJECTS for figure in _of_subject(cases, subject, metrics[subject])]


def _metrics(settings: Settings, subject: str) -> Mapping[str, float]:
    with suppress(RegistryError):
        version = version_by_alias(settings, subject, "champion")
        return {} if version is None else version.metrics
    return {}


def _of_subject(cases: LiveCases, subject: str, metrics: Mapping[str, float]) -> Iterator[DriftFigure]:
    own, positive = cases.groups["subject"] == subject, cases.finding == 1.0
    scored = own & cases.by_score & ~(cases.score != cases.score)
    yield _figure(
        cases, subject, "with_indications", own & cases.by_score, positive, _validated(metrics, "with_indications")
    )
    mean = float(cases.score[scored].mean()) if scored.any() else None
    yield _figure(cases, subject, "score", scored, positive, None if mean is None else (mean, mean, mean))
    of_positive = _validated(metrics, "called_in_of_positive")
    yield _figure(cases, subject, "called_in_of_positive", own & positive, cases.called_in, of_positive)


def _figure(
    cases: LiveCases, subject: str, figure: str, people: Bools, hit: Bools, offline: Bounds | None
) -> DriftFigure:  # fmt: skip
    count = int(people.sum())
    live = share_interval(hit[people], cases.weight[people]) if count >= SMALLEST_GROUP else None
    return DriftFigure(subject, figure, offline, live, count)


def _validated(metrics: Mapping[str, float], figure: str) -> Bounds | None:
    name = _METRICS[figure]
    if name not in metrics:
        return None
    value = metrics[name]
    return value, metrics.get(f"{name}_low", value), metrics.get(f"{name}_high", value)
