"""What is the service? The application, put together from its parts."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import Engine

from features.database import open_engine
from features.settings import Settings
from features.store.migrating import migrate
from features.store.records import RecordStore
from serving.deciding import Desk
from serving.errors import add_error_answers
from serving.guard import Guard
from serving.routes import pages, reading, records
from serving.shelf import Shelf

_HERE = Path(__file__).parent


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

    app.add_middleware(Guard)
    return app
