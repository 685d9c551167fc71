"""A person changes the own password, and signs in at an OpenID provider."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _own_password()
    op.execute(
        "create table serving.oidc_subject (issuer text not null, subject text not null, "
        "account_id bigint not null references serving.account, primary key (issuer, subject))"
    )
    op.execute(
        "create table serving.oidc_start (state_hash bytea primary key, nonce text not null, verifier text not null, "
        "started_at timestamptz not null default clock_timestamp())"
    )
    op.execute("grant select on serving.oidc_subject to mimamori_service")
    op.execute("grant select, insert, delete on serving.oidc_start to mimamori_service")


def _own_password() -> None:
    """Let requests write a password, of the account that they act as alone."""
    op.execute("grant update (password_hash) on serving.account to mimamori_service")
    # not forced: commands and migrations work as the owner
    op.execute("alter table serving.account enable row level security")
    op.execute("create policy readable on serving.account for select using (true)")
    own = "account_id::text = current_setting('mimamori.account', true)"
    op.execute(f"create policy own_password on serving.account for update using ({own}) with check ({own})")


def downgrade() -> None:
    op.execute("drop table serving.oidc_start")
    op.execute("drop table serving.oidc_subject")
    op.execute("drop policy own_password on serving.account")
    op.execute("drop policy readable on serving.account")
    op.execute("alter table serving.account disable row level security")
    op.execute("revoke update (password_hash) on serving.account from mimamori_service")
