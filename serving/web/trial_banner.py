"""Banner of every page: which model is on trial until when, which trial has ended, and which lines a waiver covers."""

from __future__ import annotations

import datetime as dt

from features.languages import text, texts
from serving.i18n.formats import format_day
from serving.registry.loaded_models import LoadedModels


def trial_banners(models: LoadedModels, language: str) -> list[str]:
    """Return a sentence for each subject whose model is on trial, or served no longer than its trial."""
    models.reload()
    on_trial = {subject: approval.terms.until for subject, approval in models.approvals.items()}
    running = [_sentence("on_trial", subject, until, language) for subject, until in on_trial.items() if until]
    running += [_waived(subject, item.waiver, language) for subject, item in models.approvals.items() if item.waiver]
    return running + [_sentence("ended", subject, until, language) for subject, until in models.trials_ended.items()]


def _waived(subject: str, waiver: str, language: str) -> str:
    """Return who signed a waiver, and in words which lines of the gate it covers; ``waiver`` ends with their codes."""
    codes = waiver.rpartition("(")[2].removesuffix(")").split(", ")
    names = [texts("training.conditions").get(code, {}).get(language, "") for code in codes]
    sentences = texts("serving.trial")
    lines = sentences["separator"][language].join(filter(None, names)) or sentences["any_line"][language]
    name = text("pages.common", subject)[language]
    return sentences["waived"][language].format(subject=name, by=waiver.partition(":")[0], lines=lines)


def _sentence(key: str, subject: str, until: dt.date, language: str) -> str:
    name = text("pages.common", subject)[language]
    return text("serving.trial", key)[language].format(until=format_day(until, language), subject=name)
