"""Migration of database schemas by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text


def migrate(engine: Engine, scripts: Path, schema: str) -> None:
    """Bring a schema to its newest version.

    Parameters
    ----------
    scripts
        A folder with ``env.py`` and ``versions``.
    schema
        Schema of the tables and of their own version table.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    with engine.begin() as connection:
        # services that start at the same time migrate one after another
        connection.execute(text("select pg_advisory_xact_lock(7305411)"))
        connection.execute(text(f"create schema if not exists {schema}"))
        config.attributes.update(connection=connection, schema=schema)
        command.upgrade(config, "head")
