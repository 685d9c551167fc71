"""Interview sheets, their drafts, and the answers to keys of interviews; rows are only ever added.

A sheet that supersedes another takes its place. A withdrawal is a sheet without an outcome: it puts the
case back into the queue.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"
_ADDED = f"({_OF_POST} and {_AS_ONESELF})"
_SEEN = {
    # a draft is its author's alone, a sheet its post's
    "interview_draft": f"({_ALL} or {_ADDED})",
    "interview_sheet": f"({_ALL} or {_OF_POST})",
}


def upgrade() -> None:
    _tables()
    for table, seen in _SEEN.items():
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on serving.{table} "
            "for each statement execute function serving.refuse_change()"
        )
        op.execute(f"grant select, insert on serving.{table} to mimamori_service")
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(f"create policy reached on serving.{table} using {seen} with check {_ADDED}")
    _queue()


def _tables() -> None:
    case = "subject text not null, subject_id text not null, decision_id uuid not null, post text not null"
    author = "account_id bigint not null references serving.account"
    op.execute(
        f"create table serving.interview_draft (draft_id bigint generated always as identity primary key, {case}, {author}, "
        "supersedes uuid, content bytea not null, "
        "saved_at timestamptz not null default clock_timestamp())"
    )
    op.execute("create index drafts_of on serving.interview_draft (subject, subject_id, account_id, draft_id desc)")
    op.execute(
        f"create table serving.interview_sheet (sheet_id uuid primary key, {case}, {author}, outcome text, "
        "outcome_id text not null, supersedes uuid unique references serving.interview_sheet, "
        "draft_id bigint unique references serving.interview_draft, content bytea not null, "
        "recorded_at timestamptz not null default clock_timestamp(), "
        "check ((outcome is null) = (draft_id is null)), check (outcome is not null or supersedes is not null))"
    )
    op.execute(
        "create unique index first_sheet_of on serving.interview_sheet (subject, subject_id) where supersedes is null"
    )
    op.execute("create index sheets_of on serving.interview_sheet (subject, subject_id, recorded_at desc)")
    op.execute(
        "create table serving.interview_key (key_hash bytea primary key, request_hash bytea not null, outcome_id text not null)"
    )
    op.execute("grant select, insert on serving.interview_key to mimamori_service")


def _queue() -> None:
    """Let a case wait again while the last word about its interview is a withdrawal."""
    op.execute(
        "create view serving.held_interview with (security_invoker = true) as "
        "select subject, subject_id from serving.interviewed_case i where not exists (select 1 from serving.interview_sheet w "
        "where w.subject = i.subject and w.subject_id = i.subject_id and w.outcome is null "
        "and not exists (select 1 from serving.interview_sheet n where n.supersedes = w.sheet_id))"
    )
    op.execute("grant select on serving.held_interview to mimamori_service")
    # whatever else keeps a case out of the queue stays as it is
    op.execute(
        "do $$ declare changed text; begin "
        "changed := replace(pg_get_viewdef('serving.case_without_interview'), 'serving.interviewed_case', 'serving.held_interview'); "
        "execute 'create or replace view serving.case_without_interview as ' || changed; end $$"
    )
    op.execute(
        "create trigger queue after insert or delete on serving.interview_sheet "
        "for each row execute function serving.update_waiting_case()"
    )


def downgrade() -> None:
    raise NotImplementedError("what was recorded of interviews is not taken away; restore a backup instead")
