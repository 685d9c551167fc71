"""Tables and columns in standard terms; every stored value stays."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = {"answered": "idempotency_key", "signed_in": "session", "interviewed": "interviewed_case"}
COLUMNS = (
    ("decision", "own_position", "record_position"), ("interviewed_case", "at", "recorded_at"),
    ("shadow", "begun_at", "started_at"), ("shadow_score", "at", "scored_at"),
)  # fmt: skip


def upgrade() -> None:
    for old, new in TABLES.items():
        op.execute(f"alter table serving.{old} rename to {new}")
    for table, old, new in COLUMNS:
        op.execute(f"alter table serving.{table} rename column {old} to {new}")
    op.execute("alter function serving.keep() rename to refuse_change")
    op.execute("alter trigger keep on serving.decision rename to refuse_change")


def downgrade() -> None:
    op.execute("alter trigger refuse_change on serving.decision rename to keep")
    op.execute("alter function serving.refuse_change() rename to keep")
    for table, old, new in COLUMNS:
        op.execute(f"alter table serving.{table} rename column {new} to {old}")
    for old, new in TABLES.items():
        op.execute(f"alter table serving.{new} rename to {old}")
