"""Columns of the visa model, in order. A new feature goes to the end of its family; nothing else moves."""

from features.catalogue import (
    application,
    brokers,
    children,
    documents,
    employment,
    hosts,
    identity,
    marriage,
    sponsors,
    track_record,
)
from features.catalogue.feature import Catalogue, in_order

_FIRST = (
    "is_spouse_flag", "is_entertainer_flag", "is_trainee_flag", "is_student_flag", "is_worker_flag",
    "intended_stay_days", "monthly_income_yen", "guarantor_income_yen", "travel_paid_by_other_flag",
    "lodged_by_other_flag", "stage_occupation_flag", "kin_guarantor_flag", "friend_guarantor_flag",
    "inviter_is_guarantor_flag", "stay_at_guarantor_flag", "stay_at_host_flag", "passport_age_days",
    "certificate_age_days", "lead_time_days", "married_abroad_flag", "cohabitation_planned_flag",
    "applicant_phone_applications_person_365d_count", "applicant_email_applications_person_ever_count",
    "home_address_applications_person_365d_count", "passport_applications_person_ever_count",
    "person_applications_passport_ever_count", "given_name_and_birth_applications_person_ever_count",
    "passport_landings_person_ever_count", "coe_applications_person_ever_count", "person_applications_365d_count",
    "person_applications_agency_365d_count", "person_applications_guarantor_365d_count",
    "person_applications_last_days", "undeclared_stays_count", "own_stays_count", "own_overdue_stays_count",
    "days_in_japan_365d_days",
)  # fmt: skip
"""The visa's own columns; those of sponsors and other parties follow, family by family."""
_FEATURES = (
    *application.SHARED, *application.VISA, *documents.SHARED, *documents.VISA, *identity.SHARED, *identity.VISA,
    *sponsors.VISA, *marriage.VISA, *employment.VISA, *hosts.VISA, *brokers.VISA, *sponsors.SHARED,
    *marriage.SHARED, *employment.SHARED, *hosts.SHARED, *children.SHARED, *brokers.SHARED, *track_record.SHARED,
)  # fmt: skip

VISA = Catalogue("visa", in_order(_FIRST, _FEATURES))
