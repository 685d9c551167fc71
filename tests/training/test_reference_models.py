"""The reference models come from a documented command: a smaller twin of them has the trees that it had."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from features.catalogue import catalogue
from models.adoption import PUBLISHED_KEY
from models.bundle import load_bundle
from models.signatures import trusted_keys
from training.reference_models import write_reference

TWIN = {"visa": "", "entry": ""}


@pytest.mark.timeout(600)
def test_a_smaller_twin_has_the_same_trees(tmp_path: Path) -> None:
    write_reference(tmp_path, 2000, 7)
    published = trusted_keys([PUBLISHED_KEY])
    for subject, expected in TWIN.items():
        bundle = load_bundle(tmp_path / subject, trusted=published, catalogue=catalogue(subject))
        assert bundle.about["prior"] != "none"
        assert (tmp_path / f"card_{subject}.md").read_text(encoding="utf-8")
        assert hashlib.sha256((tmp_path / subject / "model.txt").read_bytes()).hexdigest()[:16] == expected
