"""The five first-time walks of ``docs/walks.md``, in at most the clicks that it states, with and without script, in both languages."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page

from features.tables.json_rows import row_as_json
from serving.app import create_app
from serving.auth.people import create_person
from serving.auth.permissions import Role
from serving.store import scoring_stops
from serving.store.transactions import EVERYTHING, transaction
from tests.serving.conftest import LABELS, Service, close_cases, waiting_at
from tests.serving.interview_answers import GOOD
from tests.serving.pages.test_browser import browser, picture  # noqa: F401

POST = "QW-ONE"
PAGE = Path(__file__).parents[3] / "docs" / "walks.md"
NAMES = ("Maria Clara", "Liza", "Somchai")


@dataclass
class Walk:
    """A person in front of a page; every click, choice and typed field is counted."""

    page: Page
    language: str
    address: str
    clicks: int = 0
    faults: list[str] = field(default_factory=list)

    def label(self, key: str) -> str:
        return LABELS[key][self.language]

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def choose(self, target: Locator) -> None:
        self.clicks += 1
        target.select_option(index=1)

    def type(self, target: Locator, value: str) -> None:
        self.clicks += 1
        target.fill(value)

    def open_first(self) -> None:
        self.page.goto(f"{self.address}/queue?lang={self.language}")
        self.clicks = 0
        self.click(self.page.locator(".queue > li").filter(has_text="Walker2").first.get_by_role("link").first)

    def picture(self, name: str) -> None:
        picture(self.page, f"{name}-{self.language}")


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    """The application behind a socket, with a person of a post of its own."""
    with service.backend.engine.begin() as connection:
        service.passwords["walker"] = create_person(connection, "walker", Role.OFFICER, [POST]) or ""
    settings = uvicorn.Config(create_app(service=service.backend), port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def cases(service: Service, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Three people who share a telephone number; they leave the queue after the walk."""
    table = service.world["visa_applications"]
    record = row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0])
    turn = abs(hash(request.node.name)) % 10**6
    names = []
    for number, given in enumerate(NAMES):
        names.append(f"QW-{turn}-{number}")
        body: dict[str, Any] = {
            **record, "application_id": names[-1], "post": POST, "passport_number": f"QW{turn:06d}{number}",
            "family_name": f"Walker{number}", "given_names": given, "stay_phone": f"090-4{turn % 1000:03d}-{turn // 1000:04d}",
            "submitted_at": f"2013-07-0{number + 1}T00:00:00Z", "intended_arrival_on": "2013-09-01",
        }  # fmt: skip
        answer = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed"))
        assert answer.status_code == 201, answer.text
    yield names
    with transaction(service.backend.engine, EVERYTHING) as connection:
        for stop in scoring_stops.stops(connection):
            scoring_stops.insert_switch(
                connection, stop.scope, stop.name, is_stopped=False, reason="checked", account_id=0
            )
    close_cases(service, "visa", waiting_at(service, POST))


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["with script", "without script"])
def walk(
    request: pytest.FixtureRequest, service: Service, browser: Browser, address: str, cases: list[str], language: str  # noqa: F811
) -> Iterator[Walk]:  # fmt: skip
    script = request.param == "with script"
    context = browser.new_context(viewport={"width": 1366, "height": 768}, java_script_enabled=script)
    walk = Walk(context.new_page(), language, address)
    walk.page.on("pageerror", lambda error: walk.faults.append(str(error)))
    walk.page.goto(f"{address}/sign-in?lang={language}")
    walk.page.locator("[name=name]").fill("walker")
    walk.page.locator("[name=password]").fill(service.passwords["walker"])
    walk.page.locator("main form button").first.click()
    walk.page.wait_for_url("**/queue")
    yield walk
    context.close()
    assert not walk.faults


def stated(number: int) -> int:
    """Return the most clicks that the page of walks allows for a walk."""
    section = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[number]
    [clicks] = re.findall(r"At most (\d+) clicks", section)
    return int(clicks)


def next_case_and_why(walk: Walk) -> None:
    walk.open_first()
    assert "Walker" in walk.page.get_by_role("heading", level=1).inner_text()
    assert walk.page.get_by_role("heading", name=walk.label("for"), exact=True).is_visible()
    walk.picture("walk-1-case")


def linked_people(walk: Walk) -> None:
    walk.open_first()
    rows = walk.page.locator("#linked tbody tr").filter(has_text="Walker")
    assert rows.count() == 2
    walk.picture("walk-2-linked-people")
    walk.click(rows.first.get_by_role("link"))
    assert "Walker" in walk.page.content()


def interview(walk: Walk) -> None:
    walk.open_first()
    page = walk.page
    walk.click(page.locator(".actions").get_by_role("link", name=walk.label("record_interview")))
    for step in ("conditions", "topics", "signs", "outcome"):
        page.wait_for_url(f"**/interview/{step}")
        for question in page.locator("fieldset").all():
            name = question.locator("input[type=radio]").first.get_attribute("name") or ""
            value = {**GOOD, "outcome": "further_check"}.get(name, "unclear")
            if not question.locator("input:checked").count():
                walk.click(question.locator(f"input[value={value}]"))
        walk.click(page.get_by_role("button", name=walk.label("go_on")))
    page.wait_for_url("**/interview/check")
    walk.picture("walk-3-check")
    walk.click(page.locator("main form[action$='/interview'] button"))
    page.wait_for_url("**/interviews/*")
    walk.picture("walk-3-recorded")


def correct_a_phone(walk: Walk) -> None:
    walk.open_first()
    page = walk.page
    walk.click(page.get_by_role("link", name=walk.label("correct_link")))
    walk.type(page.locator("[name=stay_phone]"), "090-4848-0099")
    form = page.locator("form[action$='/correct']")
    walk.choose(form.locator("[name=reason]"))
    walk.picture("walk-4-correct")
    walk.click(form.get_by_role("button"))
    assert page.get_by_role("heading", name=walk.label("change")).is_visible()
    walk.picture("walk-4-changed")


def stop_scoring(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.address}/queue?lang={walk.language}")
    walk.clicks = 0
    walk.click(page.get_by_role("navigation").get_by_role("link", name=walk.label("nav_scoring")))
    walk.choose(page.locator("[name=reason]"))
    walk.click(page.get_by_role("button", name=walk.label("stop"), exact=True))
    assert POST in page.get_by_role("status").first.inner_text()
    walk.picture("walk-5-stopped")
    clicks = walk.clicks
    walk.choose(page.locator("[name=reason]").first)
    walk.click(page.get_by_role("button", name=walk.label("resume"), exact=True))
    assert page.get_by_text(walk.label("not_stopped")).is_visible()
    walk.clicks = clicks


WALKS: tuple[Callable[[Walk], None], ...] = (next_case_and_why, linked_people, interview, correct_a_phone, stop_scoring)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_first_time_walk_takes_no_more_clicks_than_stated(walk: Walk, number: int) -> None:
    WALKS[number - 1](walk)
    assert walk.clicks <= stated(number), walk.clicks
