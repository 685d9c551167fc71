from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.settings import Settings
from training.gate.champions import champion_hash, champion_lock, settled
from training.gate.commands import promote, rollback
from training.gate.policy import read_policy
from training.gate.promotion import Candidate, NotPromoted, examine, roll_back, set_champion
from training.tracking.registry import Registry

TODAY = dt.date(2013, 1, 1)
STEPS = ("replace", "rename", "symlink_to", "mkdir")
"""What moves files; between two of them a kill leaves what a kill at either of them does."""


class Killed(BaseException):
    """Stands for a process that ends at this point; nothing handles it."""


@pytest.fixture(scope="module")
def candidates(home_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[Candidate]:
    registry, policy = Registry(home_settings), read_policy()
    folder = tmp_path_factory.mktemp("candidates")
    forget(home_settings)
    return [
        examine(registry, home_settings, policy, subject="visa", version=item, folder=folder / item, waiver=None)
        for item in ("1", "2")
    ]


@pytest.fixture
def settings(home_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    forget(home_settings)
    monkeypatch.setenv("MIMAMORI_HOME", str(home_settings.home))
    return home_settings


def forget(settings: Settings) -> None:
    for name in ("champions", "kept", "approvals"):
        shutil.rmtree(settings.home / name, ignore_errors=True)
    (settings.home / "champions.json").unlink(missing_ok=True)


def let_in(settings: Settings, candidate: Candidate) -> None:
    set_champion(settings, replace(candidate, champion=champion_hash(settings, "visa")), ("A", "B"), TODAY)


def killed_at(step: int, doing: Callable[[], object]) -> bool:
    """Do something up to the given movement of files; False where it ended before."""
    left = step

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def move(*words: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return real(*words, **named)

        return move

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(Path, name, counted(getattr(Path, name)))
        try:
            doing()
        except Killed:
            return True
    return False


def record(settings: Settings) -> list[str]:
    with champion_lock(settings):
        return [item["version"] for item in settled(settings, "visa").get("visa", [])]


def test_a_first_promotion_that_was_killed_at_any_point_happened_or_did_not(
    settings: Settings, candidates: list[Candidate]
) -> None:
    first, observed, step = candidates[0], set(), 1
    while killed_at(step, lambda: let_in(settings, first)):
        serves = champion_hash(settings, "visa") == first.bundle.sha256
        observed.add(serves)
        with pytest.raises(NotPromoted, match="no earlier champion" if serves else "there is no champion"):
            roll_back(settings, "visa")
        if not serves:
            let_in(settings, first)
        assert (champion_hash(settings, "visa"), record(settings)) == (first.bundle.sha256, ["1"])
        forget(settings)
        step += 1
    assert observed == {True, False}


def test_a_promotion_that_was_killed_at_any_point_leaves_the_way_back_to_the_champion_before(
    settings: Settings, candidates: list[Candidate]
) -> None:
    (first, second), observed, step = candidates, set(), 1
    let_in(settings, first)
    while killed_at(step, lambda: let_in(settings, second)):
        serves = champion_hash(settings, "visa") == second.bundle.sha256
        observed.add(serves)
        assert record(settings) == (["1", "2"] if serves else ["1"])
        if not serves:
            let_in(settings, second)
        assert roll_back(settings, "visa") == "1"
        assert (champion_hash(settings, "visa"), record(settings)) == (first.bundle.sha256, ["1"])
        shutil.rmtree(settings.home / "kept" / second.bundle.sha256)
        step += 1
    assert observed == {True, False}


def test_a_way_back_that_was_killed_at_any_point_never_brings_the_model_left_back(
    settings: Settings, candidates: list[Candidate]
) -> None:
    (first, second), observed, step = candidates, set(), 1
    let_in(settings, first)
    let_in(settings, second)
    while killed_at(step, lambda: roll_back(settings, "visa")):
        back = champion_hash(settings, "visa") == first.bundle.sha256
        observed.add((back, *record(settings)))
        if back:
            with pytest.raises(NotPromoted, match="no earlier champion"):
                roll_back(settings, "visa")
        else:
            assert roll_back(settings, "visa") == "1"
        assert (champion_hash(settings, "visa"), record(settings)) == (first.bundle.sha256, ["1"])
        let_in(settings, second)
        step += 1
    # before the record, and between the record and the files
    assert observed == {(False, "1", "2"), (False, "1")}


@pytest.mark.parametrize("say_first", ["promote", "rollback"])
def test_a_model_that_serves_without_a_record_gets_a_record(
    settings: Settings, candidates: list[Candidate], say_first: str
) -> None:
    let_in(settings, candidates[0])
    (settings.home / "champions.json").unlink()  # as a version without announcements left it
    if say_first == "promote":
        text = CliRunner().invoke(promote, ["visa@1"])
        assert "already" in text.output
    text = CliRunner().invoke(rollback, ["visa"])
    assert "no earlier champion to go back to" in text.output
    written = json.loads((settings.home / "champions.json").read_text(encoding="utf-8"))
    sha256 = candidates[0].bundle.sha256
    assert written["visa"] == [{"version": "1" if say_first == "promote" else sha256[:12], "sha256": sha256}]
    let_in(settings, candidates[1])
    roll_back(settings, "visa")
    assert champion_hash(settings, "visa") == sha256
