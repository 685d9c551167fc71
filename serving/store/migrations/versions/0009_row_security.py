"""The role that the service works as, and whose rows it sees: those of the posts that each transaction names."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

ROLE = "mimamori_service"
GRANTS = (
    "usage on schema records, serving",
    "select, insert on records.record, records.posting",
    "update (superseded_at) on records.record",
    "usage on sequence records.position",
    "select, insert on serving.decision, serving.submission, serving.idempotency_key, serving.interviewed_case, serving.closed_case, serving.shadow_score",
    "select on serving.shadow",
    "select on serving.account",
    "select, insert, update (revoked_at) on serving.api_key",
    "select, insert, delete on serving.session",
    "select, insert, delete on serving.attempt",
    "insert on serving.reading",
)
_REACHED = (
    "(current_setting('mimamori.reach', true) = 'all' "
    "or post = any(string_to_array(current_setting('mimamori.posts', true), E'\\n')))"
)
_OF_CASE = "(exists (select 1 from serving.decision d where (d.subject, d.subject_id) = ({0}.subject, {0}.subject_id)))"
_POLICIES = {"decision": _REACHED} | {name: _OF_CASE.format(name) for name in ("interviewed_case", "closed_case")}


def upgrade() -> None:
    op.execute(
        f"""
        do $$ begin
            if not exists (select from pg_roles where rolname = '{ROLE}') then
                create role {ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
            end if;
            if not pg_has_role(current_user, '{ROLE}', 'set') then
                grant {ROLE} to current_user;
            end if;
        exception
            when duplicate_object or unique_violation then null;
            when insufficient_privilege then
                raise exception 'a person who may create roles must run: create role {ROLE}; grant {ROLE} to %', current_user;
        end $$
        """
    )
    for grant in GRANTS:
        op.execute(f"grant {grant} to {ROLE}")
    for table, condition in _POLICIES.items():
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(f"create policy reached on serving.{table} using {condition} with check {condition}")


def downgrade() -> None:
    for table in _POLICIES:
        op.execute(f"drop policy reached on serving.{table}")
        op.execute(f"alter table serving.{table} no force row level security")
        op.execute(f"alter table serving.{table} disable row level security")
    for grant in GRANTS:
        op.execute(f"revoke {grant} from {ROLE}")
