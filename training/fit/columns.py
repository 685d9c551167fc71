"""Which features may a model split on? Those that an officer could name to the person concerned."""

from __future__ import annotations

from features.catalogue import Catalogue
from features.catalogue.entry import OF_THE_APPLICATION

UNEXPLAINED = frozenset({
    "lead_time_days", "host_age_days", "host_capacity_count", "intended_stay_days", "certificate_age_days", "monthly_income_yen",
    "guarantor_income_yen", "days_in_japan_365d_days", "permitted_stay_days", "since_departure_days",
    # grows with the size of an agency, which says nothing about its clients
    "agency_missing_or_overstay_365d_count",
})  # fmt: skip
"""Circumstances without a meaning of their own. They stay in the catalogue, so that older models and decisions can be read."""


_OF_THE_APPLICATION = frozenset(feature.name for feature in OF_THE_APPLICATION)


def gain_factors(catalogue: Catalogue, *, prior: bool) -> list[float]:
    """Return LightGBM's factor on the gain of a split for each feature: 0 for those that a model may not split on.

    With a prior these are features without a meaning of their own. Without one, a landing's model reads nothing of the
    application's own fields: few labels would teach it who needed a visa, and so a nationality.
    """
    barred = UNEXPLAINED if prior else _OF_THE_APPLICATION if catalogue.subject == "entry" else frozenset()
    return [0.0 if name in barred else 1.0 for name in catalogue.names]
