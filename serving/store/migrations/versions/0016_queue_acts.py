"""Acts on the queue with a way back, interview hours of a post, and the random draw of a week.

Closing is an act on the queue like the others. Rows of ``closed_case`` stay, sealed as they are; nothing is added to them any
more.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"

_COLUMNS = (
    "subject, subject_id, post, decision_id, number, tier, sort_score, as_of, arrived_at, is_unpinned, is_application"
)
_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_REACHED = f"((select current_setting('mimamori.reach', true) = 'all') or {_OF_POST})"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"
_BY_ACCOUNT = "account_id bigint not null references serving.account"
_SAME_CASE = "{0}.subject = d.subject and {0}.subject_id = d.subject_id"


def upgrade() -> None:
    op.execute("alter table serving.queue_act drop constraint queue_act_act_check")
    op.execute(
        "alter table serving.queue_act add constraint queue_act_act_check "
        "check (act in ('take', 'open', 'release', 'skip', 'snooze', 'close', 'restore'))"
    )
    op.execute(
        f"""
        create or replace view serving.case_without_interview as
        select {_COLUMNS}, case when stands then last_act end as act, case when stands then last_account end as act_account,
            case when stands then last_until end as act_until
        from (
            select distinct on (subject, subject_id) {_COLUMNS} from serving.decision_order
            order by subject, subject_id, number desc
        ) d left join lateral (
            select a.act as last_act, a.account_id as last_account, a.until as last_until,
                -- a hold outlasts a new decision; what was put off comes back
                a.act in ('take', 'open') or (a.act in ('skip', 'snooze') and a.number = d.number) as stands
            from serving.queue_act a where {_SAME_CASE.format("a")} order by a.act_id desc limit 1
        ) a on true
        where last_act is distinct from 'close'
        and not exists (select 1 from serving.interviewed_case i where {_SAME_CASE.format("i")})
        and (not exists (select 1 from serving.closed_case c where {_SAME_CASE.format("c")})
            or exists (select 1 from serving.queue_act r where {_SAME_CASE.format("r")} and r.act = 'restore'))
        """
    )
    op.execute("create index queue_acts_of_post on serving.queue_act (post, acted_at)")
    op.execute("create index interviewed_by_time on serving.interviewed_case (recorded_at)")
    _plans()


def _plans() -> None:
    op.execute(
        "create table serving.interview_plan (plan_id bigint generated always as identity primary key, post text not null, "
        "from_week date not null, interview_hours double precision not null check (interview_hours between 0 and 1000), "
        "interview_minutes smallint not null check (interview_minutes between 10 and 240), "
        "random_share double precision not null check (random_share between 0.1 and 0.2), "
        f"{_BY_ACCOUNT}, planned_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index interview_plan_of_post on serving.interview_plan (post, from_week desc, plan_id desc)")
    op.execute(
        "create table serving.random_draw (draw_id bigint generated always as identity primary key, post text not null, "
        "week date not null, seed bytea not null, slot_count integer not null, random_slot_count integer not null, "
        f"frame_count integer not null, {_BY_ACCOUNT}, drawn_at timestamptz not null default clock_timestamp(), unique (post, week))"
    )
    op.execute(
        "create table serving.drawn_case (subject text not null, subject_id text not null, post text not null, "
        "draw_id bigint not null references serving.random_draw, number bigint not null, "
        "inclusion_probability double precision not null check (inclusion_probability > 0 and inclusion_probability <= 1), "
        "primary key (subject, subject_id))"
    )
    for table, check in (("interview_plan", _AS_ONESELF), ("random_draw", _AS_ONESELF), ("drawn_case", "true")):
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on serving.{table} "
            "for each statement execute function serving.refuse_change()"
        )
        op.execute(f"grant select, insert on serving.{table} to mimamori_service")
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(f"create policy reached on serving.{table} using {_REACHED} with check ({_OF_POST} and {check})")


def downgrade() -> None:
    raise NotImplementedError("who closed which case is not taken away; restore a backup instead")
