"""The sealed log: its leaves, which are never changed or deleted."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "create table serving.log_leaf (position bigint primary key, kind text not null, subject_id text not null, "
        "commitment bytea not null, nonce bytea, content bytea)"
    )
    op.execute("create index leaf_of on serving.log_leaf (kind, subject_id)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.log_leaf "
        "for each statement execute function serving.refuse_change()"
    )
    # the role that requests work as appends and proves, and changes nothing
    op.execute("grant select, insert on serving.log_leaf to mimamori_service")


def downgrade() -> None:
    raise NotImplementedError("the log is not taken away; restore a backup instead")
