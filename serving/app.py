"""The application: routes, pages, error handlers and middleware around one decision service."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter, Gauge

from features.database import leave
from features.settings import Settings
from serving.api import access_requests as access_routes
from serving.api import arrivals as arrival_routes
from serving.api import decisions, log, measures, operation, records, what_if
from serving.auth.permissions import require_permissions
from serving.decisions.rescorer import Rescorer
from serving.decisions.service import DecisionService
from serving.log.configuration import seal_settings
from serving.log.log_tree import LogTree
from serving.log.startup import CheckpointWriter, open_on_log
from serving.pages import (
    access_requests,
    account,
    all_decisions,
    arrivals,
    case,
    case_examples,
    case_history,
    case_sheet,
    changes,
    correction,
    decision_record,
    fairness,
    follow_up,
    harm,
    interview,
    interview_card,
    interview_notice,
    interview_record,
    interview_sheet,
    models,
    oidc_sign_in,
    own_view,
    practice,
    queue_acts,
    queue_hours,
    queue_page,
    queue_search,
    record,
    request_reply,
    review,
    scoring,
    sign_in,
    statistics,
    tour,
    vignettes,
)
from serving.shadow.scorer import ShadowScorer
from serving.web.error_handlers import add_error_handlers
from serving.web.middleware import SecurityMiddleware

API = (records, arrival_routes, decisions, access_routes, log, measures, what_if, operation)
PAGES = (
    sign_in,
    oidc_sign_in,
    account,
    queue_page,
    queue_acts,
    queue_hours,
    queue_search,
    arrivals,
    follow_up,
    case,
    case_sheet,
    case_history,
    correction,
    changes,
    record,
    request_reply,
    access_requests,
    interview,
    interview_card,
    interview_notice,
    interview_record,
    interview_sheet,
    own_view,
    practice,
    models,
    scoring,
    vignettes,
    all_decisions,
    decision_record,
    fairness,
    harm,
    statistics,
    case_examples,
    review,
)
_STATIC = Path(__file__).parent / "pages" / "static"


def create_app(
    settings: Settings | None = None,
    service: DecisionService | None = None,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    demonstration: bool = False,
) -> FastAPI:
    """Return the application, with a tour for a demonstration.

    Raises `RouteWithoutPermission` if the table of permissions lacks a route.
    """
    app = FastAPI(
        title="Mimamori",
        description="Whom to offer a protective interview next, and why.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan or _with_shadow,
    )
    app.state.service = (service or open_on_log(settings or Settings.from_environment())).for_requests()
    app.state.log_tree = LogTree()
    app.state.metrics = CollectorRegistry()
    app.state.decision_counter = Counter(
        "mimamori_decisions", "Decisions made", ["subject", "route"], registry=app.state.metrics
    )
    app.state.rescoring_gauges = {
        name: Gauge(f"mimamori_rescoring_{name}", help_text, registry=app.state.metrics)
        for name, help_text in (
            ("waiting", "Open cases that wait to be scored again"),
            ("failed", "Open cases that could not be scored again, and stay as they were"),
        )
    }
    add_error_handlers(app)
    parts = (*API, *PAGES, tour) if demonstration else (*API, *PAGES)
    for part in parts:
        app.include_router(part.router)
    require_permissions(route_names(part.router for part in parts))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(SecurityMiddleware)
    return app


def route_names(routers: Iterable[APIRouter]) -> set[str]:
    """Return the names of routes, as the table of permissions has them."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {f"{method} {route.path}" for route in routes for method in route.methods or ()}


def create_worker() -> FastAPI:
    """Return the application for one of several workers, which a signal ends at once."""
    return create_app(lifespan=_with_shadow_then_leave)


@asynccontextmanager
async def _with_shadow(app: FastAPI) -> AsyncIterator[None]:
    """Seal what the service works with; let the challenger score, score touched cases again, and export checkpoints, while it runs."""
    service: DecisionService = app.state.service
    seal_settings(service.engine, service.models.settings)
    service.refresh_models()
    threads = (ShadowScorer(service), Rescorer(service), CheckpointWriter(service))
    for thread in threads:
        thread.start()
    # loaded objects stay for good: without this the collector walks through all of them during a request
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        for thread in threads:
            await asyncio.to_thread(thread.stop)


@asynccontextmanager
async def _with_shadow_then_leave(app: FastAPI) -> AsyncIterator[None]:
    """Leave the embedded database when the service has ended: nothing of the process runs after that."""
    async with _with_shadow(app):
        yield
    service: DecisionService = app.state.service
    service.engine.dispose()
    await asyncio.to_thread(leave, service.models.settings)
