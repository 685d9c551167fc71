"""Route of the what-if: records in, decision out, nothing stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from fastapi import APIRouter, Depends, Request, Response

from features.facts.table_facts import facts_of_records
from features.matrix import TABLE_OF_SUBJECT, take
from features.online import CaseView, case_from_facts
from features.tables.folder import empty_records
from features.tables.json_rows import rows_to_table
from features.tables.schema import TABLES
from serving.auth.api_keys import api_caller
from serving.decisions.scoring import decide_case
from serving.decisions.service import DecisionService
from serving.refusals import Refusal, faulty_records
from serving.web.openapi import WHAT_IF, with_body
from serving.web.request_bodies import LargeJsonBody, parse_object

router = APIRouter()


@router.post("/v1/score", openapi_extra=with_body(WHAT_IF), dependencies=[Depends(api_caller)])
def score(request: Request, content: LargeJsonBody) -> Response:
    """Score a case on records given with the request; nothing is stored.

    Body: {"subject": "visa" or "entry", "subject_id": …, "records": {table: [rows]}}.
    """
    body = parse_object(content)
    subject, given = body.get("subject"), body.get("records")
    if (
        not isinstance(subject, str)
        or subject not in TABLE_OF_SUBJECT
        or not isinstance(given, dict)
        or not set(given) <= set(TABLES)
    ):
        expected = "subject visa or entry, records by table"
        raise Refusal(422, "what_if", "subject or records cannot be used", expected=expected)
    view = _view(subject, body.get("subject_id"), _tables(given))
    service: DecisionService = request.app.state.service
    service.models.reload()
    decision = decide_case(view, service.models.bundles.get(subject), None, 0)
    return Response(decision.shown, media_type="application/json")


def _tables(given: dict[str, Any]) -> dict[str, pa.Table]:
    tables, faults = dict(empty_records().tables), []
    for name, rows in given.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refusal(422, "what_if", "a table is not a list of objects", where=[name], expected="lists of objects")
        tables[name], in_table = rows_to_table(name, rows)
        faults += in_table
    if faults:
        raise faulty_records(faults)
    return tables


def _view(subject: str, subject_id: object, tables: dict[str, pa.Table]) -> CaseView:
    name = TABLE_OF_SUBJECT[subject]
    facts = facts_of_records(tables)
    ids = tables[name].column(0).to_pylist()
    if subject_id not in ids:
        raise Refusal(422, "what_if", "the case is not among the records", expected=f"an id of {name}")
    row = ids.index(subject_id)
    return case_from_facts(facts, take(facts[name], np.array([row])), subject, tables[name].slice(row, 1))
