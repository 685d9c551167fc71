"""What the catalogue promises. Covers: features.catalogue.feature, features.catalogue.visa, features.catalogue.entry, features.catalogue.renames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature, catalogue
from features.catalogue.feature import in_order
from features.catalogue.measures import Count
from features.catalogue.renames import FORMER_SHA256, RENAMED_FEATURES, present_names
from features.languages import texts
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.store.posting_kinds import DERIVED, KINDS, NEEDS
from features.tables import Records, empty_records

SUBJECTS = ("visa", "entry")
ALL = [
    pytest.param(feature, id=f"{subject}-{feature.name}")
    for subject in SUBJECTS
    for feature in catalogue(subject).features
]
UNITS = ("count", "days", "share", "ratio", "yen", "flag")
FOLDER = Path(__file__).parents[3] / "features" / "catalogue"


def test_there_are_enough_features_from_every_family() -> None:
    assert len(catalogue("visa").names) >= 70
    assert len(catalogue("entry").names) >= 60
    for subject in SUBJECTS:
        families = {feature.family for feature in catalogue(subject).features}
        assert families >= set(texts("catalogue.questions")) - {"transit"}
    assert "transit" in {feature.family for feature in catalogue("entry").features}


@pytest.mark.parametrize("feature", ALL)
def test_a_feature_is_documented_in_both_languages_and_ends_in_its_unit(feature: Feature) -> None:
    assert feature.unit in UNITS
    assert feature.name.endswith(f"_{feature.unit}")
    assert feature.monotone in (-1, 0, 1)
    for text in (feature.meaning, feature.reason, feature.question):
        assert text["en"].isascii()
        assert any("\u3040" <= sign <= "\u9fff" for sign in text["ja"])
    assert "{value}" in feature.reason["ja"]
    assert "{value}" in feature.reason["en"]


def test_every_name_is_written_out_where_its_feature_is_defined() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    for subject in SUBJECTS:
        assert [name for name in catalogue(subject).names if f'name="{name}"' not in source] == []


def test_former_names_lead_to_present_ones() -> None:
    present = {name for subject in SUBJECTS for name in catalogue(subject).names}
    assert set(RENAMED_FEATURES.values()) <= present
    assert not set(RENAMED_FEATURES) & present
    assert present_names(["ring_records_count", "own_stays_count"]) == ("network_records_count", "own_stays_count")
    assert set(FORMER_SHA256) == set(SUBJECTS)


def test_the_hash_rests_on_names_and_specifications_not_on_classes() -> None:
    known = catalogue("visa")
    first, *others = known.features
    assert Catalogue("visa", known.features).sha256 == known.sha256
    assert Catalogue("visa", (replace(first, monotone=1), *others)).sha256 != known.sha256
    assert Catalogue("visa", (replace(first, name="other_flag"), *others)).sha256 != known.sha256

    class Renamed(Count):
        pass

    counts = [feature for feature in known.features if isinstance(feature.measure, Count)]
    renamed = [
        replace(feature, measure=Renamed(feature.measure.query)) if isinstance(feature.measure, Count) else feature
        for feature in known.features
    ]
    assert counts
    assert Catalogue("visa", tuple(renamed)).sha256 == known.sha256


def test_features_named_first_come_first_and_the_others_as_they_are_given() -> None:
    first, second, third = catalogue("visa").features[:3]
    assert in_order([second.name], [third, first, second]) == (second, third, first)
    with pytest.raises(KeyError, match="unknown_count"):
        in_order(["unknown_count"], [first, second])


def test_every_look_up_has_a_code_in_the_database() -> None:
    assert {need.kind for needs in NEEDS.values() for need in needs} <= set(KINDS)
    assert {kind for _, _, kind in DERIVED} <= set(KINDS)
    # stored postings carry these codes: none may move
    assert [KINDS[kind] for kind in ("establishment_action", "phone", "findings/guarantor")] == [0, 30, 38]
    assert KINDS["residence_events/moved_to"] == len(KINDS) - 1 == 53


@pytest.mark.parametrize("subject", SUBJECTS)
def test_with_no_history_a_feature_has_its_unseen_value(world: Records, subject: str) -> None:
    name = TABLE_OF_SUBJECT[subject]
    alone = Records({**empty_records().tables, name: world[name].slice(10, 1)})
    matrix = build_matrix(alone, subject)
    for feature, value in zip(matrix.catalogue.features, matrix.values[0], strict=True):
        if feature.measure.needs():
            assert value == feature.unseen or (np.isnan(value) and np.isnan(feature.unseen)), feature.name
