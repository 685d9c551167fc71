"""Every feature belongs to one finding, or is named here as no ground that an officer would say aloud."""

from __future__ import annotations

import re

import pytest

from features.catalogue import catalogue
from features.catalogue.findings import FINDING_OF_FEATURE, FINDINGS, FOR_THE_PERSON, OPPOSITES, RAISES
from features.languages import LANGUAGES, texts

NO_GROUND = {
    "agency_missing_or_overstay_365d_count",  # grows with the agency
    "certificate_age_days", "days_in_japan_365d_days", "guarantor_income_yen", "host_age_days", "host_capacity_count",
    "intended_stay_days", "lead_time_days", "monthly_income_yen", "permitted_stay_days", "since_departure_days",
    "flight_day_landings_person_ever_count",  # a full aeroplane
    "married_abroad_flag", "stage_occupation_flag",  # what many honest people of the status state
    "person_landings_365d_count", "person_landings_last_days",  # frequent travel
    "stay_address_shelters_ever_count",  # where a shelter is, is shown to nobody
    "stay_as_declared_flag",
    "inviter_is_guarantor_flag",  # "same as above" on most forms
}  # fmt: skip
STATUS_FLAGS = {
    "is_spouse_flag", "is_entertainer_flag", "is_trainee_flag", "is_student_flag", "is_worker_flag", "is_visitor_flag",
}  # fmt: skip
"""Context that a model may read; it has no sentence."""
SUBJECTS = ("visa", "entry")
WITH_CLAUSE = {name for name, finding in FINDING_OF_FEATURE.items() if name not in finding.context}
ALL_NAMES = {name for subject in SUBJECTS for name in catalogue(subject).names}


def test_a_feature_belongs_to_one_finding_at_most() -> None:
    features = [name for finding in FINDINGS for name in finding.features]
    assert len(features) == len(set(features)) == len(FINDING_OF_FEATURE)


def test_the_features_without_a_finding_are_these() -> None:
    assert ALL_NAMES - set(FINDING_OF_FEATURE) == NO_GROUND | STATUS_FLAGS
    assert set(FINDING_OF_FEATURE) <= ALL_NAMES


@pytest.mark.parametrize("subject", SUBJECTS)
def test_explainable_columns_are_those_with_a_finding_and_the_flags_of_the_status(subject: str) -> None:
    known = catalogue(subject)
    kept = {known.names[column] for column in known.explainable}
    assert kept == set(known.names) - NO_GROUND
    assert kept & STATUS_FLAGS == set(known.names) & STATUS_FLAGS
    assert known.explainable.dtype.kind == "i"


def test_findings_are_on_a_side_and_small_values_are_their_own() -> None:
    assert {finding.direction for finding in FINDINGS} == {RAISES, FOR_THE_PERSON}
    for finding in FINDINGS:
        assert finding.low <= set(finding.features), finding.code
        assert finding.context | set(finding.least) <= set(finding.features), finding.code
        assert set(finding.typologies) <= set(texts("typologies")), finding.code
        assert bool(finding.typologies) == (finding.direction == RAISES), finding.code


def test_an_opposite_says_for_the_person_what_its_finding_has_features_for() -> None:
    for finding in FINDINGS:
        if finding.opposite is not None:
            assert (finding.direction, finding.opposite.direction) == (RAISES, FOR_THE_PERSON)
            assert set(finding.opposite.features) <= set(finding.features), finding.code
            assert set(finding.opposite.features) == set(finding.opposite.least) | set(finding.opposite.most), (
                finding.code
            )
    links = {finding.link for finding in FINDINGS} - {""}
    assert links <= {finding.code for finding in FINDINGS if finding.direction == RAISES and not finding.link}


def test_every_finding_and_feature_has_its_texts() -> None:
    codes = {finding.code for finding in (*FINDINGS, *OPPOSITES)}
    assert set(texts("findings.opposite_clauses")) == {name for finding in OPPOSITES for name in finding.features}
    assert set(texts("findings.names")) == set(texts("findings.questions")) == codes
    assert set(texts("findings.clauses")) == WITH_CLAUSE


@pytest.mark.parametrize("name", sorted(WITH_CLAUSE))
def test_a_clause_shows_its_value_and_no_flag_does(name: str) -> None:
    clause = texts("findings.clauses")[name]
    for code in LANGUAGES:
        assert ("{value}" in clause[code]) == (not name.endswith("_flag")), (code, name)
        assert len(re.findall(r"\[[^\]]*\{value\}[^\]]*\]", clause[code])) == (not name.endswith("_flag")), (code, name)
        assert set(re.findall(r"\{(\w+)\}", clause[code])) <= {"value", "key"}
        assert not clause[code].endswith((".", "。"))
    assert ("{key}" in clause["en"]) == ("{key}" in clause["ja"])
    # each language says the unit by itself: English by the noun, Japanese by the counter
    assert "は{value}" not in clause["ja"]
