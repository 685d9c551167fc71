from __future__ import annotations

import numpy as np
import pytest

from features.catalogue import catalogue
from training.evaluation.checklist import RULES, checklist_scores, rules_held
from training.experiments.baselines import own_fields


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_twelve_rules_read_features_that_the_catalogue_has(subject: str) -> None:
    assert len(RULES[subject]) == 12
    names = set(catalogue(subject).names)
    assert all(set(rule.features) <= names for rule in RULES[subject])


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_each_rule_holds_from_its_number_on_and_gives_a_point(subject: str) -> None:
    names = catalogue(subject).names
    for number, rule in enumerate(RULES[subject]):
        for name in rule.features:
            rows = np.zeros((3, len(names)))
            rows[1, names.index(name)], rows[2, names.index(name)] = rule.minimum - 0.5, rule.minimum
            assert rules_held(rows, catalogue(subject))[:, number].tolist() == [False, False, True]
            assert checklist_scores(rows, catalogue(subject))[2] >= 1


def test_a_feature_that_says_nothing_holds_no_rule() -> None:
    assert checklist_scores(np.full((1, len(catalogue("visa").names)), np.nan), catalogue("visa")).tolist() == [0.0]


def test_own_fields_read_no_history() -> None:
    visa = catalogue("visa")
    names = {visa.names[at] for at in own_fields(visa)}
    assert {"intended_stay_days", "passport_age_days"} <= names
    assert not any("findings" in name or "applications" in name or "ring" in name for name in names)
