"""Covers: pages.models, registry.mlflow_registry, shadow.commands.

The page about models, in a real browser, beside a real MLflow UI.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner
from mlflow.tracking import MlflowClient
from playwright.sync_api import Page, sync_playwright

import serving.shadow.commands
from features.settings import Settings
from serving.app import create_app
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import LoadedModels
from serving.shadow.commands import shadow
from serving.store import shadows
from tests.serving.conftest import LABELS, Service, train_model
from tests.serving.pages.test_browser import ARGUMENTS, where_chromium_is

RUN_NAME = "run-of-the-challenger"


@dataclass
class Site:
    address: str
    settings: Settings
    run_id: str


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def mlflow_ui(uri: str) -> Iterator[str]:
    port = free_port()
    words = [
        "-m",
        "mlflow",
        "ui",
        "--backend-store-uri",
        uri,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    environment = os.environ | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            assert process.poll() is None
            try:
                urllib.request.urlopen(f"{address}/health").read()
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


@pytest.fixture(scope="module")
def site(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service beside an MLflow that knows a champion, and a challenger that the gate refused."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    experiment = client.create_experiment("mimamori-visa", (folder / "artifacts").as_uri())
    client.create_registered_model("visa")
    train_model(service.world, "visa", folder / "bundle", service.backend.models.settings, rounds=4)
    runs = {}
    for alias, name in (("champion", "run-of-the-champion"), ("challenger", RUN_NAME)):
        run = client.create_run(experiment, run_name=name)
        for metric, value in (("auc", 0.75), ("auc_low", 0.7), ("auc_high", 0.8), ("positives", 1)):
            client.log_metric(run.info.run_id, metric, value)
        client.log_artifacts(run.info.run_id, str(folder / "bundle"), "served/bundle")
        gate = {
            "lines": [
                {
                    "code": "x",
                    "condition": "is good enough",
                    "outcome": "fails",
                    "figures": "0.1",
                    "figures_ja": "十分の一",
                    "reason": "",
                    "waiver": None,
                }
            ]
        }
        (folder / "gate.json").write_text(json.dumps(gate), encoding="utf-8")
        client.log_artifact(run.info.run_id, str(folder / "gate.json"), "gate")
        client.set_terminated(run.info.run_id)
        created = client.create_model_version("visa", f"{run.info.artifact_uri}/served", run.info.run_id)
        client.set_registered_model_alias("visa", alias, created.version)
        runs[alias] = (created.version, run.info.run_id)
    client.set_model_version_tag("visa", runs["challenger"][0], "gate", "refused")
    client.set_model_version_tag("visa", runs["champion"][0], "gate", "waived")
    client.set_model_version_tag(
        "visa", runs["champion"][0], "waiver", "A. Person: the first year has few findings (no_leak)"
    )
    with mlflow_ui(uri) as ui:
        settings = replace(service.backend.models.settings, mlflow_uri=uri, mlflow_ui=ui)
        backend = DecisionService(service.backend.engine, service.backend.store, LoadedModels(settings))
        backend.models.reload()
        server = uvicorn.Server(
            uvicorn.Config(create_app(service=backend), port=0, log_level="warning", access_log=False)
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(f"http://127.0.0.1:{port}", settings, runs["challenger"][1])
        server.should_exit = True
        thread.join()


@pytest.fixture
def page(service: Service, site: Site) -> Iterator[Page]:
    path = where_chromium_is(dict(os.environ))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(site.address)
        page.get_by_label("Name").fill("scientist")
        page.get_by_label("Password").fill(service.passwords["scientist"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/models")
        yield page
        browser.close()


def test_a_scientist_follows_the_link_from_the_challenger_to_its_run_in_mlflow(page: Page, site: Site) -> None:
    visa = page.get_by_role("region", name=LABELS["visa_model"]["en"])
    assert visa.get_by_text("the first year has few findings").is_visible()
    assert visa.get_by_text(LABELS["refused"]["en"], exact=True).is_visible()
    assert visa.get_by_text(LABELS["waived"]["en"], exact=True).is_visible()
    assert not visa.get_by_text(LABELS["passed"]["en"], exact=True).is_visible()
    visa.get_by_text(LABELS["gate_lines"]["en"]).first.click()
    assert visa.get_by_text("is good enough").first.is_visible()
    visa.get_by_text(LABELS["metrics"]["en"]).first.click()
    row = visa.get_by_role("row").filter(has_text="AUC among those interviewed").first
    assert LABELS["too_few"]["en"] in row.inner_text()
    # a figure that one person carries is not shown
    assert "0.75" not in row.inner_text()
    visa.get_by_role("link", name=LABELS["mlflow_run"]["en"]).last.click()
    page.get_by_text(RUN_NAME).first.wait_for(timeout=60_000)
    assert site.run_id in page.url


def test_in_japanese_the_figures_of_the_gate_are_japanese(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/models?lang=ja")
    visa = page.get_by_role("region", name=LABELS["visa_model"]["ja"])
    visa.get_by_text(LABELS["gate_lines"]["ja"]).first.click()
    assert visa.get_by_text("十分の一").first.is_visible()
    assert not visa.get_by_text("0.1", exact=True).count()


def test_a_challenger_is_put_into_the_shadow_by_command_and_the_page_says_so(
    page: Page, site: Site, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "from_environment", staticmethod(lambda: site.settings))
    monkeypatch.setattr(serving.shadow.commands, "open_service", lambda _: service.backend)
    output = CliRunner().invoke(shadow, ["start", "visa", "--until", "2999-01-01"])
    try:
        assert output.exit_code == 0, output.output
        page.reload()
        assert page.get_by_text("until 2999-01-01").is_visible()
        assert CliRunner().invoke(shadow, ["report", "visa"]).output.startswith("Synthetic data")
    finally:
        with service.backend.engine.begin() as connection:
            shadows.stop(connection, "visa")
    past = CliRunner().invoke(shadow, ["start", "visa", "--until", "2001-01-01"])
    assert (past.exit_code, "must lie in the future" in past.output) == (2, True)
    forever = CliRunner().invoke(shadow, ["start", "visa"])
    assert (forever.exit_code, "--until must say" in forever.output) == (2, True)
    nobody = CliRunner().invoke(shadow, ["start", "visa", "--until", "2999-01-01", "--version", "99"])
    assert (nobody.exit_code, "makes a challenger" in nobody.output) == (1, True)


def test_without_an_answer_of_mlflow_the_page_still_shows_what_serves(service: Service, tmp_path: Path) -> None:
    settings = replace(service.backend.models.settings, mlflow_uri=f"http://127.0.0.1:{free_port()}")
    backend = DecisionService(service.backend.engine, service.backend.store, LoadedModels(settings))
    client = service.client
    client.cookies.clear()
    service.sign_in("scientist", client)
    client.app.state.service, before = backend, client.app.state.service  # type: ignore[attr-defined]
    try:
        answer = client.get("/models?lang=en")
    finally:
        client.app.state.service = before  # type: ignore[attr-defined]
        client.cookies.clear()
    assert answer.status_code == 200
    assert LABELS["mlflow_silent"]["en"] in answer.text.replace("&#39;", "'")
    assert service.backend.models.bundles["visa"].sha256[:16] in answer.text
