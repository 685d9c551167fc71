"""A home of two registered versions that nobody serves yet, and a policy that an equal model can pass."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.settings import Settings
from features.tables import Records
from tests.training.conftest import hand_in
from training.gate.policy import POLICY_FILE
from training.submission import Submission
from training.tracking.registry import Registry


@pytest.fixture
def settings(home_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The home of two registered versions, as if nobody had served yet."""
    for name in ("champions", "kept", "approvals"):
        shutil.rmtree(home_settings.home / name, ignore_errors=True)
    (home_settings.home / "champions.json").unlink(missing_ok=True)
    registry = Registry(home_settings)
    for version in ("1", "2"):
        registry.note("visa", version, "approvals", [])
    monkeypatch.setenv("MIMAMORI_HOME", str(home_settings.home))
    return home_settings


@pytest.fixture
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The delivered policy without the line that an equal model cannot pass, as if it had been delivered so."""
    head, *lines = POLICY_FILE.read_text(encoding="utf-8").split("[[line]]")
    kept = [line for line in lines if 'code = "better_than_champion"' not in line]
    path = tmp_path / "policy.toml"
    path.write_text("[[line]]".join([head, *kept]), encoding="utf-8")
    monkeypatch.setattr("training.gate.arguments.looser", lambda policy, than: [])
    return str(path)


@pytest.fixture
def synthetic(settings: Settings, built: Submission, small_records: Records, tmp_path: Path) -> str:
    """A version that was judged on records whose truth is known, as those of a synthetic world."""
    frame = built.part.frame.assign(truth=built.part.frame["label"], score=np.nan)
    part = replace(built.part, frame=frame)
    return hand_in(settings, replace(built, part=part), small_records, tmp_path)
