"""Pages for scientists and auditors: the models with gate, history and shadow, and the decisions of all posts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from features.settings import Settings
from features.tables.times import moment_of
from models.bundle import Bundle
from serving.deciding import Desk
from serving.due import day_of
from serving.model_words import COUNTS, FIGURES, OUTCOMES, figures_of, in_order, signed, those_that_hold, waiver_words
from serving.page import page
from serving.registered import NotRegistered, Registered, find
from serving.shadow_report import report_of
from serving.shelf import SUBJECTS
from serving.sign_in import reader_of
from serving.store import decisions, shadows

router = APIRouter(include_in_schema=False)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page says of one subject."""

    subject: str
    bundle: Bundle | None
    refused: str | None
    champion: Registered | None
    challenger: Registered | None
    reigns: list[dict[str, str]]
    shadow: dict[str, Any] | None


@router.get("/models")
def models(request: Request) -> Response:
    """Show which models serve and wait, what the gate said, and how a shadow compares."""
    caller = reader_of(request, "scientist", "auditor", "admin")
    desk: Desk = request.app.state.desk
    desk.shelf.reload()
    silent = False
    shown = []
    for subject in SUBJECTS:
        try:
            known = [find(desk.shelf.settings, subject, alias) for alias in ("champion", "challenger")]
        except NotRegistered:
            known, silent = [None, None], True
        with desk.engine.connect() as connection:
            latest = shadows.latest(connection, subject)
            compared = None if latest is None else report_of(connection, desk.store, latest)
        shown.append(
            Shown(
                subject, desk.shelf.bundles.get(subject), desk.shelf.refused.get(subject), known[0], known[1],
                reigns_of(desk.shelf.settings, subject), compared,
            )
        )  # fmt: skip
    return page(
        request, "models.html", caller, models=shown, silent=silent, ui=desk.shelf.settings.mlflow_ui, figures=FIGURES,
        counts=COUNTS, figures_of=figures_of, outcomes=OUTCOMES, learned=_learned,
        in_order=in_order, those_that_hold=those_that_hold, signed=signed, waiver_words=waiver_words,
    )  # fmt: skip


def reigns_of(settings: Settings, subject: str) -> list[dict[str, str]]:
    """Return who served, the latest first, as promotion wrote it down."""
    path = settings.home / "champions.json"
    try:
        told: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8")).get(subject, [])
    except (OSError, ValueError):
        return []
    return told[::-1]


def _learned(bundle: Bundle) -> str:
    told = bundle.about.get("learned_until_us", bundle.about.get("trained_until_us", ""))
    return day_of(int(told)).isoformat() if told.isdecimal() else "–"


@router.get("/decisions")
def all_decisions(
    request: Request, post: str = "", subject_id: str = "", route: str = "", before: str = ""
) -> Response:
    """Show decisions of all posts, the latest first."""
    caller = reader_of(request, "auditor")
    until = int(before) if before.isdecimal() and len(before) < 19 else None
    with request.app.state.desk.engine.connect() as connection:
        found = decisions.search(
            connection, post=post or None, subject_id=subject_id or None, limit=SHOWN, route=route or None, before=until
        )
    rows = [(one, moment_of(one.as_of)) for one in found]
    return page(
        request, "decisions.html", caller, rows=rows, post=post, subject_id=subject_id, route=route,
        older=found[-1].as_of if len(found) == SHOWN else None,
    )  # fmt: skip
