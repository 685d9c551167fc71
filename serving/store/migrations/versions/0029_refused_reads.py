"""Reads of scores that were refused for their role; rows are only ever added, and hold no person."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0032"


def upgrade() -> None:
    op.execute(
        "create table serving.refused_read (read_id bigint generated always as identity primary key, role text not null, "
        "purpose text not null, refused_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index refused_reads_by_time on serving.refused_read (refused_at)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.refused_read "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("grant select, insert on serving.refused_read to mimamori_service")


def downgrade() -> None:
    raise NotImplementedError("what was refused is not taken away; restore a backup instead")
