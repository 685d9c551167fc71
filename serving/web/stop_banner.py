"""Banner of every page: where scoring is stopped, since when, by whom and why, and that the queue goes by arrival."""

from __future__ import annotations

from sqlalchemy import Connection

from features.languages import text, texts
from serving.auth.permissions import Caller
from serving.decisions.scoring_stops import stops_of
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import SUBJECTS
from serving.store.scoring_stops import ALL, MODEL


def stop_banners(connection: Connection, service: DecisionService, caller: Caller, language: str) -> list[str]:
    """Return a sentence for each stop that concerns a reader, and for each subject that no model scores."""
    stops = stops_of(connection, caller)
    reasons, sentence = texts("serving.stop_reasons"), text("serving.stops", "stopped")[language]
    banners = [
        sentence.format(
            place=place_of_switch(stop.scope, stop.name, language), reason=reasons[stop.reason][language], by=stop.by,
            at=f"{stop.at:%Y-%m-%d %H:%M} UTC",
        )
        for stop in stops
    ]  # fmt: skip
    return banners + _without_model(service, language)


def _without_model(service: DecisionService, language: str) -> list[str]:
    """Return a sentence for each subject without a model; that a trial has ended is said elsewhere."""
    models = service.models
    missing = [name for name in SUBJECTS if name not in models.bundles and name not in models.trials_ended]
    names = texts("pages.common")
    return [text("serving.stops", "no_model")[language].format(subject=names[name][language]) for name in missing]


def place_of_switch(scope: str, name: str, language: str) -> str:
    """Return where scoring is stopped, in words."""
    if scope == ALL:
        return text("serving.stops", "everywhere")[language]
    if scope == MODEL:
        return text("serving.stops", "model")[language].format(subject=text("pages.common", name)[language])
    return name
