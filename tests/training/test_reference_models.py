"""The reference models come from a documented command: the trees of the prior, and a smaller twin has the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from features.catalogue import catalogue
from models.adoption import PUBLISHED_KEY
from models.bundle import load_bundle
from models.signatures import trusted_keys
from training.fit.prior_trees import FOLDER, load_prior
from training.labels.outcomes import SUBJECTS
from training.reference_models import write_reference


def check(folder: Path) -> None:
    published = trusted_keys([PUBLISHED_KEY])
    for subject in SUBJECTS:
        about = load_bundle(folder / subject, trusted=published, catalogue=catalogue(subject)).about
        prior = load_prior(catalogue(subject))
        assert prior is not None
        assert (about["labels"], about["prior_worlds"]) == ("0", prior.about["worlds"])
        assert prior.about["worlds"] in (folder / f"card_{subject}.md").read_text(encoding="utf-8")
        assert (folder / subject / "model.txt").read_text(encoding="utf-8") == prior.text


def test_the_shipped_models_are_the_trees_of_the_prior() -> None:
    check(FOLDER)


@pytest.mark.proof
@pytest.mark.skipif(os.environ.get("MIMAMORI_PROOFS") != "full", reason="two minutes; make proofs")
@pytest.mark.timeout(1200)
def test_a_smaller_twin_has_the_same_trees(tmp_path: Path) -> None:
    write_reference(tmp_path, 2000, 7)
    check(tmp_path)
