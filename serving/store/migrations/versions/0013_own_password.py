"""A person may change the own password: requests may write that column, of the account they act as alone."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("grant update (password_hash) on serving.account to mimamori_service")
    # not forced: commands and migrations work as the owner
    op.execute("alter table serving.account enable row level security")
    op.execute("create policy readable on serving.account for select using (true)")
    own = "account_id::text = current_setting('mimamori.account', true)"
    op.execute(f"create policy own_password on serving.account for update using ({own}) with check ({own})")


def downgrade() -> None:
    op.execute("drop policy own_password on serving.account")
    op.execute("drop policy readable on serving.account")
    op.execute("alter table serving.account disable row level security")
    op.execute("revoke update (password_hash) on serving.account from mimamori_service")
