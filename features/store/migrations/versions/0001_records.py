"""Tables of records and of their keys, and the trigger that keeps history as it was."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("create sequence records.position as bigint")
    op.execute(
        """
        create table records.record (
            position bigint primary key,
            table_code smallint not null,
            record_id text not null,
            known_at bigint not null,
            facts bytea not null,
            layout_version text not null,
            payload bytea not null,
            superseded_at bigint
        )
        """
    )
    op.execute("create unique index live_record on records.record (table_code, record_id) where superseded_at is null")
    op.execute("create index any_record on records.record (table_code, record_id)")
    op.execute(
        """
        create table records.posting (
            kind smallint not null,
            key bigint not null,
            known_at bigint not null,
            position bigint not null
        )
        """
    )
    op.execute("create index posted on records.posting (kind, key, known_at) include (position)")
    op.execute(
        """
        create function records.keep_history() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and old.superseded_at is null and new.superseded_at is not null
               and (new.position, new.table_code, new.record_id, new.known_at, new.facts, new.payload)
                 = (old.position, old.table_code, old.record_id, old.known_at, old.facts, old.payload) then
                return new;
            end if;
            raise exception 'records are never changed or deleted; supersede them';
        end $$
        """
    )
    op.execute(
        "create trigger keep_history before update or delete on records.record "
        "for each row execute function records.keep_history()"
    )


def downgrade() -> None:
    raise NotImplementedError("history is not taken away; restore a backup instead")
