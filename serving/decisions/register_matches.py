"""Which matches with a register may be shown? All on what a feed sent: nobody asks a register by guessing names.

An officer who enters or corrects a record could try names and birth dates one after another, or the ids of applications,
whose fields then stand among the features. On such a record a match counts only if it was shown before the officer's
correction, so that a correction hides no former victim either, and an application only if a feed named it.
"""

from __future__ import annotations

import orjson
import pyarrow as pa
from sqlalchemy import Connection

from features.store.records import RecordStore
from serving.auth.permissions import OFFICER
from serving.decisions.scoring import NO_REGISTER, PROTECT, WHOLE_REGISTER, WITHHELD, RegisterView
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.submissions import role_of_sender


def register_view(
    connection: Connection, store: RecordStore, role: str | None, before: Decision | None, row: pa.Table
) -> RegisterView:
    """Return what of the registers counts for a record.

    Parameters
    ----------
    role
        Role of the account that sent this version of the record; None if it was loaded or sent before accounts.
    before
        Decision on the version before it; None for a first version.
    row
        This version.
    """
    if role != OFFICER:
        return WHOLE_REGISTER
    if before is None:
        return NO_REGISTER
    shown = orjson.loads(before.shown)
    evidence = (entry for reason in shown["reasons"] for entry in reason["evidence"])
    entries = frozenset(str(entry["id"]) for entry in evidence if entry["table"] == "tip_database")
    named = _named_by_a_feed(connection, store, before, row)
    return RegisterView(victims=PROTECT in _codes(before), entries=entries, application=named)


def register_view_of(connection: Connection, store: RecordStore, decision: Decision, row: pa.Table) -> RegisterView:
    """Return what of the registers counted for a stored decision on a record, for its replay."""
    role = role_of_sender(connection, decision.record_position)
    before = decisions.before(connection, decision) if role == OFFICER else None
    view = register_view(connection, store, role, before, row)
    # a decision from before entries and applications were withheld has no such warning
    return view if WITHHELD in _codes(decision) else RegisterView(victims=view.victims)


def _named_by_a_feed(connection: Connection, store: RecordStore, before: Decision | None, row: pa.Table) -> bool:
    """Return whether an earlier version of a landing, which no officer sent, names the same application."""
    if "landing_id" not in row.column_names:
        return True
    [landing_id], [application_id] = (row.column(name).to_pylist() for name in ("landing_id", "application_id"))
    while before is not None:
        if role_of_sender(connection, before.record_position) != OFFICER:
            version = store.rows(connection, "landings", [landing_id], before.record_position)
            if version.column("application_id").to_pylist() == [application_id]:
                return True
        before = decisions.before(connection, before)
    return False


def _codes(decision: Decision) -> set[str]:
    return {warning["code"] for warning in orjson.loads(decision.shown)["warnings"]}
