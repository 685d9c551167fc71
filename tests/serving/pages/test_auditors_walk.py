"""The auditor's walk of ``docs/walks.md``: a decision found by name and day, its proof checked alone, and the pack of a period."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

import serving.log.commands
from features.languages import texts
from features.settings import Settings
from serving.log.commands import pack
from tests.serving.conftest import Service
from tests.serving.pages.test_browser import Site, picture
from tests.serving.pages.test_walks import stated

FIND, EXPORT = 6, 7
"""Numbers of the walks."""


@pytest.fixture
def settings(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Settings with a key of the log, for the pages and for the command."""
    models = service.backend.models
    monkeypatch.setattr(models, "settings", replace(models.settings, log_key_path=tmp_path / "log.pem"))
    monkeypatch.setattr(serving.log.commands, "open_service", lambda _: service.backend)
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: models.settings))
    return models.settings


@pytest.fixture(params=["ja", "en"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=request.param, accept_downloads=True)
    yield context.new_page()
    context.close()


def language_of(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang"))


@pytest.mark.usefixtures("settings")
def test_a_fresh_reader_finds_a_decision_by_name_and_day_and_checks_it_alone(
    service: Service, site: Site, page: Page, tmp_path: Path
) -> None:
    case = site.case
    record = site.records[case["subject_id"]]
    page.goto(f"{site.address}/sign-in")
    page.locator("[name=name]").fill("auditor")
    page.locator("[name=password]").fill(service.passwords["auditor"])
    page.locator("main form button").first.click()
    page.wait_for_url("**/decisions")
    words = {
        key: label[language_of(page)]
        for key, label in {**texts("pages.decisions"), **texts("pages.decision_record")}.items()
    }
    clicks = 0
    # given names first, in capitals: any order and script will do
    page.get_by_label(words["find_name"]).fill(f"{record['given_names']} {record['family_name']}".upper())
    for label in ("find_since", "find_until"):
        page.get_by_label(words[label]).fill(case["as_of"][:10])
        clicks += 1
    page.get_by_role("button", name=words["search"]).click()
    assert record["family_name"] not in page.url
    picture(page, f"walk-6-search-{language_of(page)}")
    row = page.get_by_role("row").filter(has_text=case["subject_id"]).first
    row.get_by_role("link").click()
    page.wait_for_url("**/decisions/*")
    assert page.get_by_text(words["replay_same"]).is_visible()
    picture(page, f"walk-6-decision-{language_of(page)}")
    with page.expect_download() as download:
        page.get_by_role("link", name=words["proof_link"]).click()
    clicks += 4
    assert clicks <= stated(FIND)
    with zipfile.ZipFile(download.value.path()) as packet:
        packet.extractall(tmp_path / "proof")
    # the command stands in the file beside the proof
    [line] = re.findall(
        r"^ +python (.+)$", (tmp_path / "proof" / "READ-ME.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    done = subprocess.run(
        [sys.executable, "-I", *line.split()], cwd=tmp_path / "proof", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "no fault\n")


@pytest.mark.usefixtures("site")
def test_a_fresh_reader_exports_the_pack_of_a_year_and_opens_its_report(
    settings: Settings, page: Page, tmp_path: Path
) -> None:
    today = dt.datetime.now(dt.UTC).date()
    words = ["--from", str(today - dt.timedelta(days=365)), "--to", str(today), "--out", str(tmp_path / "pack")]
    result = CliRunner().invoke(pack, words)
    assert result.exit_code == 0, result.output
    [report] = re.findall(r"open (\S+)-ja.html", result.output)
    language = str(page.evaluate("navigator.language"))
    page.goto(f"file://{report}-{language}.html")
    assert page.get_by_role("heading", level=1).inner_text() == texts("appraisal")["report"][language]
    picture(page, f"walk-7-report-{language}")
    assert page.locator("section").count() >= 9
    page.get_by_role("link", name="decisions.parquet").wait_for()
    command = [sys.executable, "-I", "log/verifier.py", "log", "--key", "log/log.pub"]
    done = subprocess.run(command, cwd=tmp_path / "pack", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no fault\n")
    again = CliRunner().invoke(pack, words)
    assert again.exit_code == 1
    assert "not empty" in again.output


@pytest.mark.usefixtures("settings")
def test_a_period_that_goes_on_has_no_pack(tmp_path: Path) -> None:
    ahead = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    for begin, end in (("2026-01-01", str(ahead)), ("2026-01-02", "2026-01-01")):
        result = CliRunner().invoke(pack, ["--from", begin, "--to", end, "--out", str(tmp_path / "pack")])
        assert result.exit_code == 2
    assert not (tmp_path / "pack").exists()
