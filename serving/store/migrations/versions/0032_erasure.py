"""Erasures: which keys of people were destroyed, when and why; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        "create table serving.erasure (erasure_id bigint generated always as identity primary key, key_ids bigint[] not null, "
        "reason text not null, record_count integer not null, erased_at timestamptz not null default clock_timestamp())"
    )
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.erasure "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("grant select, insert on records.person_key to mimamori_service")
    op.execute("grant select on serving.erasure to mimamori_service")


def downgrade() -> None:
    raise NotImplementedError("what was erased is not taken back")
