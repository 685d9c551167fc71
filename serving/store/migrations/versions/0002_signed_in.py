"""Who is signed in to the pages."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        "create table serving.signed_in (token_hash bytea primary key, "
        "key_hash bytea not null references serving.api_key (token_hash), ends_at timestamptz not null)"
    )


def downgrade() -> None:
    op.execute("drop table serving.signed_in")
