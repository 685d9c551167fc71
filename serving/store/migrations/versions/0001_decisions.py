"""Keys, decisions that cannot be changed, and idempotency keys."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        "create table serving.api_key (token_hash bytea primary key, role text not null, post text, "
        "created_at timestamptz not null default now(), revoked_at timestamptz)"
    )
    op.execute(
        """
        create table serving.decision (
            decision_id uuid primary key,
            number bigint generated always as identity,
            subject text not null,
            subject_id text not null,
            post text,
            as_of bigint not null,
            position bigint not null,
            own_position bigint not null,
            model_sha256 text,
            route text not null,
            score double precision,
            features bytea not null,
            contributions bytea not null,
            shown text not null,
            created_at timestamptz not null default now()
        )
        """
    )
    op.execute("create index decision_of on serving.decision (subject, subject_id, number desc)")
    op.execute("create index decision_queue on serving.decision (post, as_of)")
    op.execute(
        "create table serving.answered (key_hash bytea primary key, request_hash bytea not null, decision_id uuid not null)"
    )
    op.execute(
        "create table serving.interviewed (subject text not null, subject_id text not null, "
        "at timestamptz not null default now(), primary key (subject, subject_id))"
    )
    op.execute(
        "create function serving.keep() returns trigger language plpgsql as "
        "$$ begin raise exception 'decisions are never changed or deleted'; end $$"
    )
    op.execute(
        "create trigger keep before update or delete or truncate on serving.decision for each statement execute function serving.keep()"
    )


def downgrade() -> None:
    raise NotImplementedError("decisions are not taken away; restore a backup instead")
