"""Banner of every page: which model is on trial until when, and which trial has ended."""

from __future__ import annotations

import datetime as dt

from features.languages import text
from serving.i18n.formats import format_day
from serving.registry.loaded_models import LoadedModels


def trial_banners(models: LoadedModels, language: str) -> list[str]:
    """Return a sentence for each subject whose model is on trial, or served no longer than its trial."""
    models.reload()
    on_trial = {subject: approval.terms.until for subject, approval in models.approvals.items()}
    running = [_sentence("on_trial", subject, until, language) for subject, until in on_trial.items() if until]
    return running + [_sentence("ended", subject, until, language) for subject, until in models.trials_ended.items()]


def _sentence(key: str, subject: str, until: dt.date, language: str) -> str:
    name = text("pages.common", subject)[language]
    return text("serving.trial", key)[language].format(until=format_day(until, language), subject=name)
