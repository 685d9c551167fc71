"""The reference models come from a documented command: a smaller twin of them has the trees that it had."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from features.catalogue import catalogue
from models.adoption import PUBLISHED_KEY
from models.bundle import load_bundle
from models.signatures import trusted_keys
from training.fit.prior_trees import FOLDER, load_prior
from training.reference_models import write_reference

TWIN = {"visa": "8697bda567748938", "entry": "4274072f6b8d84d6"}
"""Start of the hash of the trees, of 2,000 applications."""


def test_the_shipped_models_are_those_of_the_prior() -> None:
    published = trusted_keys([PUBLISHED_KEY])
    for subject in TWIN:
        about = load_bundle(FOLDER / subject, trusted=published, catalogue=catalogue(subject)).about
        prior = load_prior(catalogue(subject))
        assert prior is not None
        assert about["prior"] != "none"
        assert prior.about["worlds"] in (FOLDER / f"card_{subject}.md").read_text(encoding="utf-8")


@pytest.mark.proof
@pytest.mark.skipif(os.environ.get("MIMAMORI_PROOFS") != "full", reason="four minutes; make proofs")
@pytest.mark.timeout(1200)
def test_a_smaller_twin_has_the_same_trees(tmp_path: Path) -> None:
    write_reference(tmp_path, 2000, 7)
    published = trusted_keys([PUBLISHED_KEY])
    for subject, expected in TWIN.items():
        bundle = load_bundle(tmp_path / subject, trusted=published, catalogue=catalogue(subject))
        assert bundle.about["prior"] != "none"
        assert (tmp_path / f"card_{subject}.md").read_text(encoding="utf-8")
        assert hashlib.sha256((tmp_path / subject / "model.txt").read_bytes()).hexdigest()[:16] == expected
