"""Which features may a model split on, and in which direction? Those that an officer could name to the person concerned."""

from __future__ import annotations

import re

from features.catalogue import Catalogue
from features.catalogue.entry import OF_THE_APPLICATION
from features.catalogue.findings import FINDING_OF_FEATURE, RAISES

UNEXPLAINED = frozenset({
    "lead_time_days", "host_age_days", "host_capacity_count", "intended_stay_days", "certificate_age_days", "monthly_income_yen",
    "guarantor_income_yen", "days_in_japan_365d_days", "permitted_stay_days", "since_departure_days", "passport_age_days",
    "person_landings_last_days", "person_landings_365d_count", "stay_as_declared_flag", "married_abroad_flag",
    # usual, and no ground either way; completed stays count for the person
    "own_stays_count", "inviter_is_guarantor_flag",
    # an occupation, and a tour group, are no ground
    "stage_occupation_flag", "flight_day_landings_person_ever_count",
    # grows with the size of an agency, which says nothing about its clients
    "agency_missing_or_overstay_365d_count",
})  # fmt: skip
"""Circumstances without a meaning of their own. They stay in the catalogue, so that older models and decisions can be read."""

_OF_THE_APPLICATION = frozenset(feature.name for feature in OF_THE_APPLICATION)
_HARM = re.compile(
    r"missing|findings|adult_|actions_|overdue|divorces|doubtful|watchlist|onward_by_other|same_statement"
)
_STATEMENTS = frozenset({"thin_marriage", "identity_does_not_fit", "arranged_by_others"})


def gain_factors(catalogue: Catalogue, *, prior: bool) -> list[float]:
    """Return LightGBM's factor on the gain of a split for each feature: 0 for those that a model may not split on.

    With a prior these are features without a meaning of their own. Without one, a landing's model reads nothing of the
    application's own fields: few labels would teach it who needed a visa, and so a nationality.
    """
    barred = UNEXPLAINED if prior else _OF_THE_APPLICATION if catalogue.subject == "entry" else frozenset()
    return [0.0 if name in barred else 1.0 for name in catalogue.names]


def monotone_constraints(catalogue: Catalogue) -> list[int]:
    """Return the direction of each feature, of which the catalogue's own are part: 1, -1, or 0 for none.

    Records of harm, the same statement under other names, and facts of the case's own file never lower a score, and what counts for the person never raises
    it. Counts of people have no direction: large numbers are most often those of honest agencies, employers and families.
    """
    return [own or _direction(name) for name, own in zip(catalogue.names, catalogue.monotone, strict=True)]


def _direction(name: str) -> int:
    finding = FINDING_OF_FEATURE.get(name)
    if finding is None or name in finding.context:
        return 0
    if finding.direction != RAISES:
        return -1
    if not (_HARM.search(name) or finding.code in _STATEMENTS):
        return 0
    return -1 if name in finding.low else 1
