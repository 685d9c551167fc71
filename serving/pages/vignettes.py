"""Stories page: what every model must keep, and whether the champions do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from models.bundle import Bundle
from models.vignettes.evaluation import Vignettes, check_vignettes
from models.vignettes.page import StoryRow, counts, story_rows
from serving.auth.sessions import PageReader
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import SUBJECTS
from serving.web.rendering import Page, language_of, render

router = APIRouter(include_in_schema=False)
_KEPT = 4
_CHECKED: dict[str, Vignettes] = {}
"""Results of the models in use by sha256: the stories and a signed model never change."""


@dataclass(frozen=True, slots=True)
class VignettesPage(Page):
    """Stories with the results of the champions; none without a champion."""

    name: ClassVar[str] = "vignettes"
    summary: str
    rows: list[StoryRow]


@router.get("/vignettes")
def vignettes(request: Request, caller: PageReader) -> Response:
    """Show every story, with its score and what must hold."""
    service: DecisionService = request.app.state.service
    service.models.reload()
    language = language_of(request)
    parts = [_checked(service.models.bundles[subject]) for subject in SUBJECTS if subject in service.models.bundles]
    return render(request, VignettesPage(counts(parts, language), story_rows(parts, language)), caller)


def _checked(bundle: Bundle) -> Vignettes:
    if bundle.sha256 not in _CHECKED:
        while len(_CHECKED) >= _KEPT:
            del _CHECKED[next(iter(_CHECKED))]
        _CHECKED[bundle.sha256] = check_vignettes(bundle)
    return _CHECKED[bundle.sha256]
