"""A model is approved by people with accounts, who confirm by password."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

import serving.auth.approvers
from features.settings import Settings
from serving.auth.approvers import confirm_approver
from serving.auth.attempts import PER_PERSON_AND_ADDRESS
from tests.serving.conftest import Service

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def opened(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(serving.auth.approvers, "open_service", lambda _: service.backend)
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))
    yield
    with service.backend.engine.begin() as connection:
        connection.execute(text("delete from serving.attempt"))


def confirm(service: Service, name: str, password: str) -> Result:
    @click.command()
    def command() -> None:
        click.echo(f"approver {confirm_approver(service.backend.models.settings, name, 'visa@7')}")

    return CliRunner().invoke(command, input=f"{password}\n")


@pytest.mark.parametrize("spelling", ["auditor", "AUDITOR", "ａｕｄｉｔｏｒ"])
def test_a_person_confirms_by_password_and_the_log_keeps_who(service: Service, spelling: str) -> None:
    result = confirm(service, spelling, service.passwords["auditor"])
    assert result.exit_code == 0, result.output
    # whatever the spelling, it is one person
    assert "approver auditor" in result.output
    assert service.passwords["auditor"] not in result.output
    query = (
        "select a.name from serving.log_leaf l join serving.account a on "
        "l.content = convert_to('{\"account_id\":\"' || a.account_id || '\"}', 'UTF8') "
        "where l.kind = 'model_approval' and l.subject_id = 'visa@7' order by l.position desc limit 1"
    )
    with service.backend.engine.connect() as connection:
        assert connection.execute(text(query)).scalar_one() == "auditor"


def test_the_password_is_not_shown_while_it_is_typed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[str] = []

    def hidden(prompt: str, *_: object, **__: object) -> str:
        typed.append(prompt)
        return service.passwords["auditor"]

    monkeypatch.setattr("click.termui.hidden_prompt_func", hidden)
    assert confirm_approver(service.backend.models.settings, "auditor", "visa@8") == "auditor"
    assert typed == ["password of auditor: "]


@pytest.mark.parametrize("name", ["auditor", "officer", "nobody at all"])
def test_a_wrong_password_another_role_and_an_unknown_name_get_the_same_answer(service: Service, name: str) -> None:
    result = confirm(service, name, service.passwords["officer"])
    assert result.exit_code == 1
    assert "no account of a scientist or auditor or admin has this name and password" in result.output
    assert "approver" not in result.output.replace("no approval", "")


def test_guesses_at_the_terminal_are_limited(service: Service) -> None:
    for _ in range(PER_PERSON_AND_ADDRESS):
        assert "no approval" in confirm(service, "scientist", "guess").output
    assert "too many attempts" in confirm(service, "scientist", service.passwords["scientist"]).output


def test_without_a_database_an_id_is_taken_as_given(tmp_path: Path) -> None:
    settings = Settings(tmp_path, None, "", tmp_path / "signing.pem", tmp_path / "data.key")
    assert confirm_approver(settings, "E104233", "visa@7") == "E104233"


def test_training_asks_by_the_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [[name, target]] = project["entry-points"]["mimamori.approvers"].items()
    assert EntryPoint(name, target, "mimamori.approvers").load() is confirm_approver
