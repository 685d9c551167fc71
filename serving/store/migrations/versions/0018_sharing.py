"""Sharing of records with open cases: what each case looked up, cases that a record touches, and why a case was scored again.

Beside them: records that an officer says are not about a case's person, and why a record was corrected.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_REACHED = f"((select current_setting('mimamori.reach', true) = 'all') or {_OF_POST})"
_SEEN = "serving.decisions_opened(bigint, uuid[])"


def upgrade() -> None:
    _lookups()
    _touched()
    _comebacks()
    _rescorings()
    _wrong_links()
    _corrections()


def _lookups() -> None:
    """Keep the look-ups of waiting cases alone: whoever leaves the queue is not scored again."""
    op.execute(
        "create table serving.case_lookup (kind smallint not null, key bigint not null, subject text not null, "
        "subject_id text not null, primary key (kind, key, subject, subject_id))"
    )
    op.execute("create index lookups_of_case on serving.case_lookup (subject, subject_id)")
    op.execute("grant select, insert, delete on serving.case_lookup to mimamori_service")
    op.execute(
        "create function serving.forget_lookups() returns trigger language plpgsql security definer "
        "set search_path = pg_catalog, pg_temp as $$ begin delete from serving.case_lookup l "
        "where l.subject = old.subject and l.subject_id = old.subject_id; return null; end $$"
    )
    op.execute("revoke execute on function serving.forget_lookups() from public")
    op.execute(
        "create trigger lookups after delete on serving.waiting_case for each row execute function serving.forget_lookups()"
    )


def _comebacks() -> None:
    """Let a case that comes back into the queue be scored again as of the latest record, which keeps its look-ups anew."""
    op.execute(
        "create function serving.touch_comeback() returns trigger language plpgsql security definer "
        "set search_path = pg_catalog, pg_temp as $$ begin "
        "insert into serving.touched_case (subject, subject_id, table_code, position, fan_out) "
        "select new.subject, new.subject_id, r.table_code, (select max(position) from records.record), 1 from serving.decision d "
        "join records.record r on r.position = d.record_position where d.decision_id = new.decision_id "
        "and new.arrived_at < now() and not exists (select 1 from serving.case_lookup l "
        "where l.subject = new.subject and l.subject_id = new.subject_id); return null; end $$"
    )
    op.execute("revoke execute on function serving.touch_comeback() from public")
    op.execute(
        "create trigger comeback after insert on serving.waiting_case for each row execute function serving.touch_comeback()"
    )


def _touched() -> None:
    op.execute(
        "create table serving.touched_case (touch_id bigint generated always as identity primary key, "
        "subject text not null, subject_id text not null, table_code smallint not null, position bigint not null, "
        "fan_out integer not null, attempts smallint not null default 0, "
        "touched_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index touched_by_turn on serving.touched_case (attempts, fan_out, touch_id)")
    op.execute("create index touches_of_case on serving.touched_case (subject, subject_id)")
    op.execute("grant select, insert, delete, update (attempts) on serving.touched_case to mimamori_service")


def _rescorings() -> None:
    op.execute(
        "create table serving.rescoring (decision_id uuid primary key references serving.decision, post text, "
        "subject text not null, subject_id text not null, tables text[] not null, positions bigint[] not null, "
        "rescored_at timestamptz not null default clock_timestamp())"
    )
    op.execute("grant select, insert on serving.rescoring to mimamori_service")
    op.execute(
        f"create function {_SEEN} returns setof uuid language sql stable security definer "
        "set search_path = pg_catalog, pg_temp as $$ select distinct r.decision_id from serving.reading r "
        "where r.decision_id = any($2) and r.account_id = $1 and r.view in ('case', 'decision') $$"
    )
    op.execute(f"revoke execute on function {_SEEN} from public")
    op.execute(f"grant execute on function {_SEEN} to mimamori_service")
    _keep("rescoring")


def _wrong_links() -> None:
    op.execute(
        "create table serving.wrong_link (link_id bigint generated always as identity primary key, "
        "subject text not null, subject_id text not null, post text, record_table text not null, record_id text not null, "
        "reason text not null, position bigint not null, account_id bigint not null references serving.account, "
        "stated_at timestamptz not null default clock_timestamp(), unique (subject, subject_id, record_table, record_id))"
    )
    op.execute("grant select, insert on serving.wrong_link to mimamori_service")
    _keep("wrong_link")


def _corrections() -> None:
    op.execute(
        "create table serving.correction_reason (position bigint primary key, reason text not null, "
        "account_id bigint not null references serving.account, corrected_at timestamptz not null default clock_timestamp())"
    )
    op.execute("grant select, insert on serving.correction_reason to mimamori_service")
    _refuse_change("correction_reason")
    op.execute(
        "create table serving.correction_request (request_id uuid primary key, subject text not null, "
        "subject_id text not null, post text, received_on date not null, columns text[] not null, "
        "account_id bigint not null references serving.account, entered_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index correction_requests_of on serving.correction_request (subject, subject_id)")
    op.execute("grant select, insert on serving.correction_request to mimamori_service")
    _keep("correction_request")
    op.execute(
        "create table serving.correction_answer (request_id uuid primary key references serving.correction_request, "
        "post text, answer text not null check (answer in ('corrected', 'partly', 'unchanged')), "
        "account_id bigint not null references serving.account, answered_at timestamptz not null default clock_timestamp())"
    )
    op.execute("grant select, insert on serving.correction_answer to mimamori_service")
    _keep("correction_answer")


def _keep(table: str) -> None:
    """Let rows of a post be seen by that post alone, and be changed by nobody."""
    _refuse_change(table)
    op.execute(f"alter table serving.{table} enable row level security")
    op.execute(f"alter table serving.{table} force row level security")
    op.execute(f"create policy reached on serving.{table} using {_REACHED} with check {_REACHED}")


def _refuse_change(table: str) -> None:
    op.execute(
        f"create trigger refuse_change before update or delete or truncate on serving.{table} "
        "for each statement execute function serving.refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("who corrected what is not taken away; restore a backup instead")
