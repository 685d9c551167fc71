"""Covers: web.trial_banner, and the approval on the page about models and in the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from models.approval import Stage, Terms
from models.bundle import copy_bundle
from serving.app import create_app
from serving.decisions.service import DecisionService
from serving.registry.loaded_models import LoadedModels
from tests.serving.conftest import LABELS, Service, approve, train_model

UNTIL = dt.date(2013, 6, 1)
SUBJECTS = ("visa", "entry")


@pytest.fixture(scope="module")
def home(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model on trial and another in full."""
    home = tmp_path_factory.mktemp("trial")
    settings = replace(service.backend.models.settings, home=home)
    for subject in SUBJECTS:
        train_model(service.world, subject, home / subject, settings, rounds=3)
        copy_bundle(home / subject, home / "champions" / subject)
    approve(settings, home / "visa", terms=Terms(Stage.TRIAL, 0.2, UNTIL))
    return home


def client_on(service: Service, home: Path, day: dt.date) -> Iterator[TestClient]:
    settings = replace(
        service.backend.models.settings, home=home, trusted_key_paths=service.backend.models.settings.trusted
    )
    loaded = LoadedModels(settings, today=lambda: day)
    with TestClient(
        create_app(service=DecisionService(service.backend.engine, service.backend.store, loaded))
    ) as client:
        yield client


@pytest.fixture
def client(service: Service, home: Path) -> Iterator[TestClient]:
    yield from client_on(service, home, UNTIL)


@pytest.fixture
def later(service: Service, home: Path) -> Iterator[TestClient]:
    yield from client_on(service, home, UNTIL + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("language", "running", "ended"),
    [
        ("en", "A model on trial until Sat 1 Jun 2013: Visa application.", "The trial of the model ended on Sat 1 Jun 2013: Visa application."),
        ("ja", "査証申請：試験運用中のモデルです（2013年6月1日（土）まで）。", "査証申請：モデルの試験運用は2013年6月1日（土）に終わりました。"),
    ],
)  # fmt: skip
def test_every_page_says_that_a_model_is_on_trial_and_after_its_end_that_it_was(
    service: Service, client: TestClient, later: TestClient, language: str, running: str, ended: str
) -> None:
    for asked, expected in ((client, running), (later, ended)):
        pages = [asked.get(f"/sign-in?lang={language}")]
        for role, page in (("officer", "/queue"), ("auditor", "/decisions"), ("scientist", "/models")):
            service.sign_in(role, asked)
            pages.append(asked.get(f"{page}?lang={language}"))
        for page in pages:
            assert page.status_code == 200
            # the other subject serves in full; the sentence names its subject first or last
            sentence = expected.partition("：")[2] or expected.partition(": ")[0]
            assert page.text.count(sentence) == 1
            assert expected in page.text


def test_a_model_in_full_has_no_banner(service: Service) -> None:
    assert 'role="status"' not in service.client.get("/sign-in?lang=en").text


@pytest.mark.parametrize(("language", "until"), [("en", "Sat 1 Jun 2013"), ("ja", "2013年6月1日（土）")])
def test_the_page_about_models_shows_stage_approvers_and_end(
    service: Service, client: TestClient, language: str, until: str
) -> None:
    service.sign_in("scientist", client)
    page = client.get(f"/models?lang={language}").text
    visa, entry = page.partition('aria-labelledby="visa"')[2].split('aria-labelledby="entry"')
    for text in (LABELS["stage_trial"][language], until, "20 %", "E1, E2"):
        assert text in visa
    assert LABELS["stage_full"][language] in entry
    assert LABELS["trial_until"][language] not in entry


def test_the_api_shows_the_approval_of_each_model(service: Service, client: TestClient) -> None:
    serving = client.get("/v1/models", headers=service.headers("auditor")).json()["serving"]
    shown = {
        name: serving["visa"]["approval"][name] for name in ("stage", "until", "random_share", "approvers", "mode")
    }
    assert shown == {
        "stage": "trial", "until": "2013-06-01", "random_share": 0.2, "approvers": ["E1", "E2"], "mode": "service",
    }  # fmt: skip
    assert serving["entry"]["approval"]["stage"] == "full"
    assert serving["entry"]["approval"]["bundle_sha256"] == serving["entry"]["sha256"]
