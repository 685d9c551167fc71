"""Where machine code is cached, and that one command compiles all kernels. Covers: features.compilation, features.warm_up."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import features
from features import compilation as compiled
from features.identity import hashes
from features.kernel import sweep
from features.network import search
from features.statements import statement_index
from features.warm_up import warm_up


def test_the_cache_is_beside_the_sources_if_these_are_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernel").mkdir()
    assert compiled.cache_folder(tmp_path, tmp_path / "home") is None
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert compiled.cache_folder(tmp_path, tmp_path / "home") == tmp_path / "home/.cache/mimamori/numba"
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert compiled.cache_folder(tmp_path, tmp_path / "home") == Path("/caches/mimamori/numba")


def test_every_function_of_the_group_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("features", "features.warm_up:warm_up", compiled.GROUP)
    monkeypatch.setattr(compiled, "entry_points", lambda group: [point] if group == compiled.GROUP else [])
    assert compiled.compile_all() == 1


def test_the_warm_up_reaches_every_kernel() -> None:
    warm_up()
    for function in (hashes._hash, sweep._sweep, search.search, statement_index._fill):
        assert function.signatures
    kernels = [path for path in Path(features.__file__).parent.rglob("*.py") if "\n@kernel" in path.read_text("utf-8")]
    assert {path.stem for path in kernels} == {
        "order", "sweep", "search", "shared_keys", "statement_index", "same_statements",
    } | {"hashes"}  # fmt: skip
