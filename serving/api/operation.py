"""Routes for operators: models in use, health, readiness and metrics."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from serving.auth.api_keys import api_caller
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import SUBJECTS
from serving.store.touched_cases import backlog
from serving.store.transactions import check_connection

router = APIRouter()


@router.get("/v1/models", dependencies=[Depends(api_caller)])
def models(request: Request) -> dict[str, object]:
    """Return the models in use with their approvals: stage, approvers, and the end of a trial."""
    loaded = request.app.state.service.models
    loaded.reload()
    serving = {
        subject: {
            "version": bundle.version,
            "sha256": bundle.sha256,
            "features": len(bundle.catalogue.names),
            "catalogue": bundle.catalogue.sha256,
            "approval": loaded.approvals[subject].as_json() if subject in loaded.approvals else None,
        }
        for subject, bundle in loaded.bundles.items()
    }
    return {"serving": serving, "refused": loaded.refused}


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
def readyz(request: Request, response: Response) -> dict[str, object]:
    """Say whether cases can be scored."""
    service: DecisionService = request.app.state.service
    service.models.reload()
    with service.engine.connect() as connection:
        check_connection(connection)
    missing = sorted(set(SUBJECTS) - set(service.models.bundles))
    if missing:
        response.status_code = 503
    return {"ready": not missing, "without_model": missing, "refused": service.models.refused}


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Return figures for Prometheus; none concerns a person."""
    # without the database the other figures are answered all the same
    with suppress(SQLAlchemyError), request.app.state.service.engine.connect() as connection:
        for name, count in backlog(connection)._asdict().items():
            request.app.state.rescoring_gauges[name].set(count)
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
