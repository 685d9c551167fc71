"""Page on which a post sets its interview hours a week, and the share of interviews that is drawn at random."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serving.auth.permissions import Caller
from serving.auth.sessions import PageReader
from serving.decisions.capacity import USUAL_MINUTES, USUAL_SHARE, set_hours, week_of
from serving.i18n.formats import format_day
from serving.pages.queue_page import post_of
from serving.refusals import Refusal
from serving.store.interview_plans import InterviewPlan, plan_of
from serving.store.transactions import transaction
from serving.web.rendering import Page, language_of, render
from serving.web.request_bodies import FormFields

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class HoursPage(Page):
    """Interview hours of a post; ``plan`` is what is in force, ``weeks`` are the Mondays from which they may be set."""

    name: ClassVar[str] = "queue_hours"
    post: str
    plan: dict[str, str] | None
    form: dict[str, str]
    weeks: list[tuple[str, str]]
    status: str


@router.get("/queue/hours")
def hours(request: Request, caller: PageReader, post: str = "", saved: str = "") -> Response:
    """Show the interview hours of a post."""
    return _page(request, caller, post_of(caller, post) or "", "hours_saved" if saved else "")


@router.post("/queue/hours")
def save(request: Request, caller: PageReader, form: FormFields) -> Response:
    """Set the interview hours of a post."""
    post = form.get("post", "")
    try:
        set_hours(request.app.state.service, caller, _plan(form, post))
    except (ValueError, OverflowError):
        return _page(request, caller, post_of(caller, post) or "", "hours_wrong", 422)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return _page(request, caller, post, "hours_wrong", 422)
    return RedirectResponse(f"/queue/hours?post={post}&saved=yes", 303)


def _plan(form: dict[str, str], post: str) -> InterviewPlan:
    """Return the plan of a form; raises `ValueError` for what is no number or no day."""
    return InterviewPlan(
        post, dt.date.fromisoformat(form.get("from_week", "")), float(form.get("hours", "")),
        int(form.get("minutes", "")), float(form.get("share", "")) / 100,
    )  # fmt: skip


def _page(request: Request, caller: Caller, post: str, status: str, code: int = 200) -> Response:
    week, language = week_of(post), language_of(request)
    with transaction(request.app.state.service.engine, caller.reach) as connection:
        plan = plan_of(connection, post, week)
    given = plan or InterviewPlan(post, week, 0, USUAL_MINUTES, USUAL_SHARE)
    shown = {"hours": f"{given.interview_hours:g}", "minutes": str(given.interview_minutes), "share": f"{given.random_share * 100:g}"}  # fmt: skip
    days = [week + dt.timedelta(days=7 * number) for number in range(4)]
    weeks = [(day.isoformat(), format_day(day, language)) for day in days]
    return render(request, HoursPage(post, shown if plan else None, shown, weeks, status), caller, status=code)
