"""Requests for another post's record, their answers, and the reviews of urgent openings; rows are only ever added."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

_OF_POST = "{0}post = any(string_to_array(current_setting('mimamori.posts', true), E'\\n'))"
_ALL = "current_setting('mimamori.reach', true) = 'all'"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"
_POLICIES = {
    "access_request": (
        f"({_ALL} or {_OF_POST.format('')} or {_AS_ONESELF})",
        f"({_AS_ONESELF} and exists (select 1 from serving.decision d where d.decision_id = access_request.decision_id))",
    ),
    # nobody answers an own request; an auditor reviews and grants nothing
    "access_answer": (
        "(exists (select 1 from serving.access_request r where r.request_id = access_answer.request_id))",
        f"({_AS_ONESELF} and exists (select 1 from serving.access_request r where r.request_id = access_answer.request_id "
        "and r.account_id <> access_answer.account_id "
        "and r.is_urgent = (access_answer.answer in ('justified', 'unjustified')) "
        f"and ({_OF_POST.format('r.')} or (r.is_urgent and {_ALL}))))",
    ),
}
"""Which rows a transaction sees, and which it may add."""


def upgrade() -> None:
    op.execute(
        "create table serving.access_request (request_id uuid primary key, "
        "account_id bigint not null references serving.account, from_post text not null, "
        "decision_id uuid not null references serving.decision (decision_id), record_table text not null, "
        "record_id text not null, post text not null, purpose text not null, is_urgent boolean not null, "
        "requested_at timestamptz not null default clock_timestamp(), expires_at timestamptz, "
        "check (is_urgent = (expires_at is not null)))"
    )
    op.execute("create index requests_by_account on serving.access_request (account_id, requested_at)")
    op.execute("create index requests_to_post on serving.access_request (post, requested_at)")
    op.execute(
        "create table serving.access_answer (request_id uuid primary key references serving.access_request, "
        "account_id bigint not null references serving.account, "
        "answer text not null check (answer in ('granted', 'declined', 'justified', 'unjustified')), "
        "answered_at timestamptz not null default clock_timestamp(), expires_at timestamptz, "
        "check ((answer = 'granted') = (expires_at is not null)))"
    )
    for table, (seen, added) in _POLICIES.items():
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on serving.{table} "
            "for each statement execute function serving.refuse_change()"
        )
        op.execute(f"grant select, insert on serving.{table} to mimamori_service")
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(f"create policy reached on serving.{table} using {seen} with check {added}")


def downgrade() -> None:
    raise NotImplementedError("who opened what is not taken away; restore a backup instead")
