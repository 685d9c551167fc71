"""What a challenger would have said of live cases, beside the decisions and apart from them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "create table serving.shadow (shadow_id bigint generated always as identity primary key, subject text not null, "
        "model_sha256 text not null, version text not null, after_number bigint not null, "
        "begun_at timestamptz not null default now(), ends_at timestamptz not null, stopped_at timestamptz)"
    )
    op.execute(
        "create table serving.shadow_score (shadow_id bigint not null references serving.shadow, decision_id uuid not null, "
        "score double precision, raw_score double precision, contributions bytea not null, "
        "at timestamptz not null default now(), primary key (shadow_id, decision_id))"
    )
    op.execute("create index decision_number on serving.decision (subject, number)")


def downgrade() -> None:
    op.execute("drop table serving.shadow_score")
    op.execute("drop table serving.shadow")
    op.execute("drop index serving.decision_number")
