"""Whether an officer writes an own view before the findings are shown, drawn once a case and officer; and these views.

Their rows are only ever added. Beside them: the language that an account
reads the pages in, and answers to practice cases.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_ALL = "(select current_setting('mimamori.reach', true) = 'all')"
_AS_ONESELF = "account_id::text = current_setting('mimamori.account', true)"


def upgrade() -> None:
    case = (
        "subject text not null, subject_id text not null, post text not null, "
        "account_id bigint not null references serving.account"
    )
    op.execute(
        f"create table serving.own_view_draw (draw_id bigint generated always as identity primary key, {case}, "
        "share double precision not null, is_first boolean not null, drawn_at timestamptz not null default clock_timestamp(), "
        "unique (subject, subject_id, account_id))"
    )
    op.execute(
        f"create table serving.own_view (view_id bigint generated always as identity primary key, {case}, "
        "decision_id uuid not null, stage text not null check (stage in ('first', 'after')), view text not null, "
        "reason text not null, advice text not null, viewed_at timestamptz not null default clock_timestamp(), "
        "unique (subject, subject_id, account_id, stage))"
    )
    for table in ("own_view_draw", "own_view"):
        op.execute(
            f"create trigger refuse_change before update or delete or truncate on serving.{table} "
            "for each statement execute function serving.refuse_change()"
        )
        op.execute(f"grant select, insert on serving.{table} to mimamori_service")
        op.execute(f"alter table serving.{table} enable row level security")
        op.execute(f"alter table serving.{table} force row level security")
        op.execute(
            f"create policy reached on serving.{table} using ({_ALL} or {_OF_POST}) with check ({_OF_POST} and {_AS_ONESELF})"
        )

    op.execute(
        "create table serving.account_language (account_id bigint primary key references serving.account, "
        "language text not null, chosen_at timestamptz not null default clock_timestamp())"
    )
    op.execute(
        "create table serving.practice_answer (answer_id bigint generated always as identity primary key, "
        "account_id bigint not null references serving.account, set_name text not null, number integer not null, "
        "is_interview boolean not null, is_advised boolean not null, is_exploited boolean not null, typology text not null, "
        "answered_at timestamptz not null default clock_timestamp(), unique (account_id, set_name, number))"
    )
    op.execute(
        "create trigger refuse_change before update or delete or truncate on serving.practice_answer "
        "for each statement execute function serving.refuse_change()"
    )
    op.execute("alter table serving.practice_answer enable row level security")
    op.execute("alter table serving.practice_answer force row level security")
    op.execute(
        f"create policy reached on serving.practice_answer using ({_ALL} or {_AS_ONESELF}) with check ({_AS_ONESELF})"
    )
    op.execute("grant select, insert on serving.practice_answer to mimamori_service")
    op.execute("grant select, insert, update (language, chosen_at) on serving.account_language to mimamori_service")


def downgrade() -> None:
    raise NotImplementedError("views of officers are not taken away; restore a backup instead")
