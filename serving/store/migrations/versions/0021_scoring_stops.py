"""Stops of scoring, for a post, for a model or for all, and the ways back; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        "create table serving.scoring_switch (switch_id bigint generated always as identity primary key, "
        "scope text not null check (scope in ('all', 'post', 'model')), name text not null, is_stopped boolean not null, "
        "reason text not null, account_id bigint not null references serving.account, "
        "switched_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index switches_of on serving.scoring_switch (scope, name, switch_id desc)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.scoring_switch "
        "for each statement execute function serving.refuse_change()"
    )
    # a stop says nothing about a person, and everybody is to see it
    op.execute("grant select, insert on serving.scoring_switch to mimamori_service")


def downgrade() -> None:
    raise NotImplementedError("who stopped scoring is not taken away; restore a backup instead")
