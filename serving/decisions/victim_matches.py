"""May a match with a victim's entry be shown? Only on what a feed sent: nobody asks the register by guessing names.

An officer who enters or corrects a record could try names and birth dates one after another. On such a record a match is
shown only if it was shown before the officer's correction, so that a correction hides no former victim either.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection

from serving.auth.permissions import OFFICER
from serving.decisions.scoring import PROTECT
from serving.store import decisions
from serving.store.decisions import Decision
from serving.store.submissions import roles_of_senders


def shows_victim(role: str | None, before: Decision | None) -> bool:
    """Return whether a match is shown on a record.

    Parameters
    ----------
    role
        Role of the account that sent this version of the record; None if it was loaded or sent before accounts.
    before
        Decision on the version before it; None for a first version.
    """
    return role != OFFICER or (before is not None and _is_shown(before))


def showed_victim(connection: Connection, stored: Sequence[Decision]) -> list[bool]:
    """Return whether a match could be shown on each of several stored decisions, for their replay."""
    roles = roles_of_senders(connection, [decision.record_position for decision in stored])
    senders = [(decision, roles.get(decision.record_position)) for decision in stored]
    return [
        shows_victim(role, decisions.before(connection, decision) if role == OFFICER else None)
        for decision, role in senders
    ]


def _is_shown(decision: Decision) -> bool:
    return any(warning["code"] == PROTECT for warning in orjson.loads(decision.shown)["warnings"])
