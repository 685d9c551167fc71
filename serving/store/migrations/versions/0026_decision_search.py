"""Search over the decisions of all posts: which findings a decision shows, and indexes in the order of its pages.

``decision_finding`` repeats what decisions show; a trigger keeps it so, and `mimamori log verify` compares.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0024"

_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_REACHED = f"({_ALL} or {_OF_POST})"
# what was changed past the triggers, and is no answer any more, shows no finding; it is a fault of its own row
_REASONS = "case when {0}.shown is json object then case jsonb_typeof({0}.shown::jsonb -> 'reasons') when 'array' then {0}.shown::jsonb -> 'reasons' end end"
_READERS = "serving.readers_of_case(text, text)"


def upgrade() -> None:
    op.execute("select set_config('mimamori.reach', 'all', true)")
    for name, columns in {
        "decision_of_model": "(model_sha256, as_of desc, number desc)",
        "decision_off_queue": "(route, as_of desc, number desc) where route <> 'interview_queue'",
        "decision_by_score": "(model_sha256, score, number) where route = 'interview_queue'",
        "decision_of_account": "(account_id) where account_id <> 0",
    }.items():
        op.execute(f"create index {name} on serving.decision {columns}")
    op.execute("create index interviews_of_account on serving.interviewed_case (account_id)")
    op.execute("create index interviews_by_time on serving.interviewed_case (recorded_at desc)")
    op.execute("create index queue_acts_of_account on serving.queue_act (account_id)")
    _findings()
    _readers()
    _interviews()


def _findings() -> None:
    op.execute(
        "create table serving.decision_finding (code text not null, as_of bigint not null, number bigint not null, "
        "post text, decision_id uuid not null, primary key (code, as_of, number))"
    )
    op.execute("create index findings_of_post on serving.decision_finding (post, code, as_of, number)")
    op.execute(
        "create view serving.shown_finding with (security_invoker = true) as select distinct r ->> 'code' as code, "
        f"d.as_of, d.number, d.post, d.decision_id from serving.decision d cross join lateral jsonb_array_elements({_REASONS.format('d')}) r "
        "where r ->> 'code' is not null"
    )
    op.execute(
        "insert into serving.decision_finding select code, as_of, number, post, decision_id from serving.shown_finding"
    )
    op.execute(
        "create function serving.keep_findings() returns trigger language plpgsql security definer "
        "set search_path = pg_catalog, pg_temp as $$ begin insert into serving.decision_finding "
        "select distinct r ->> 'code', new.as_of, new.number, new.post, new.decision_id "
        f"from jsonb_array_elements({_REASONS.format('new')}) r where r ->> 'code' is not null; return null; end $$"
    )
    op.execute("revoke execute on function serving.keep_findings() from public")
    op.execute(
        "create trigger findings after insert on serving.decision for each row execute function serving.keep_findings()"
    )
    op.execute("grant select on serving.decision_finding to mimamori_service")
    op.execute("alter table serving.decision_finding enable row level security")
    op.execute("alter table serving.decision_finding force row level security")
    op.execute(f"create policy reached on serving.decision_finding using {_REACHED} with check {_REACHED}")


def _readers() -> None:
    """Let who reaches all posts see who read about a case; the readings themselves stay out of reach."""
    op.execute(
        f"create function {_READERS} returns table (account text, role text, view text, purpose text, times bigint, "
        "first_at timestamptz, last_at timestamptz) language sql stable security definer "
        "set search_path = pg_catalog, pg_temp as $$ select a.name, a.role, r.view, r.purpose, count(*), min(r.read_at), "
        "max(r.read_at) from serving.reading r join serving.account a using (account_id) "
        "where r.decision_id in (select d.decision_id from serving.decision d where d.subject = $1 and d.subject_id = $2) "
        "and current_setting('mimamori.reach', true) = 'all' group by a.name, a.role, r.view, r.purpose "
        "order by max(r.read_at) desc $$"
    )
    op.execute(f"revoke execute on function {_READERS} from public")
    op.execute(f"grant execute on function {_READERS} to mimamori_service")


def _interviews() -> None:
    """Let who reaches all posts see interviews without a look at every decision."""
    for table in ("interviewed_case", "closed_case"):
        of_case = f"(exists (select 1 from serving.decision d where (d.subject, d.subject_id) = ({table}.subject, {table}.subject_id)))"
        op.execute(f"drop policy reached on serving.{table}")
        op.execute(f"create policy reached on serving.{table} using ({_ALL} or {of_case}) with check {of_case}")


def downgrade() -> None:
    raise NotImplementedError("what decisions are found by is not taken away; restore a backup instead")
