from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from features.settings import Settings
from models.approval import FULL
from models.signatures import load_or_create_key
from training.gate.approvals import approve, approved, scope_of
from training.tracking.registry import Registry


class SlowRegistry:
    """One version's tags, read by both of two people before either writes, unless one of them is kept waiting."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self._both = threading.Barrier(2)

    def notes(self, *_: str) -> dict[str, str]:
        read = dict(self.tags)
        with suppress(threading.BrokenBarrierError):
            self._both.wait(timeout=0.5)
        return read

    def note(self, subject: str, version: str, key: str, value: Any) -> None:
        self.tags[key] = json.dumps(value)


def test_of_two_who_approve_at_the_same_moment_both_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path))
    settings = Settings.from_environment()
    key = load_or_create_key(settings.signing_key_path)
    registry = cast(Registry, SlowRegistry())
    scope = scope_of(
        subject="visa", version="1", bundle="b", policy="p", champion="", waiver=None, demo=False, terms=FULL
    )
    with ThreadPoolExecutor(2) as people:
        answer = [people.submit(approve, registry, settings, scope, key, [name]) for name in ("Officer A", "Officer B")]
        assert sorted(len(item.result()) for item in answer) == [1, 2]
    assert sorted(approved(registry, scope, key)) == ["Officer A", "Officer B"]
