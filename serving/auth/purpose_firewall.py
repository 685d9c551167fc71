"""Purpose firewall: scores are read to allot interviews and to audit that; every other role is refused, and counted."""

from __future__ import annotations

from starlette.requests import Request

from serving.auth.permissions import SCORE_PURPOSES, Caller, authorise, route_name
from serving.refusals import Refusal
from serving.store import refused_reads


def authorise_and_count(caller: Caller, request: Request) -> Caller:
    """Return the caller with the scope of this route; a refused read of scores is counted without the person.

    Raises `Refusal` 403 if the role may not use the route.
    """
    try:
        return authorise(caller, request)
    except Refusal:
        purpose = SCORE_PURPOSES.get(route_name(request))
        if purpose is not None:
            with request.app.state.service.engine.begin() as connection:
                refused_reads.insert(connection, caller.role, purpose)
        raise
