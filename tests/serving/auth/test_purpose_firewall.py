"""Reads of scores by roles that neither allot interviews nor audit: refused, counted without the person, and sealed.

Covers: store.refused_reads.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text

from features.languages import texts
from serving.auth.permissions import PERMISSIONS, SCORE_PURPOSES
from serving.log.verification import verify_log
from serving.store import refused_reads
from tests.serving.conftest import Service

LONG_AGO, FAR = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def counted(service: Service) -> dict[tuple[str, str], int]:
    with service.backend.engine.connect() as connection:
        return {(row.role, row.purpose): row.times for row in refused_reads.counts(connection, LONG_AGO, FAR)}


def test_each_refused_read_is_counted_once_by_role_and_purpose(service: Service) -> None:
    before = counted(service)
    service.client.cookies.clear()
    service.sign_in("scientist")
    assert service.client.get("/queue").status_code == 403
    assert service.client.get("/cases/nothing").status_code == 403
    service.client.cookies.clear()
    for _ in range(2):
        assert service.client.get("/v1/queue", headers=service.headers("feed")).status_code == 403
    added = {key: times - before.get(key, 0) for key, times in counted(service).items() if times != before.get(key, 0)}
    assert added == {("scientist", "queue"): 1, ("scientist", "case"): 1, ("feed", "queue"): 2}


def test_other_refusals_and_allowed_reads_are_not_counted(service: Service) -> None:
    before = counted(service)
    assert service.client.get("/v1/queue", headers=service.headers("officer")).status_code == 200
    assert service.client.post("/v1/interviews", headers=service.headers("feed")).status_code == 403
    assert service.client.get("/v1/audit/log", headers=service.headers("officer")).status_code == 403
    assert counted(service) == before


def test_a_count_holds_no_person_and_the_log_seals_it(service: Service) -> None:
    service.client.get("/v1/audit/decisions", headers=service.headers("scientist"))
    with service.backend.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        columns = text("select column_name from information_schema.columns where table_name = 'refused_read'")
        assert set(connection.execute(columns).scalars()) == {"read_id", "role", "purpose", "refused_at"}
        assert not [fault for fault in verify_log(connection) if fault.kind == "refused_read"]


def test_every_route_that_shows_scores_is_of_known_roles_and_has_a_purpose_with_a_text() -> None:
    assert set(SCORE_PURPOSES) <= set(PERMISSIONS)
    for route in SCORE_PURPOSES:
        assert {role.value for role in PERMISSIONS[route]} <= {"officer", "auditor"}
    assert all(f"purpose_{purpose}" in texts("pages.harm") for purpose in SCORE_PURPOSES.values())
