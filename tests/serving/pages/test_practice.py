"""Practice on synthetic cases with known truth, and the queue that opens after it.

Covers: pages.practice, practice_cases, store.practice, decisions.control_cases.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from features.languages import texts
from serving.app import create_app
from serving.auth.people import account_named, create_person
from serving.auth.permissions import ALL_POSTS, Caller, Role
from serving.decisions.control_cases import control_rates, drawn_order
from serving.decisions.override_rates import SMALLEST_GROUP
from serving.log.verification import verify_log
from serving.practice_cases import PER_GROUP, PracticeCase, choose_practice, read_practice, write_practice
from serving.registry.loaded_models import LoadedModels
from serving.store import practice
from serving.store.practice import PracticeAnswer
from synthetic_data.world import generate
from tests.serving.conftest import Service

WORDS = texts("pages.practice")


@pytest.fixture(scope="module")
def cases(service: Service, tmp_path_factory: pytest.TempPathFactory) -> list[PracticeCase]:
    folder = tmp_path_factory.mktemp("world")
    records, truth = generate(3, 2000)
    for name, rows in records.tables.items():
        rows.to_pandas().to_parquet(folder / f"{name}.parquet")
    truth.to_pandas().to_parquet(folder / "truth.parquet")
    return choose_practice(folder, service.backend.models.bundles["visa"], 1)


@pytest.fixture
def practising(service: Service, cases: list[PracticeCase], tmp_path: Path) -> Iterator[Service]:
    """The service with practice cases, two of which open the queue, and an officer signed in."""
    models = LoadedModels(replace(service.backend.models.settings, home=tmp_path, practice_cases=2))
    write_practice(tmp_path, cases)
    backend = replace(service.backend, models=models)
    with TestClient(create_app(service=backend), raise_server_exceptions=False) as client:
        client.cookies.set("lang", "en")
        every = replace(service, client=client, backend=backend)
        every.sign_in("officer")
        yield every


def test_both_truths_and_both_advices_are_chosen_alike(cases: list[PracticeCase], tmp_path: Path) -> None:
    groups = [(case.is_exploited, case.is_advised) for case in cases]
    assert {*groups} >= {(True, True), (False, False)}
    assert max(groups.count(group) for group in groups) <= PER_GROUP
    assert {case.is_exploited for case in cases[: len(cases) // 2]} == {True, False}
    write_practice(tmp_path, cases)
    assert list(read_practice(tmp_path).cases) == cases
    assert read_practice(tmp_path / "nowhere").cases == ()


def test_a_case_is_answered_first_and_then_shown_with_its_truth(practising: Service, cases: list[PracticeCase]) -> None:
    client = practising.client
    truths = (WORDS["was_exploited"]["en"], WORDS["was_honest"]["en"])
    for place in (1, 2):
        assert client.get("/queue", follow_redirects=False).headers.get("location") == "/practice"
        before = html.unescape(client.get("/practice").text)
        assert WORDS["case_of"]["en"].format(n=place, total=len(cases)) in before
        number = int(before.partition('action="/practice/')[2].partition('"')[0])
        assert WORDS["all_synthetic"]["en"] in before
        assert not any(words in before for words in truths)
        assert client.post(f"/practice/{number}", data={"view": "refuse"}).status_code == 422
        after = html.unescape(client.post(f"/practice/{number}", data={"view": "interview"}).text)
        assert truths[0 if cases[number - 1].is_exploited else 1] in after
        assert WORDS["own_record"]["en"] in after
    assert client.get("/queue", follow_redirects=False).status_code == 200
    # the first answer stays
    again = html.unescape(client.post(f"/practice/{number}", data={"view": "no_interview"}).text)
    assert texts("serving.own_views")["interview"]["en"] in again
    assert client.get("/practice/0").status_code == 404
    assert client.get(f"/practice/{len(cases) + 1}").status_code == 404


def test_every_officer_has_an_order_of_their_own_that_stays_and_is_sealed(
    practising: Service, cases: list[PracticeCase]
) -> None:
    shown = read_practice(practising.backend.models.settings.home)
    with practising.backend.engine.begin() as connection:
        for number in range(3):
            create_person(connection, f"pupil-{number}", Role.OFFICER, ["QP-CTL"])
        accounts = [account_named(connection, f"pupil-{number}").account_id for number in range(3)]
        orders = [drawn_order(connection, account, shown) for account in accounts]
        assert [drawn_order(connection, account, shown) for account in accounts] == orders
    assert all(sorted(order) == list(range(1, len(cases) + 1)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    with practising.backend.engine.connect() as connection:
        assert not [fault for fault in verify_log(connection) if fault.kind == "practice_draw"]


def test_an_auditor_sees_rates_of_control_cases_by_post_and_group(
    practising: Service, cases: list[PracticeCase]
) -> None:
    name = read_practice(practising.backend.models.settings.home).name
    with practising.backend.engine.begin() as connection:
        create_person(connection, "control", Role.OFFICER, ["QP-RATE"])
        account = account_named(connection, "control").account_id
        for number, case in enumerate(cases, 1):
            # follows the findings always but for the first case
            view = case.is_advised != (number == 1)
            answer = PracticeAnswer(number, view, case.is_advised, case.is_exploited, case.typology)
            practice.insert_answer(connection, account, name, answer)
    rates = control_rates(practising.backend, Caller(Role.AUDITOR, (), 1, "auditor", ALL_POSTS))
    [row] = [row for row in rates if (row.group, row.value) == ("post", "QP-RATE")]
    wrong = [number for number, case in enumerate(cases, 1) if case.is_advised != case.is_exploited]
    assert (row.count, row.overridden_share) == (len(cases), 1 / len(cases))
    assert row.followed_wrong_share == (len(wrong) - (1 in wrong)) / len(wrong)
    assert {row.group for row in rates} == {"post", "status_of_residence", "nationality", "sex"}
    assert all((row.overridden_share is None) == (row.count < SMALLEST_GROUP) for row in rates)
    practising.client.cookies.clear()
    practising.sign_in("auditor")
    page = html.unescape(practising.client.get("/overrides?lang=en").text)
    assert texts("pages.overrides")["controls_help"]["en"] in page
    assert "QP-RATE" in page


def test_without_cases_the_page_says_so_and_the_queue_is_open(service: Service) -> None:
    service.client.cookies.clear()
    service.sign_in("officer")
    page = service.client.get("/practice?lang=en").text
    queue = service.client.get("/queue", follow_redirects=False)
    service.client.cookies.clear()
    assert WORDS["practice_title"]["en"] in page
    assert queue.status_code == 200
