"""Postings under a key come in order of time and position, so that "the latest 26" are always the same."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("drop index records.posted")
    op.execute("create index posted on records.posting (kind, key, known_at, position)")


def downgrade() -> None:
    raise NotImplementedError("history is not taken away; restore a backup instead")
