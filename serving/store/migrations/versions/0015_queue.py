"""The queue as a table, in the order of its pages, and what officers do with its cases.

``waiting_case`` repeats what decisions, interviews, closings and acts say; triggers keep it so, and `mimamori log verify`
compares.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

_COLUMNS = (
    "subject, subject_id, post, decision_id, number, tier, sort_score, as_of, arrived_at, is_unpinned, is_application"
)
_ORDERS = {
    "priority": "tier, sort_score, as_of, number",
    "due": "is_application, as_of, number",
    "arrival": "is_unpinned, arrived_at, number",
}
_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_REACHED = f"({_ALL} or {_OF_POST})"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"


def upgrade() -> None:
    op.execute("create index decision_by_time on serving.decision (as_of desc, number desc)")
    op.execute("create index decision_of_post_by_time on serving.decision (post, as_of desc, number desc)")
    _acts()
    _views()
    _table()
    _triggers()


def _acts() -> None:
    op.execute(
        "create table serving.queue_act (act_id bigint generated always as identity primary key, "
        "subject text not null, subject_id text not null, post text not null, number bigint not null, "
        "account_id bigint not null references serving.account, act text not null "
        "check (act in ('take', 'open', 'release', 'skip', 'snooze', 'restore')), reason text, until timestamptz, "
        "acted_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index queue_acts_of on serving.queue_act (subject, subject_id, act_id desc)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.queue_act "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("grant select, insert on serving.queue_act to mimamori_service")
    _protect("queue_act", f"({_OF_POST} and {_AS_ONESELF})")


def _protect(table: str, added: str) -> None:
    op.execute(f"alter table serving.{table} enable row level security")
    op.execute(f"alter table serving.{table} force row level security")
    op.execute(f"create policy reached on serving.{table} using {_REACHED} with check {added}")


def _views() -> None:
    op.execute(
        "create view serving.decision_order with (security_invoker = true) as select subject, subject_id, post, "
        'decision_id, number, cast(case when position(\'"code":"protect"\' in shown) > 0 then 0 '
        "when route = 'child_procedure' then 1 when score is not null then 2 else 3 end as smallint) as tier, "
        "case when route = 'child_procedure' then 0 else -coalesce(score, 0) end as sort_score, as_of, "
        "created_at as arrived_at, position('\"code\":\"protect\"' in shown) = 0 and route <> 'child_procedure' as is_unpinned, "
        "subject = 'visa' as is_application from serving.decision"
    )
    op.execute("grant select on serving.decision_order to mimamori_service")
    op.execute(
        f"""
        create view serving.case_without_interview as
        select {_COLUMNS}, act, act_account, act_until from (
            select distinct on (subject, subject_id) {_COLUMNS} from serving.decision_order
            order by subject, subject_id, number desc
        ) d left join lateral (
            select a.act, a.account_id as act_account, a.until as act_until, a.number as act_number
            from serving.queue_act a where a.subject = d.subject and a.subject_id = d.subject_id
            order by a.act_id desc limit 1
        -- a hold outlasts a new decision; what was put off comes back
        ) a on act in ('take', 'open') or (act in ('skip', 'snooze') and act_number = d.number)
        where not exists (select 1 from serving.interviewed_case i where i.subject = d.subject and i.subject_id = d.subject_id)
        and not exists (select 1 from serving.closed_case c where c.subject = d.subject and c.subject_id = d.subject_id)
        """
    )


def _table() -> None:
    op.execute(
        "create table serving.waiting_case (subject text not null, subject_id text not null, post text, "
        "decision_id uuid not null, number bigint not null, tier smallint not null, sort_score double precision not null, "
        "as_of bigint not null, arrived_at timestamptz not null, is_unpinned boolean not null, "
        "is_application boolean not null, act text, act_account bigint, act_until timestamptz, "
        "primary key (subject, subject_id))"
    )
    op.execute(f"insert into serving.waiting_case select {_COLUMNS}, act, act_account, act_until from serving.case_without_interview")  # fmt: skip
    for name, columns in _ORDERS.items():
        op.execute(f"create index queue_by_{name} on serving.waiting_case (post, {columns}) include (arrived_at, tier)")
        op.execute(f"create index queues_by_{name} on serving.waiting_case ({columns}) include (arrived_at, tier)")
    op.execute("create index queue_holds on serving.waiting_case (act_account) where act is not null")
    op.execute("grant select on serving.waiting_case to mimamori_service")
    _protect("waiting_case", _REACHED)


def _triggers() -> None:
    """Let every act on a case put it into the queue, take it out or leave it there."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in f"{_COLUMNS}, act, act_account, act_until".split(", "))
    op.execute(
        f"""
        create function serving.update_waiting_case() returns trigger
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
        declare given record;
        begin
            if tg_op = 'DELETE' then given := old; else given := new; end if;
            -- whoever comes second sees what the first one did
            perform 1 from serving.waiting_case w where w.subject = given.subject and w.subject_id = given.subject_id for update;
            insert into serving.waiting_case as w select {_COLUMNS}, act, act_account, act_until
            from serving.case_without_interview c where c.subject = given.subject and c.subject_id = given.subject_id
            on conflict (subject, subject_id) do update set {changes};
            if not found then
                delete from serving.waiting_case w where w.subject = given.subject and w.subject_id = given.subject_id;
            end if;
            return null;
        end $$
        """
    )
    op.execute("revoke execute on function serving.update_waiting_case() from public")
    for table in ("decision", "interviewed_case", "closed_case", "queue_act"):
        op.execute(
            f"create trigger queue after insert or delete on serving.{table} "
            "for each row execute function serving.update_waiting_case()"
        )


def downgrade() -> None:
    raise NotImplementedError("who held which case is not taken away; restore a backup instead")
