"""Route of the landing desk: a flight's arrivals, stored and scored in a single call."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from serving.auth.api_keys import ApiCaller
from serving.decisions.arrivals import announce
from serving.log.readings import log_readings
from serving.store.readings import Reading
from serving.web.openapi import record_schema, with_body
from serving.web.request_bodies import LinesBody, parse_object

router = APIRouter()


@router.post("/v1/landings/batch", openapi_extra=with_body(record_schema("landings"), lines=True))
def post_landings(request: Request, caller: ApiCaller, body: LinesBody) -> Response:
    """Store a flight's landings, one JSON object a line, up to a day ahead; answers a decision or an error for each line."""
    records = [parse_object(line) for line in body.split(b"\n") if line.strip()]
    answers = announce(request.app.state.service, caller, records)
    decided = [str(answer["decision_id"]) for answer in answers if "decision_id" in answer]
    log_readings(request, caller, [Reading("answer", decision_id) for decision_id in decided])
    return Response(orjson.dumps({"landings": answers}), media_type="application/json")
