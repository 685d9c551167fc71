"""Whoever reads about a person stands in the log before the answer is sent. Covers: log.readings, store.readings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.tables.json_rows import row_as_json
from serving.store import log_leaves
from tests.serving.conftest import Service

PAGES = ("case", "own record", "queue page", "search page")


@pytest.fixture(scope="module")
def decision(service: Service) -> dict[str, Any]:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-READ"}
    return service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()  # type: ignore[no-any-return]


def readings(service: Service) -> list[Any]:
    query = (
        "select r.view, r.decision_id::text, r.record_id, r.fields, r.purpose, a.name, a.role from serving.reading r "
        "join serving.account a using (account_id) order by reading_id"
    )
    with service.backend.engine.connect() as connection:
        return list(connection.execute(text(query)).all())


def read(service: Service, what: str, decision: dict[str, Any], **headers: str) -> Any:
    """Read a case as an officer or an auditor does, in every way that there is."""
    number = decision["decision_id"]
    url, role = {
        "decision": (f"/v1/decisions/{number}", "officer"),
        "replay": (f"/v1/decisions/{number}/replay", "officer"),
        "queue": ("/v1/queue?capacity=500", "officer"),
        "search": ("/v1/audit/decisions?subject_id=A-READ", "auditor"),
        "case": (f"/cases/{number}", "officer"),
        "own record": (f"/cases/{number}/records/visa_applications/A-READ", "officer"),
        "queue page": ("/queue?rows=200", "officer"),
        "search page": ("/decisions?subject_id=A-READ", "auditor"),
    }[what]
    if what in PAGES:
        headers["cookie"] = f"mimamori={service.sign_in(role)}"
        service.client.cookies.clear()
    return service.client.get(url, headers={**({} if what in PAGES else service.headers(role)), **headers})


WAYS = {
    "decision": "decision", "replay": "replay", "queue": "queue", "search": "search", "case": "case",
    "own record": "record", "queue page": "queue", "search page": "search",
}  # fmt: skip


@pytest.mark.parametrize("what", WAYS)
def test_every_way_to_read_a_case_is_logged(service: Service, decision: dict[str, Any], what: str) -> None:
    before = len(readings(service))
    assert read(service, what, decision).status_code == 200
    added = [row for row in readings(service)[before:] if row[1] == decision["decision_id"]]
    # beside a case stand the people linked to it, each by name or as a card
    assert [row[0] for row in added if row[0] not in {"card", "linked_person"}] == [WAYS[what]]
    assert what == "case" or len(added) == 1
    assert added[0][6] in {"officer", "auditor"}
    if what == "own record":
        assert added[0][2] == "A-READ"
        # the columns that were shown, and none that is kept for audits
        assert "passport_number" in added[0][3]
        assert "nationality" not in added[0][3]


def test_every_case_of_a_queue_is_logged_and_the_answer_to_a_record_too(
    service: Service, decision: dict[str, Any]
) -> None:
    before = len(readings(service))
    cases = read(service, "queue", decision).json()["cases"]
    logged = [row[1] for row in readings(service)[before:]]
    assert len(logged) == len(cases)
    assert {case["decision_id"] for case in cases} <= set(logged)
    assert any(
        row[0] == "answer" and row[1] == decision["decision_id"] and row[6] == "feed" for row in readings(service)
    )


def test_a_refused_reading_is_none(service: Service, decision: dict[str, Any]) -> None:
    before = len(readings(service))
    url = f"/v1/decisions/{decision['decision_id']}"
    assert service.client.get(url, headers=service.headers("elsewhere")).status_code == 404
    assert len(readings(service)) == before


def test_the_purpose_is_kept_if_it_is_named(service: Service, decision: dict[str, Any]) -> None:
    read(service, "decision", decision, **{"Mimamori-Purpose": "interview on Monday"})
    assert readings(service)[-1][4] == "interview on Monday"
    for purpose in ("x" * 201, "caf\xe9"):
        answer = service.client.get(
            f"/v1/decisions/{decision['decision_id']}",
            headers=[*service.headers("officer").items(), (b"Mimamori-Purpose", purpose.encode("latin-1"))],  # type: ignore[list-item]
        )
        assert answer.status_code == 400


@contextmanager
def unwritable(service: Service, right: str) -> Iterator[None]:
    """Take from the service a right to write its log, as a full disk or a broken table would."""
    with service.backend.engine.begin() as connection:
        connection.execute(text(f"revoke {right} from mimamori_service"))
    yield
    with service.backend.engine.begin() as connection:
        connection.execute(text(f"grant {right} to mimamori_service"))


RIGHTS = ("execute on function serving.insert_readings(bigint, text, jsonb)", "insert on serving.log_leaf")
API = [way for way in WAYS if way not in PAGES]


@pytest.mark.parametrize("what", API)
def test_a_reading_and_its_leaf_are_written_together(service: Service, decision: dict[str, Any], what: str) -> None:
    with service.backend.engine.connect() as connection:
        rows, size = len(readings(service)), log_leaves.size(connection)
    assert read(service, what, decision).status_code == 200
    with service.backend.engine.connect() as connection:
        added = list(log_leaves.leaves(connection, size))
    assert [leaf.kind for leaf in added] == ["reading"] * (len(readings(service)) - rows)
    assert sum(decision["decision_id"].encode() in leaf.content for leaf in added) == 1
    # a reading whose leaf cannot be written is not kept, and not answered (`test_nothing_is_sent_that_cannot_be_logged`)
    with unwritable(service, RIGHTS[1]):
        assert read(service, what, decision).status_code in {500, 503}
    assert len(readings(service)) == rows + len(added)


@pytest.mark.parametrize(("what", "right"), [*((way, RIGHTS[0]) for way in WAYS), *((way, RIGHTS[1]) for way in API)])
def test_nothing_is_sent_that_cannot_be_logged(
    service: Service, decision: dict[str, Any], what: str, right: str
) -> None:
    with unwritable(service, right):
        answer = read(service, what, decision, accept="application/json")
    assert answer.status_code in {500, 503}
    for word in ("A-READ", decision["decision_id"], "reasons", "passport"):
        assert word not in answer.text
    assert read(service, what, decision).status_code == 200


def test_the_log_is_only_ever_added_to(service: Service, decision: dict[str, Any]) -> None:
    read(service, "decision", decision)
    for statement in (
        "update serving.reading set purpose = 'x'",
        "delete from serving.reading",
        "truncate serving.reading",
    ):
        with pytest.raises(DBAPIError, match="never changed"), service.backend.engine.begin() as connection:
            connection.execute(text(statement))
