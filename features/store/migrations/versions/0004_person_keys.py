"""Keys of people: a record about a person can be read only while the key of that person is there."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "create table records.person_key (key_id bigint primary key, "
        "person bigint not null unique, wrapped bytea not null)"
    )
    op.execute("alter table records.record add column key_id bigint")
    op.execute("create index under_key on records.record (key_id) where key_id is not null")
    op.execute(
        """
        create or replace function records.keep_history() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and tg_table_name = 'record' then
                if old.superseded_at is null and new.superseded_at is not null and new.key_id is not distinct from old.key_id
                   and (new.position, new.table_code, new.record_id, new.known_at, new.facts, new.layout_version, new.payload)
                     = (old.position, old.table_code, old.record_id, old.known_at, old.facts, old.layout_version, old.payload)
                then
                    return new;
                end if;
            end if;
            raise exception 'records are never changed or deleted; supersede them';
        end $$
        """
    )


def downgrade() -> None:
    raise NotImplementedError("history is not taken away; restore a backup instead")
