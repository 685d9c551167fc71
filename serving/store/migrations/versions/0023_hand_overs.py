"""Cases that an officer hands over: an act on the queue, whose reason is the account of the colleague.

While it stands the case is in the colleague's name, who accepts it or gives it back.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"

_COLUMNS = (
    "subject, subject_id, post, decision_id, number, tier, sort_score, as_of, arrived_at, is_unpinned, is_application"
)
_SAME_CASE = "{0}.subject = d.subject and {0}.subject_id = d.subject_id"


def upgrade() -> None:
    op.execute("alter table serving.queue_act drop constraint queue_act_act_check")
    op.execute(
        "alter table serving.queue_act add constraint queue_act_act_check "
        "check (act in ('take', 'open', 'hand', 'release', 'skip', 'snooze', 'close', 'restore'))"
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
            select a.act as last_act, case when a.act = 'hand' then cast(a.reason as bigint) else a.account_id end as last_account,
                a.until as last_until,
                -- a hold outlasts a new decision; what was put off comes back
                a.act in ('take', 'open', 'hand') or (a.act in ('skip', 'snooze') and a.number = d.number) as stands
            from serving.queue_act a where {_SAME_CASE.format("a")} order by a.act_id desc limit 1
        ) a on true
        where last_act is distinct from 'close'
        and not exists (select 1 from serving.held_interview i where {_SAME_CASE.format("i")})
        and (not exists (select 1 from serving.closed_case c where {_SAME_CASE.format("c")})
            or exists (select 1 from serving.queue_act r where {_SAME_CASE.format("r")} and r.act = 'restore'))
        """
    )
    op.execute("create index queue_handed on serving.waiting_case (post) where act = 'hand'")


def downgrade() -> None:
    raise NotImplementedError("who handed over which case is not taken away; restore a backup instead")
