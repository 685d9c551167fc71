"""What is the service? The application, put together from its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Engine

from features.database import open_engine
from features.settings import Settings
from features.store.migrating import migrate
from features.store.records import RecordStore
from serving.deciding import Desk
from serving.errors import add_error_answers
from serving.routes import pages, reading, records
from serving.shelf import Shelf

_HERE = Path(__file__).parent
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""On every answer; ``no-store`` because answers speak of people."""


def open_desk(settings: Settings, engine: Engine | None = None) -> Desk:
    """Open the database, bring its tables up to date and load the champions."""
    engine = engine or open_engine(settings)
    store = RecordStore.open(engine, settings.data_key_path)
    migrate(engine, _HERE / "store" / "migrations", "serving")
    shelf = Shelf(settings)
    shelf.reload()
    return Desk(engine, store, shelf)


def create_app(settings: Settings | None = None, desk: Desk | None = None) -> FastAPI:
    """Make the application."""
    app = FastAPI(
        title="Mimamori",
        description="Whom to offer a protective interview next, and why.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk or open_desk(settings or Settings.from_environment())
    app.state.registry = CollectorRegistry()
    app.state.counted = Counter(
        "mimamori_decisions", "Decisions made", ["subject", "route"], registry=app.state.registry
    )
    add_error_answers(app)
    for part in (records.router, reading.router, pages.router):
        app.include_router(part)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method not in {"GET", "HEAD"} and request.headers.get("sec-fetch-site") in {
            "cross-site",
            "same-site",
        }:
            return Response(status_code=403)
        response = await call_next(request)
        response.headers.update(SECURITY)
        return response

    return app
