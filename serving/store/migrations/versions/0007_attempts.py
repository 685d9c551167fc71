"""Failed attempts to sign in, counted for all workers together."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        "create table serving.attempt (bucket bytea not null, attempted_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index attempts_of on serving.attempt (bucket, attempted_at)")
    op.execute("create index attempts_at on serving.attempt (attempted_at)")


def downgrade() -> None:
    op.execute("drop table serving.attempt")
