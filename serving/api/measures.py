"""Routes of what live use does to people: disparities with intervals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from serving.auth.api_keys import ApiCaller
from serving.measures.fairness_report import fairness_report

router = APIRouter()
LastDay = Annotated[str, Query(max_length=10, alias="to")]
FirstDay = Annotated[str, Query(max_length=10, alias="from")]


@router.get("/v1/audit/fairness")
def audit_fairness(
    request: Request, caller: ApiCaller, first: FirstDay = "", last: LastDay = "", validation: bool = False
) -> dict[str, object]:
    """Return disparities between groups on live decisions and outcomes, views given up, and drift; of a year, or days ``from``, ``to``.

    With ``validation`` the figures of validation are read from MLflow, which may take seconds.
    """
    return fairness_report(request.app.state.service, caller, first, last, with_validation=validation).as_json()
