"""How many records a person entered by hand in a day, and whether they look like questions to a register."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_REACHED = (
    "(account_id::text = current_setting('mimamori.account', true) or current_setting('mimamori.reach', true) = 'all')"
)


def upgrade() -> None:
    op.execute(
        "create table serving.hand_entry_count (account_id bigint not null references serving.account, day date not null, "
        "entry_count integer not null, hint_count integer not null, alarmed_at timestamptz, primary key (account_id, day))"
    )
    op.execute("grant select, insert, update on serving.hand_entry_count to mimamori_service")
    op.execute("alter table serving.hand_entry_count enable row level security")
    op.execute("alter table serving.hand_entry_count force row level security")
    op.execute(f"create policy reached on serving.hand_entry_count using {_REACHED} with check {_REACHED}")


def downgrade() -> None:
    op.execute("drop table serving.hand_entry_count")
