"""Readings are stored by a function that returns the rows: the log seals what the service's role cannot read."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

_SIGNATURE = "serving.insert_readings(bigint, text, jsonb)"


def upgrade() -> None:
    op.execute(
        "create function serving.insert_readings(bigint, text, jsonb) returns setof text "
        "language sql volatile security definer set search_path = pg_catalog, pg_temp as $$ "
        "insert into serving.reading (account_id, view, decision_id, record_table, record_id, fields, purpose) "
        "select $1, r.view, r.decision_id, r.record_table, r.record_id, r.fields, $2 from jsonb_to_recordset($3) as "
        "r(view text, decision_id uuid, record_table text, record_id text, fields text[]) "
        "returning row_to_json(reading.*)::text $$"
    )
    op.execute(f"revoke execute on function {_SIGNATURE} from public")
    op.execute(f"grant execute on function {_SIGNATURE} to mimamori_service")
    # past the function a reading would have no leaf
    op.execute("revoke insert on serving.reading from mimamori_service")


def downgrade() -> None:
    op.execute("grant insert on serving.reading to mimamori_service")
    op.execute(f"drop function {_SIGNATURE}")
