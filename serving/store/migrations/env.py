"""Alembic's entry: runs the migrations on the connection that it is given."""

from __future__ import annotations

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table="version",
    version_table_schema=_given["schema"],
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
