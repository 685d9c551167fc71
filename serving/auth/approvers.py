"""Who approves a model? A person with an account, who confirms each approval by the own password."""

from __future__ import annotations

import click
from sqlalchemy import Engine

from features.command_line import Problem
from features.settings import Settings
from serving.auth.attempts import count_person, forgive_person
from serving.auth.names import canonical_name
from serving.auth.passwords import password_matches
from serving.auth.permissions import Role
from serving.decisions.service import open_service
from serving.log.leaves import append
from serving.refusals import Refusal
from serving.store import accounts

APPROVER_ROLES = (Role.SCIENTIST, Role.AUDITOR, Role.ADMIN)


def confirm_approver(settings: Settings, name: str, model: str) -> str:
    """Ask for the password of an approver and return the account's name; the sealed log keeps who approved which model.

    Before there is an account that may approve, an approver is known by the id that is given.

    Raises `Problem` for a name without such an account, a wrong password, or too many attempts.
    """
    if settings.database_url is None and not (settings.home / "postgres").exists():
        return name
    engine = open_service(settings).engine
    try:
        return _confirmed(engine, name, model)
    finally:
        engine.dispose()


def _confirmed(engine: Engine, name: str, model: str) -> str:
    with engine.connect() as connection:
        if not accounts.has_person(connection, APPROVER_ROLES):
            return name
    password = click.prompt(f"password of {name}", hide_input=True, err=True)
    try:
        count_person(engine, name)
    except Refusal as refusal:
        raise Problem(f"{refusal}; expected {refusal.expected}") from None
    with engine.begin() as connection:
        row, stored = accounts.account_by_name(connection, canonical_name(name)) or (None, None)
        # an unknown name takes as long as a wrong password, and gets the same answer
        if not password_matches(stored, password) or row is None or row.role not in APPROVER_ROLES:
            roles = " or ".join(APPROVER_ROLES)
            raise Problem(f"no account of a {roles} has this name and password; no approval was recorded")
        append(connection, "model_approval", model, {"account_id": str(row.account_id)})
    forgive_person(engine, name)
    return row.name
