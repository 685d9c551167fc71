"""Features of sponsors: guarantors, inviters and accredited agencies."""

from features.catalogue.builders import LOWERS, RAISES, burst, count, days_since, distinct, single
from features.catalogue.case_fields import Amount, Equal, IsAnyOf

SHARED = (
    count(name="guarantor_applications_365d_count", family="sponsor", events="applications", key="guarantor", days=365),
    distinct(name="guarantor_applications_person_ever_count", family="sponsor", events="applications", key="guarantor", code="person"),
    distinct(name="guarantor_phone_applications_guarantor_365d_count", family="sponsor", events="applications", key="guarantor_phone", code="guarantor", days=365),
    distinct(name="guarantor_phone_applications_person_365d_count", family="sponsor", events="applications", key="guarantor_phone", code="person", days=365),
    distinct(name="guarantor_address_applications_guarantor_ever_count", family="sponsor", events="applications", key="guarantor_address", code="guarantor"),
    distinct(name="inviter_applications_person_365d_count", family="sponsor", events="applications", key="inviter", code="person", days=365),
    distinct(name="guarantor_phone_applications_by_phone_person_365d_count", family="sponsor", events="applications_by_phone", key="phone", code="person", case_key="guarantor_phone", days=365),
    burst(name="guarantor_phone_applications_burst_ratio", family="sponsor", events="applications", key="guarantor_phone"),
    days_since(name="guarantor_applications_last_days", family="sponsor", events="applications", key="guarantor"),
    count(name="guarantor_missing_or_overstay_ever_count", family="sponsor", events="residence_events.missing_or_overstay", key="guarantor", monotone=RAISES),
    count(name="guarantor_phone_missing_or_overstay_365d_count", family="sponsor", events="residence_events.missing_or_overstay", key="guarantor_phone", days=365, monotone=RAISES),
    count(name="guarantor_findings_ever_count", family="sponsor", events="findings", key="guarantor", monotone=RAISES),
    count(name="guarantor_phone_findings_by_phone_ever_count", family="sponsor", events="findings_by_phone", key="phone", case_key="guarantor_phone", monotone=RAISES),
    days_since(name="guarantor_phone_missing_or_overstay_last_days", family="sponsor", events="residence_events.missing_or_overstay", key="guarantor_phone", monotone=LOWERS),
    count(name="agency_missing_or_overstay_365d_count", family="sponsor", events="residence_events.missing_or_overstay", key="agency", days=365, monotone=RAISES),
)  # fmt: skip

VISA = (
    single(name="guarantor_income_yen", family="sponsor", measure=Amount("guarantor_income_jpy")),
    single(name="kin_guarantor_flag", family="sponsor", measure=IsAnyOf("guarantor_relationship", ("parent", "child", "relative"))),
    single(name="friend_guarantor_flag", family="sponsor", measure=IsAnyOf("guarantor_relationship", ("friend", "other"))),
    single(name="inviter_is_guarantor_flag", family="sponsor", measure=Equal("inviter", "guarantor")),
    single(name="stay_at_guarantor_flag", family="sponsor", measure=Equal("stay_address", "guarantor_address")),
)  # fmt: skip
