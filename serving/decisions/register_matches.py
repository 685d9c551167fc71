"""Which matches with a register may be shown? All on what a feed sent: nobody asks a register by guessing names.

An officer who enters or corrects a record could try names and birth dates one after another. On such a record a match
counts only if it was shown before the officer's correction, so that a correction hides no former victim either.
"""

from __future__ import annotations

import orjson
from sqlalchemy import Connection

from serving.auth.permissions import OFFICER
from serving.decisions.scoring import PROTECT, WHOLE_REGISTER, WITHHELD, RegisterView
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.submissions import role_of_sender


def register_view(role: str | None, before: Decision | None) -> RegisterView:
    """Return what of the registers counts for a record.

    Parameters
    ----------
    role
        Role of the account that sent this version of the record; None if it was loaded or sent before accounts.
    before
        Decision on the version before it; None for a first version.
    """
    if role != OFFICER:
        return WHOLE_REGISTER
    if before is None:
        return RegisterView(victims=False, entries=frozenset())
    shown = orjson.loads(before.shown)
    evidence = (entry for reason in shown["reasons"] for entry in reason["evidence"])
    entries = frozenset(str(entry["id"]) for entry in evidence if entry["table"] == "tip_database")
    return RegisterView(victims=PROTECT in _codes(before), entries=entries)


def register_view_of(connection: Connection, decision: Decision) -> RegisterView:
    """Return what of the registers counted for a stored decision, for its replay."""
    role = role_of_sender(connection, decision.record_position)
    view = register_view(role, decisions.before(connection, decision) if role == OFFICER else None)
    # a decision from before perpetrators' entries were withheld has no such warning
    return view if WITHHELD in _codes(decision) else RegisterView(victims=view.victims)


def _codes(decision: Decision) -> set[str]:
    return {warning["code"] for warning in orjson.loads(decision.shown)["warnings"]}
