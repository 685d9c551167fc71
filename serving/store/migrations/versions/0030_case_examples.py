"""Anonymised case examples, encrypted until they are shown, and who released each; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"

_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"
_RELEASED = "example_id in (select r.example_id from serving.case_example_release r)"


def upgrade() -> None:
    op.execute(
        "create table serving.case_example (example_id uuid primary key, subject text not null, subject_id text not null, "
        "account_id bigint not null references serving.account, content bytea not null, "
        "written_at timestamptz not null default clock_timestamp())"
    )
    op.execute(
        "create table serving.case_example_release (example_id uuid primary key references serving.case_example, "
        "writer_id bigint not null references serving.account, "
        "account_id bigint not null references serving.account check (account_id <> writer_id), "
        "released_at timestamptz not null default clock_timestamp())"
    )
    for table, readable in (("case_example", f"{_ALL} or {_RELEASED}"), ("case_example_release", "true")):
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on serving.{table} "
            "for each statement execute function serving.refuse_change()"
        )
        op.execute(f"grant select, insert on serving.{table} to mimamori_service")
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(f"create policy reached on serving.{table} using ({readable}) with check ({_ALL} and {_AS_ONESELF})")


def downgrade() -> None:
    raise NotImplementedError("who released what is not taken away; restore a backup instead")
