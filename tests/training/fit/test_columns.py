from __future__ import annotations

import pytest

from features.catalogue import catalogue
from training.fit.columns import UNEXPLAINED, gain_factors, monotone_constraints


def barred(subject: str, *, prior: bool) -> set[str]:
    features = catalogue(subject)
    return {
        name for name, factor in zip(features.names, gain_factors(features, prior=prior), strict=True) if factor == 0.0
    }


def test_a_model_with_a_prior_splits_on_explained_features_only() -> None:
    assert barred("visa", prior=True) == UNEXPLAINED & set(catalogue("visa").names)
    assert barred("entry", prior=True) == UNEXPLAINED & set(catalogue("entry").names)


def test_labels_alone_teach_a_landing_nothing_of_the_application() -> None:
    assert barred("visa", prior=False) == set()
    assert {"kin_guarantor_flag", "stage_occupation_flag", "coe_applications_person_ever_count"} <= barred(
        "entry", prior=False
    )
    assert "guarantor_applications_365d_count" not in barred("entry", prior=False)


def test_every_unexplained_feature_exists() -> None:
    assert set(catalogue("visa").names) | set(catalogue("entry").names) >= UNEXPLAINED


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("network_missing_or_overstay_count", 1), ("same_statement_guarantors_365d_count", 1), ("no_common_language_flag", 1),
        ("courtship_days", -1), ("host_missing_or_overstay_last_days", -1),
        ("kin_guarantor_flag", -1), ("own_completed_stays_count", -1),
        # counts of people, and context, have no direction
        ("guarantor_applications_365d_count", 0), ("cohabitation_planned_flag", 0), ("same_statement_persons_365d_count", 0), ("is_spouse_flag", 0),
    ],
)  # fmt: skip
def test_harm_and_statements_never_lower_and_what_is_favourable_never_raises(name: str, direction: int) -> None:
    features = catalogue("visa")
    assert monotone_constraints(features)[features.names.index(name)] == direction


def test_the_directions_of_the_catalogue_are_kept() -> None:
    features = catalogue("entry")
    for own, used in zip(features.monotone, monotone_constraints(features), strict=True):
        assert own in {0, used}
