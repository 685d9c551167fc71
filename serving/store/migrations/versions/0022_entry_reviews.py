"""Reviews of alarms about entries by hand; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"

_ALL = "current_setting('mimamori.reach', true) = 'all'"
_AS_ONESELF = "reviewer_id::text = current_setting('mimamori.account', true)"


def upgrade() -> None:
    op.execute(
        "create table serving.entry_review (account_id bigint not null references serving.account, day date not null, "
        "reviewer_id bigint not null references serving.account check (reviewer_id <> account_id), "
        "answer text not null check (answer in ('explained', 'unexplained')), "
        "reviewed_at timestamptz not null default clock_timestamp(), primary key (account_id, day))"
    )
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.entry_review "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("grant select, insert on serving.entry_review to mimamori_service")
    op.execute("alter table serving.entry_review enable row level security")
    op.execute("alter table serving.entry_review force row level security")
    op.execute(f"create policy reached on serving.entry_review using ({_ALL}) with check ({_ALL} and {_AS_ONESELF})")


def downgrade() -> None:
    raise NotImplementedError("who reviewed what is not taken away; restore a backup instead")
