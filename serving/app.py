"""What is the service? The application, put together from its parts."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Engine

from features.database import leave, open_engine
from features.settings import Settings
from features.store.migrating import migrate
from features.store.records import RecordStore
from serving.deciding import Desk
from serving.errors import add_error_answers
from serving.guard import Guard
from serving.routes import case_pages, model_pages, pages, queue_page, reading, records
from serving.shadow import ShadowScorer
from serving.shelf import Shelf
from serving.sign_in import SignInFirst

_HERE = Path(__file__).parent


def open_desk(settings: Settings, engine: Engine | None = None) -> Desk:
    """Open the database, bring its tables up to date and load the champions."""
    engine = engine or open_engine(settings)
    store = RecordStore.open(engine, settings.data_key_path)
    migrate(engine, _HERE / "store" / "migrations", "serving")
    shelf = Shelf(settings)
    shelf.reload()
    return Desk(engine, store, shelf)


def create_app(
    settings: Settings | None = None,
    desk: Desk | None = None,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Make the application."""
    desk = desk or open_desk(settings or Settings.from_environment())
    app = FastAPI(
        title="Mimamori",
        description="Whom to offer a protective interview next, and why.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan or _with_shadow,
    )
    app.state.desk = desk
    app.state.registry = CollectorRegistry()
    app.state.counted = Counter(
        "mimamori_decisions", "Decisions made", ["subject", "route"], registry=app.state.registry
    )
    add_error_answers(app)

    @app.exception_handler(SignInFirst)
    async def sign_in_first(_: Request, error: SignInFirst) -> RedirectResponse:
        return RedirectResponse("/sign-in", 303)

    for part in (
        records.router,
        reading.router,
        pages.router,
        queue_page.router,
        case_pages.router,
        model_pages.router,
    ):
        app.include_router(part)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")

    app.add_middleware(Guard)
    return app


def create_worker() -> FastAPI:
    """Make the application for one of several workers, which a signal ends at once."""
    return create_app(lifespan=_with_shadow_and_then_leaving)


@asynccontextmanager
async def _with_shadow(app: FastAPI) -> AsyncIterator[None]:
    """Let the challenger score in the background while the service runs."""
    scorer = ShadowScorer(app.state.desk)
    scorer.start()
    # what was loaded stays for good: without this the collector walks through all of it within somebody's request
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        await asyncio.to_thread(scorer.stop)


@asynccontextmanager
async def _with_shadow_and_then_leaving(app: FastAPI) -> AsyncIterator[None]:
    """Leave the embedded database when the service has ended: nothing of the process runs after that."""
    async with _with_shadow(app):
        yield
    desk: Desk = app.state.desk
    desk.engine.dispose()
    await asyncio.to_thread(leave, desk.shelf.settings)
