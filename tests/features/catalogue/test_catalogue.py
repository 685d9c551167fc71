from __future__ import annotations

import numpy as np
import pytest

from features.catalogue import Feature, catalogue
from features.catalogue.wording import FAMILIES
from features.matrix import build_matrix
from features.tables import Records, empty_records

ALL = [
    pytest.param(feature, id=f"{subject}-{feature.name}")
    for subject in ("visa", "entry")
    for feature in catalogue(subject).features
]
UNITS = ("count", "days", "share", "ratio", "yen", "flag")


def test_there_are_enough_features_from_every_family() -> None:
    assert len(catalogue("visa").names) >= 70
    assert len(catalogue("entry").names) >= 60
    for subject in ("visa", "entry"):
        families = {feature.family for feature in catalogue(subject).features}
        assert families >= set(FAMILIES) - {"transit"}
    assert "transit" in {feature.family for feature in catalogue("entry").features}


@pytest.mark.parametrize("feature", ALL)
def test_a_feature_is_documented_in_both_languages_and_ends_in_its_unit(feature: Feature) -> None:
    assert feature.unit in UNITS
    assert feature.name.endswith(f"_{feature.unit}")
    assert feature.monotone in (-1, 0, 1)
    for text in (feature.meaning, feature.reason, feature.question):
        assert text.en.isascii()
        assert any("\u3040" <= sign <= "\u9fff" for sign in text.ja)
    assert "{value}" in feature.reason.ja
    assert "{value}" in feature.reason.en


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_with_no_history_a_feature_has_its_unseen_value(world: Records, subject: str) -> None:
    name = {"visa": "visa_applications", "entry": "landings"}[subject]
    one = Records({**empty_records().tables, name: world[name].slice(10, 1)})
    matrix = build_matrix(one, subject)
    for feature, value in zip(matrix.catalogue.features, matrix.values[0], strict=True):
        if feature.measure.needs():
            assert value == feature.unseen or (np.isnan(value) and np.isnan(feature.unseen)), feature.name
