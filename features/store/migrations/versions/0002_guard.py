"""History is also kept from TRUNCATE, and the keys of records are kept like the records."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        create or replace function records.keep_history() returns trigger language plpgsql as $$
        begin
            if tg_op = 'UPDATE' and tg_table_name = 'record' then
                if old.superseded_at is null and new.superseded_at is not null
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
    op.execute(
        "create trigger keep_posting before update or delete on records.posting "
        "for each row execute function records.keep_history()"
    )
    for table in ("record", "posting"):
        op.execute(
            f"create trigger keep_all before truncate on records.{table} "
            "for each statement execute function records.keep_history()"
        )


def downgrade() -> None:
    raise NotImplementedError("history is not taken away; restore a backup instead")
