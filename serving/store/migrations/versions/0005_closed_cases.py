"""Cases taken out of the queue by hand, and the index by which a queue reads the cases that arrived lately."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "create table serving.closed_case (subject text not null, subject_id text not null, reason text not null, "
        "key_hash bytea not null, recorded_at timestamptz not null default now(), primary key (subject, subject_id))"
    )
    op.execute("create index decision_arrival on serving.decision (post, created_at)")
    op.execute("drop index serving.decision_queue")


def downgrade() -> None:
    op.execute("create index decision_queue on serving.decision (post, as_of)")
    op.execute("drop index serving.decision_arrival")
    op.execute("drop table serving.closed_case")
