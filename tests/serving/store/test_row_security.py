"""Covers: store.transactions.

The database itself keeps each post to its own, with the filters of the application switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from features.tables.json_rows import row_as_json
from serving.auth.permissions import Caller
from serving.store import decision_search, decisions, waiting_cases
from serving.store.transactions import EVERYTHING, Reach, transaction
from tests.serving.conftest import Service

ELSEWHERE = "XX-XXX"


@pytest.fixture(scope="module")
def engine(service: Service) -> Engine:
    return service.backend.for_requests().engine


@pytest.fixture(scope="module")
def foreign(service: Service) -> dict[str, Any]:
    """A case of the officer's post, waiting in its queue; none of it concerns the officer elsewhere."""
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": "A-ROWS"}
    return service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed")).json()  # type: ignore[no-any-return]


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Switch off every filter of the application."""
    search, page = decision_search.search, waiting_cases.page
    monkeypatch.setattr(Caller, "reaches", lambda *_: True)
    monkeypatch.setattr(
        decision_search, "search", lambda connection, query, limit: search(connection, replace(query, post=None), limit)
    )
    monkeypatch.setattr(
        waiting_cases, "page", lambda connection, _, *rest, **given: page(connection, None, *rest, **given)
    )
    yield


def test_requests_work_as_a_role_that_owns_nothing_and_is_no_superuser(engine: Engine) -> None:
    with engine.connect() as connection:
        role, is_super, bypasses, owned = connection.execute(
            text(
                "select current_user, rolsuper, rolbypassrls, (select count(*) from pg_class where relowner = r.oid) "
                "from pg_roles r where rolname = current_user"
            )
        ).one()
    assert (role, is_super, bypasses, owned) == ("mimamori_service", False, False, 0)


@pytest.mark.parametrize("statement", [
    "drop table serving.decision", "alter table serving.decision disable row level security", "create table serving.x (a int)",
    "update serving.account set role = 'admin'", "delete from serving.decision", "delete from serving.reading",
    "select * from serving.reading", "update serving.submission set account_id = 0", "delete from records.record",
])  # fmt: skip
def test_the_role_may_do_no_more_than_requests_need(engine: Engine, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"must be owner|permission denied"),
        transaction(engine, EVERYTHING) as connection,
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("table", ["decision", "interviewed_case"])
def test_a_transaction_that_names_no_post_sees_nothing(
    service: Service, engine: Engine, foreign: dict[str, Any], table: str
) -> None:
    own = service.world["visa_applications"].column("post")[-1].as_py()
    with service.backend.engine.begin() as connection:
        decisions.mark_interviewed(connection, "visa", foreign["subject_id"], 0)
    query = text(f"select count(*) from serving.{table}")
    for reach, seen in (
        (Reach(), False),
        (Reach((ELSEWHERE + "-OTHER",)), False),
        (Reach((own,)), True),
        (EVERYTHING, True),
    ):
        with transaction(engine, reach) as connection:
            assert (connection.execute(query).scalar_one() > 0) == seen
    with engine.connect() as connection:
        assert connection.execute(query).scalar_one() == 0
    with service.backend.engine.begin() as connection:
        connection.execute(
            text("delete from serving.interviewed_case where subject_id = :id"), {"id": foreign["subject_id"]}
        )


def test_the_reach_of_a_transaction_ends_with_it(engine: Engine) -> None:
    with transaction(engine, EVERYTHING) as connection:
        assert decisions.count(connection) > 0
    with engine.connect() as connection:
        assert decisions.count(connection) == 0


def test_nothing_of_another_post_can_be_written(service: Service, engine: Engine, foreign: dict[str, Any]) -> None:
    with service.backend.engine.connect() as connection:
        decision = decisions.by_id(connection, foreign["decision_id"])
    assert decision is not None
    with pytest.raises(DBAPIError, match="row-level security"), transaction(engine, Reach((ELSEWHERE,))) as connection:
        decisions.insert(connection, decision)
    with pytest.raises(DBAPIError, match="row-level security"), transaction(engine, Reach((ELSEWHERE,))) as connection:
        decisions.mark_interviewed(connection, "visa", foreign["subject_id"], 0)


@pytest.mark.usefixtures("unfiltered")
def test_without_the_filters_an_officer_still_gets_nothing_of_another_post(
    service: Service, foreign: dict[str, Any]
) -> None:
    number, headers = foreign["decision_id"], service.headers("elsewhere")
    for url in (f"/v1/decisions/{number}", f"/v1/decisions/{number}/replay"):
        assert service.client.get(url, headers=headers).status_code == 404
    queue = service.client.get("/v1/queue?capacity=500", headers=headers).json()["cases"]
    with service.backend.engine.connect() as connection:
        posts = {decision.post for case in queue if (decision := decisions.by_id(connection, case["decision_id"]))}
    assert posts <= {ELSEWHERE}
    assert "A-ROWS" not in {case["subject_id"] for case in queue}
    outcome = {
        "subject": "visa_application", "subject_id": "A-ROWS", "occurred_at": "2013-01-02T00:00:00Z",
        "known_at": "2013-01-02T00:00:00Z", "arm": "referral", "finding": "no_indication",
    }  # fmt: skip
    assert service.client.post("/v1/interviews", json=outcome, headers=headers).status_code == 404
    cookie = {"cookie": f"mimamori={service.sign_in('elsewhere')}"}
    service.client.cookies.clear()
    assert service.client.get(f"/cases/{number}", headers=cookie).status_code == 404
    assert service.client.get(f"/cases/{number}/records/visa_applications/A-ROWS", headers=cookie).status_code == 404
    page = service.client.get("/queue?capacity=200", headers=cookie)
    assert page.status_code == 200
    assert "A-ROWS" not in page.text


def test_the_same_routes_open_for_the_posts_own_officer(service: Service, foreign: dict[str, Any]) -> None:
    assert (
        service.client.get(f"/v1/decisions/{foreign['decision_id']}", headers=service.headers("officer")).status_code
        == 200
    )
