"""Seeds by which the order of an officer's practice cases is drawn; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"

_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"


def upgrade() -> None:
    op.execute(
        "create table serving.practice_draw (draw_id bigint generated always as identity primary key, "
        "account_id bigint not null references serving.account, set_name text not null, seed bytea not null, "
        "drawn_at timestamptz not null default clock_timestamp(), unique (account_id, set_name))"
    )
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.practice_draw "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("grant select, insert on serving.practice_draw to mimamori_service")
    op.execute("alter table serving.practice_draw enable row level security")
    op.execute("alter table serving.practice_draw force row level security")
    op.execute(
        f"create policy reached on serving.practice_draw using ({_ALL} or {_AS_ONESELF}) with check ({_AS_ONESELF})"
    )


def downgrade() -> None:
    raise NotImplementedError("what was drawn is not taken away; restore a backup instead")
