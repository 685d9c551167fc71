"""Who read what about whom; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "create table serving.reading (reading_id bigint generated always as identity primary key, "
        "read_at timestamptz not null default clock_timestamp(), "
        "account_id bigint not null references serving.account, view text not null, decision_id uuid, "
        "record_table text, record_id text, fields text[] not null, purpose text, "
        "check (decision_id is not null or record_id is not null))"
    )
    op.execute("create index readings_of_decision on serving.reading (decision_id)")
    op.execute("create index readings_by_account on serving.reading (account_id, read_at)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.reading "
        "for each statement execute function serving.refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("who read what is not taken away; restore a backup instead")
