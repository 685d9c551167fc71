"""Words by which a post finds its own cases: blinded, so that the database holds no name in the clear."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

_OF_POST = "post = any((select string_to_array(current_setting('mimamori.posts', true), E'\\n'))::text[])"
_REACHED = f"((select current_setting('mimamori.reach', true) = 'all') or {_OF_POST})"


def upgrade() -> None:
    op.execute(
        "create table serving.case_word (word bigint not null, post text not null, subject text not null, "
        "subject_id text not null, primary key (word, post, subject, subject_id))"
    )
    op.execute("grant select, insert on serving.case_word to mimamori_service")
    op.execute("alter table serving.case_word enable row level security")
    op.execute("alter table serving.case_word force row level security")
    op.execute(f"create policy reached on serving.case_word using {_REACHED} with check {_REACHED}")


def downgrade() -> None:
    op.execute("drop table serving.case_word")
