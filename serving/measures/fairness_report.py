"""Fairness report of a period: disparities of live cases, officers' own views, and drift of the models."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import numpy as np

from serving.auth.permissions import Caller
from serving.decisions.service import DecisionService
from serving.measures.anchoring_alarm import Anchoring, anchoring
from serving.measures.disparities import FALSE_ALARM_RATE, SMALLEST_GROUP, Disparity, disparities
from serving.measures.live_cases import live_cases
from serving.measures.model_drift import DriftFigure, drift_figures
from serving.measures.period import period_of
from serving.store import own_views
from serving.store.transactions import transaction

_SEED = 20091222
"""Exchanges of groups are the same in every report, so that the same cases give the same alarms."""


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """Report of the interviews that became known in ``[since, until)``."""

    since: dt.datetime
    until: dt.datetime
    interviews: int
    disparities: list[Disparity]
    anchoring: list[Anchoring]
    drift: list[DriftFigure]

    @property
    def last_day(self) -> dt.date:
        """Last day of the period."""
        return (self.until - dt.timedelta(days=1)).date()

    def as_json(self) -> dict[str, object]:
        """Return the answer of the API; a small group has no rate, and its size is not given."""
        small = f"fewer than {SMALLEST_GROUP}"
        rows = [asdict(row) | ({"people": small} if row.share is None else {}) for row in self.disparities]
        views = [asdict(row) | ({"differing": small} if row.given_up is None else {}) for row in self.anchoring]
        drift = [
            asdict(row) | {"differs": row.differs} | ({"people": small} if row.live is None else {})
            for row in self.drift
        ]
        return {
            "from": self.since.date(), "to": self.last_day, "interviews": self.interviews, "smallest_group": SMALLEST_GROUP,
            "false_alarm_rate": FALSE_ALARM_RATE, "disparities": rows, "anchoring": views, "drift": drift,
        }  # fmt: skip


def fairness_report(
    service: DecisionService, caller: Caller, first: str, last: str, *, with_validation: bool
) -> FairnessReport:
    """Return the report of a period of days; that of very many interviews as of the last minute.

    ``with_validation`` asks MLflow for the figures of validation, which may take seconds.

    Raises `Refusal` 422 for a period that cannot be read.
    """
    with transaction(service.engine, caller.reach) as connection:
        since, until = period_of(first, last, service.now(connection))

    def report() -> FairnessReport:
        with transaction(service.engine, caller.reach) as connection:
            cases = live_cases(connection, service, since, until)
            views = own_views.pairs(connection, since, until)
        rows = disparities(cases, np.random.default_rng(_SEED))
        drift = drift_figures(cases, service.models.settings if with_validation else None)
        return FairnessReport(since, until, len(cases.weight), rows, anchoring(views), drift)

    return service.counts.get(
        "fairness", f"{since}/{until}/{with_validation}", report, lambda result: result.interviews
    )
