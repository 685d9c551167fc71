from __future__ import annotations

from features.catalogue import catalogue
from training.fit.columns import UNEXPLAINED, gain_factors


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
