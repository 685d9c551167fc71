"""Own view first, drawn before the findings are shown. Covers: pages.own_view, store.own_views."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest
from sqlalchemy import text
from starlette.testclient import TestClient

from features.languages import texts
from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.people import create_person
from serving.auth.permissions import ALL_POSTS, AUDITOR, Caller, Role
from serving.decisions.override_rates import SMALLEST_GROUP, override_rates
from serving.decisions.own_views import cases_without_own_view, draw_number, draw_own_view
from serving.decisions.service import DecisionService
from serving.log.verification import verify_log
from serving.registry.loaded_models import LoadedModels
from serving.store import decisions
from serving.store.own_views import insert_draw
from tests.serving.conftest import Service

WORDS = texts("pages.case")
FIRST = {"view": "no_interview", "reason": "record"}


@pytest.fixture(scope="module")
def asked(service: Service) -> Iterator[Service]:
    """The service with an own view on every case, and an officer and an auditor signed in there."""
    backend = with_share(service.backend, 1.0)
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
        client.cookies.set("lang", "en")
        every = Service(client, backend, service.keys, service.world, service.passwords)
        every.sign_in("officer")
        yield every
        every.sign_in("officer")
        for name in waiting(every):
            client.post(f"/cases/{name}/close", data={"reason": "duplicate"})


def with_share(service: DecisionService, share: float) -> DecisionService:
    """The service with another share of own views."""
    models = LoadedModels(replace(service.models.settings, own_view_share=share))
    models.reload()
    return replace(service, models=models)


def waiting(service: Service) -> list[str]:
    query = text("select decision_id::text from serving.waiting_case where subject_id like 'A-VIEW-%'")
    with service.backend.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def decided(service: Service, name: str) -> dict[str, Any]:
    """Return a case at the officer's post with a finding for an interview, which has a question."""
    table = service.world["visa_applications"]
    post = table.column("post")[-1].as_py()
    for number, row in enumerate(table.slice(table.num_rows - 12).to_pylist()):
        given = {**row_as_json(row), "post": post, "application_id": f"A-VIEW-{name}-{number}"}
        answer = service.client.post("/v1/visa-applications", json=given, headers=service.headers("feed"))
        if any(reason["direction"] == "raises" for reason in answer.json()["reasons"]):
            return answer.json()  # type: ignore[no-any-return]
    raise AssertionError("no case has a finding")


def test_findings_score_and_questions_are_hidden_until_the_own_view_is_written(asked: Service) -> None:
    decision = decided(asked, "HIDDEN")
    address = f"/cases/{decision['decision_id']}"
    before = html.unescape(asked.client.get(f"{address}?replay=true").text)
    assert WORDS["own_view_help"]["en"] in before
    hidden = [reason[part] for reason in decision["reasons"] for part in ("en", "code")]
    hidden += [reason["question"]["en"] for reason in decision["reasons"]]
    assert not [words for words in hidden if words in before]
    assert '<svg class="chart' not in before
    for path in ("/sheet", "/interview/conditions", "/interview/topics", "/interview/check"):
        assert asked.client.get(f"{address}{path}").status_code == 409
    after = html.unescape(asked.client.post(f"{address}/own-view", data=FIRST).text)
    assert all(reason["en"] in after for reason in decision["reasons"])
    assert WORDS["own_view_after"]["en"] in after
    done = asked.client.post(f"{address}/own-view", data={"view": "disagree", "reason": "linked"})
    assert 'action="' + f"{address}/own-view" not in done.text
    assert asked.client.get(f"{address}/interview/topics").status_code == 200


def test_agreeing_and_disagreeing_cost_the_same_and_both_want_a_reason(asked: Service) -> None:
    decision = decided(asked, "REASON")
    address = f"/cases/{decision['decision_id']}/own-view"
    asked.client.get(address.removesuffix("/own-view"))
    for form in ({"view": "interview"}, {"reason": "record"}, {"view": "agree", "reason": "record"}, {"view": "interview", "reason": "x"}):  # fmt: skip
        assert asked.client.post(address, data=form).status_code == 422
    assert asked.client.post(address, data=FIRST).status_code == 200
    for view in ("agree", "disagree"):
        assert asked.client.post(address, data={"view": view}).status_code == 422


def test_a_draw_is_stored_before_the_page_and_stays_and_the_log_holds_it(asked: Service) -> None:
    decision = decided(asked, "DRAWN")
    for _ in range(2):
        asked.client.get(f"/cases/{decision['decision_id']}")
    query = text("select share, is_first from serving.own_view_draw where subject_id = :id")
    with asked.backend.engine.begin() as connection:
        rows = connection.execute(query, {"id": decision["subject_id"]}).all()
        assert [tuple(row) for row in rows] == [(1.0, True)]
        stored = decisions.by_id(connection, decision["decision_id"])
        officer = connection.execute(text("select account_id from serving.account where name = 'officer'")).scalar_one()
        assert stored is not None
        insert_draw(connection, stored, officer, share=0.5, is_first=False)
        assert [tuple(row) for row in connection.execute(query, {"id": decision["subject_id"]}).all()] == [(1.0, True)]
    with asked.backend.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        assert not [fault for fault in verify_log(connection) if fault.kind in {"own_view", "own_view_draw"}]


def test_the_share_is_kept_and_nothing_is_drawn_without_one(asked: Service, service: Service) -> None:
    decision = decided(asked, "SHARE")
    with asked.backend.engine.connect() as connection, connection.begin() as transaction:
        stored = decisions.by_id(connection, decision["decision_id"])
        assert stored is not None
        caller = Caller(Role.OFFICER, (stored.post or "",), 1, "an officer")
        number = draw_number(service.backend.store.data_key, 1, stored)
        for share, stage in ((number, ""), (number + 1e-9, "first")):
            connection.execute(text("savepoint before"))
            at_share = with_share(service.backend, share)
            assert draw_own_view(connection, at_share, caller, stored) == stage
            assert bool(cases_without_own_view(connection, at_share, caller, [stored])) == bool(stage)
            # what was drawn stays, whatever the share is later
            assert draw_own_view(connection, with_share(service.backend, 1.0), caller, stored) == stage
            connection.execute(text("rollback to savepoint before"))
        assert draw_own_view(connection, service.backend, caller, stored) == ""
        assert draw_own_view(connection, asked.backend, replace(caller, role=AUDITOR), stored) == ""
        transaction.rollback()


def test_draws_are_spread_evenly_and_differ_between_officers(asked: Service) -> None:
    with asked.backend.engine.connect() as connection:
        stored = decisions.by_id(connection, decided(asked, "EVEN")["decision_id"])
    assert stored is not None
    key = asked.backend.store.data_key
    numbers = [
        draw_number(key, account, replace(stored, subject_id=f"A-{at}")) for account in (1, 2) for at in range(2000)
    ]
    assert kstest(numbers, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(numbers[:2000], numbers[2000:])[0, 1]) < 0.1


def test_an_auditor_sees_rates_by_post_and_group_and_none_of_small_groups(asked: Service) -> None:
    decision = decided(asked, "RATES")
    post = asked.world["visa_applications"].column("post")[-1].as_py()
    with asked.backend.engine.begin() as connection:
        passwords = [
            create_person(connection, f"viewer-{number}", Role.OFFICER, [post]) for number in range(SMALLEST_GROUP)
        ]
    for number, password in enumerate(passwords):
        asked.client.cookies.clear()
        asked.client.post("/sign-in", data={"name": f"viewer-{number}", "password": password or ""})
        address = f"/cases/{decision['decision_id']}"
        asked.client.get(address)
        # nine of ten agree with the findings from the start; one does not, and agrees afterwards
        asked.client.post(
            f"{address}/own-view", data={"view": "interview" if number else "no_interview", "reason": "record"}
        )
        asked.client.post(
            f"{address}/own-view", data={"view": "disagree" if number == 1 else "agree", "reason": "record"}
        )
    rates = override_rates(asked.backend, Caller(AUDITOR, (), 1, "auditor", ALL_POSTS))
    # the case alone is of its group, or with the few views of the other tests: all groups of ten and more have rates
    assert {row.group for row in rates} == {"post", "status_of_residence", "nationality", "sex", "age_band"}
    assert all((row.agreed_first_share is None) == (row.count < SMALLEST_GROUP) for row in rates)
    [of_post] = [row for row in rates if (row.group, row.value) == ("post", post)]
    assert of_post.count >= SMALLEST_GROUP
    assert 0 < (of_post.overridden_share or 0) < 1
    asked.client.cookies.clear()
    asked.sign_in("auditor")
    page = asked.client.get("/overrides?lang=en").text
    assert texts("pages.overrides")["overrides_title"]["en"] in page
    assert post in page
    asked.client.cookies.clear()
    asked.sign_in("officer")
    assert asked.client.get("/overrides").status_code == 403
