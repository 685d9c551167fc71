"""Former names of features and catalogues, so that models and decisions stored under them can still be read."""

from collections.abc import Iterable

RENAMED_FEATURES: dict[str, str] = {
    "home_unit_applications_person_365d_count": "home_address_applications_person_365d_count",
    "given_applications_person_ever_count": "given_name_and_birth_applications_person_ever_count",
    "guarantor_unit_applications_guarantor_ever_count": "guarantor_address_applications_guarantor_ever_count",
    "guarantor_troubles_gone_ever_count": "guarantor_missing_or_overstay_ever_count",
    "guarantor_phone_troubles_gone_365d_count": "guarantor_phone_missing_or_overstay_365d_count",
    "agency_troubles_gone_365d_count": "agency_missing_or_overstay_365d_count",
    "introducer_phone_troubles_gone_ever_count": "introducer_phone_missing_or_overstay_ever_count",
    "guarantor_troubles_divorce_ever_count": "guarantor_divorces_ever_count",
    "introducer_phone_troubles_moved_moved_to_365d_count": "introducer_phone_address_changes_moved_to_365d_count",
    "guarantor_phone_troubles_moved_moved_to_ever_count": "guarantor_phone_address_changes_moved_to_ever_count",
    "declared_meetings_not_found_count": "declared_meetings_not_on_record_count",
    "person_jobs_adult_ever_count": "person_adult_employment_reports_ever_count",
    "passport_jobs_adult_ever_count": "passport_adult_employment_reports_ever_count",
    "person_jobs_adult_last_days": "person_adult_employment_reports_last_days",
    "person_actions_on_jobs_ever_count": "person_actions_on_employers_ever_count",
    "guarantor_jobs_of_sponsored_adult_person_ever_count": "guarantor_adult_employment_of_sponsored_person_ever_count",
    "guarantor_phone_jobs_of_sponsored_adult_ever_count": "guarantor_phone_adult_employment_of_sponsored_ever_count",
    "introducer_phone_jobs_of_sponsored_adult_ever_count": "introducer_phone_adult_employment_of_sponsored_ever_count",
    "stay_unit_jobs_of_sponsored_adult_1095d_count": "stay_address_adult_employment_of_sponsored_1095d_count",
    "guarantor_phone_actions_on_jobs_of_sponsored_ever_count": "guarantor_phone_actions_on_employers_of_sponsored_ever_count",
    "introducer_phone_actions_on_jobs_of_sponsored_ever_count": "introducer_phone_actions_on_employers_of_sponsored_ever_count",
    "stay_unit_places_adult_ever_count": "stay_address_adult_establishments_ever_count",
    "guarantor_phone_places_adult_ever_count": "guarantor_phone_adult_establishments_ever_count",
    "host_applications_entertainer_365d_per_place_ratio": "host_applications_entertainer_365d_per_capacity_ratio",
    "host_place_unit_actions_adverse_establishment_ever_count": "host_address_actions_adverse_establishment_ever_count",
    "host_troubles_missing_365d_count": "host_missing_reports_365d_count",
    "host_troubles_gone_ever_share": "host_missing_or_overstay_ever_share",
    "stay_unit_child_applications_person_365d_count": "stay_address_child_applications_person_365d_count",
    "ring_records_count": "network_records_count",
    "ring_persons_count": "network_persons_count",
    "ring_sponsors_count": "network_guarantors_count",
    "ring_phones_count": "network_phones_count",
    "ring_spouse_applications_count": "network_spouse_applications_count",
    "ring_gone_count": "network_missing_or_overstay_count",
    "ring_findings_count": "network_findings_count",
    "ring_adult_work_count": "network_adult_work_count",
    "ring_levels_count": "network_levels_count",
    "stay_unit_applications_guarantor_365d_count": "stay_address_applications_guarantor_365d_count",
    "stay_unit_findings_ever_count": "stay_address_findings_ever_count",
    "same_letter_persons_365d_count": "same_statement_persons_365d_count",
    "same_letter_guarantors_365d_count": "same_statement_guarantors_365d_count",
    "same_letter_agencies_365d_count": "same_statement_agencies_365d_count",
    "guarantor_returns_on_time_ever_count": "guarantor_departures_on_time_ever_count",
    "agency_returns_on_time_365d_count": "agency_departures_on_time_365d_count",
    "guarantor_returns_on_time_ever_share": "guarantor_departures_on_time_ever_share",
    "agency_returns_on_time_365d_share": "agency_departures_on_time_365d_share",
    "stay_unit_places_shelter_ever_count": "stay_address_shelters_ever_count",
    "stay_unit_landings_person_365d_count": "stay_address_landings_person_365d_count",
    "stay_unit_troubles_moved_365d_count": "stay_address_moved_to_365d_count",
}
"""Former name to present name."""

FORMER_SHA256: dict[str, str] = {
    "visa": "93215bb94976475077037989e86c9db871cd52ff39abb9aadfcdb4ee5a1d5bd8",
    "entry": "69cd70d5081af616e45240d2fa897153fb0340647da087d5e0b229e7eea8aa50",
}
"""sha256 of each subject's catalogue of release 0.1: the same values under the former names. A catalogue only grows."""


def present_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return feature names as they are now."""
    return tuple(RENAMED_FEATURES.get(name, name) for name in names)
