"""No page breaks a rule of WCAG 2.2 AA that axe-core can check: both languages, light and dark, with every detail open.

Covers: every page and template.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from serving.auth.permissions import DEMONSTRATION, PERMISSIONS, PUBLIC
from serving.practice_cases import PracticeCase, write_practice
from serving.store import correction_requests, decisions
from tests.serving.conftest import Service
from tests.serving.interview_answers import REFERRED, record
from tests.serving.pages.test_browser import Site

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}
PAGES = {
    "officer": (
        "/queue", "/cases/{decision_id}", "/cases/{child}", "/cases/{decision_id}/sheet", "/cases/{child}/sheet",
        "/cases/{decision_id}/records/{table}/{record_id:path}", "/cases/{decision_id}/records/{foreign}",
        "/cases/{decision_id}/interview/{step}", "/cases/{decision_id}/interview/topics", "/cases/{child}/interview/signs",
        "/cases/{decision_id}/interview/outcome", "/cases/{decision_id}/interview/check", "/interviews/{sheet_id}",
        "/cases/{interviewed}", "/interview-notice", "/interview-card", "/cases/{decision_id}/history",
        "/cases/{decision_id}/correct", "/cases/{decision_id}/correction-requests/{request_id}/letter", "/changes", "/requests", "/scoring", "/practice", "/practice/{number}", "/account", "/cases/nothing",
        "/queue/put-off", "/queue/hours", "/queue/search", "/arrivals", "/follow-up",
    ),
    "auditor": ("/decisions", "/decisions/{decision_id}", "/decisions/{child}", "/decisions/{decision_id}?facts=true", "/overrides", "/fairness", "/harm", "/statistics", "/examples", "/review", "/queue", "/requests", "/interviews/{sheet_id}", "/cases/{decision_id}"),
    "scientist": ("/vignettes", "/models"),
    "": ("/sign-in",),
}  # fmt: skip
"""Pages by who reads them; a route of `PERMISSIONS` stands as it is there."""
NOT_PAGES = {
    "/",
    "/sign-in/provider",
    "/sign-in/return",
    "/healthz",
    "/statistics/csv",
    "/readyz",
    "/metrics",
    "/decisions/{decision_id}/proof",
}


@pytest.fixture(scope="module")
def names(service: Service, site: Site) -> dict[str, str]:
    """What stands for each part of an address: a case with findings, a child's, and one with a recorded interview."""
    service.client.cookies.clear()
    service.sign_in("officer")
    body = {**next(iter(site.records.values())), "application_id": "A-AXE"}
    held = service.client.post("/v1/visa-applications", json=body, headers=service.headers("feed")).json()
    sheet = record(service.client, held, **REFERRED)
    page = service.client.get(f"/cases/{site.case['decision_id']}").text
    service.client.cookies.clear()
    with service.backend.engine.begin() as connection:
        decision = decisions.by_id(connection, site.case["decision_id"])
        assert decision is not None
        request_id = correction_requests.insert_request(
            connection, decision, dt.date(2013, 1, 4), ["birth_date", "interview"], 0
        )
        [request] = correction_requests.requests_of(connection, decision.subject, decision.subject_id)
        assert correction_requests.insert_answer(connection, request, "partly", 0)
    shown = {"reasons": site.case["reasons"]}
    write_practice(service.backend.models.settings.home, [PracticeCase(body, shown, 0, "T5")])
    others = re.findall(rf'href="/cases/{site.case["decision_id"]}/records/([^"]+)"', page)
    return {
        "decision_id": site.case["decision_id"], "child": site.child["decision_id"], "interviewed": held["decision_id"],
        "request_id": request_id, "sheet_id": sheet.rpartition("/")[2], "table": "visa_applications", "step": "conditions", "number": "1",
        "record_id:path": quote(site.case["subject_id"], safe=""), "foreign": others[-1],
    }  # fmt: skip


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to, with the rule and the first elements."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in PAGES.items() for path in paths])
def test_no_page_breaks_a_rule_in_either_language_light_or_dark(
    service: Service,
    site: Site,
    names: dict[str, str],
    page: Page,
    role: str,
    path: str,
) -> None:
    page.context.clear_cookies()
    if role:
        token = service.sign_in(role)
        service.client.cookies.clear()
        page.context.add_cookies([{"name": "mimamori", "value": token, "url": site.address}])
    for part, value in names.items():
        path = path.replace(f"{{{part}}}", value)
    for language, scheme in (("en", "light"), ("ja", "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        answer = page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer is not None
        assert answer.status == (404 if path.endswith("nothing") else 200)
        assert urlsplit(page.url).path == urlsplit(path).path
        wrong = violations(page)
        assert not wrong, f"{language}, {scheme}\n" + "\n".join(wrong)


def test_a_broken_page_is_noticed(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sign-in")
    assert not violations(page)
    page.evaluate("document.querySelector('label').remove(); document.documentElement.lang = ''")
    assert {item.partition(":")[0] for item in violations(page)} == {"html-has-lang", "label"}


def test_every_page_is_checked() -> None:
    routes = {name.partition(" ")[2] for name in {*PERMISSIONS, *PUBLIC, *DEMONSTRATION} if name.startswith("GET ")}
    pages = {path for path in routes if not path.startswith("/v1/")} - NOT_PAGES - {"/tour"}
    assert pages <= {path for paths in PAGES.values() for path in paths}
