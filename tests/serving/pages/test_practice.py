"""Practice on synthetic cases with known truth, and the queue that opens after it.

Covers: pages.practice, practice_cases, store.practice.
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
from serving.practice_cases import PER_GROUP, PracticeCase, choose_practice, read_practice, write_practice
from serving.registry.loaded_models import LoadedModels
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
    for number in (1, 2):
        assert client.get("/queue", follow_redirects=False).headers.get("location") == "/practice"
        before = html.unescape(client.get("/practice").text)
        assert WORDS["case_of"]["en"].format(n=number, total=len(cases)) in before
        assert WORDS["all_synthetic"]["en"] in before
        assert not any(words in before for words in truths)
        assert client.post(f"/practice/{number}", data={"view": "refuse"}).status_code == 422
        after = html.unescape(client.post(f"/practice/{number}", data={"view": "interview"}).text)
        assert truths[0 if cases[number - 1].is_exploited else 1] in after
        assert WORDS["own_record"]["en"] in after
    assert client.get("/queue", follow_redirects=False).status_code == 200
    # the first answer stays
    again = html.unescape(client.post("/practice/1", data={"view": "no_interview"}).text)
    assert texts("serving.own_views")["interview"]["en"] in again
    assert client.get("/practice/0").status_code == 404
    assert client.get(f"/practice/{len(cases) + 1}").status_code == 404


def test_without_cases_the_page_says_so_and_the_queue_is_open(service: Service) -> None:
    service.client.cookies.clear()
    service.sign_in("officer")
    page = service.client.get("/practice?lang=en").text
    queue = service.client.get("/queue", follow_redirects=False)
    service.client.cookies.clear()
    assert WORDS["practice_title"]["en"] in page
    assert queue.status_code == 200
