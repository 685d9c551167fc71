"""Change of the own password: the present password is compared under the limits of sign-in, and other sessions end."""

from __future__ import annotations

from fastapi import Request

from serving.auth.attempts import count_attempt, forgive_attempts
from serving.auth.passwords import password_hash, password_matches
from serving.auth.permissions import Caller
from serving.auth.sessions import session_hash
from serving.log.leaves import append_state
from serving.refusals import Refusal
from serving.store import accounts, credentials
from serving.store.transactions import transaction

FEWEST_CHARACTERS, MOST_CHARACTERS = 12, 256


def password_fault(caller: Caller, present: str, new: str, again: str) -> str | None:
    """Return the text key of what is wrong with a new password; None if nothing.

    Length is what counts: rules about kinds of characters make passwords that are easier to guess.
    """
    if not FEWEST_CHARACTERS <= len(new) <= MOST_CHARACTERS:
        return "password_length"
    if new != again:
        return "password_differs"
    if new == present or caller.name.lower() in new.lower() or len(set(new)) < FEWEST_CHARACTERS // 2:
        return "password_plain"
    return None


def change_password(request: Request, caller: Caller, *, present: str, new: str, again: str) -> str | None:
    """Store a person's new password and end the other sessions; return the text key of a fault, None if it is stored.

    Raises `Refusal` 503 if too many passwords are being compared.
    """
    fault = password_fault(caller, present, new, again)
    if fault is not None:
        return fault
    engine = request.app.state.service.engine
    try:
        count_attempt(engine, request, caller.name)
    except Refusal:
        return "too_many"
    with engine.connect() as connection:
        stored = accounts.password_of(connection, caller.account_id)
    if not password_matches(stored, present):
        return "password_wrong"
    hashed = password_hash(new)
    with transaction(engine, caller.reach) as connection:
        accounts.set_password(connection, caller.account_id, hashed)
        credentials.delete_other_sessions(connection, caller.account_id, session_hash(request))
        append_state(connection, "account", [caller.account_id])
    forgive_attempts(engine, request, caller.name)
    return None
