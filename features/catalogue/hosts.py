"""Features of host establishments, for entertainers and for workers."""

from features.catalogue.builders import LOWERS, RAISES, count, days_since, distinct, per_capacity, share, single
from features.catalogue.case_fields import Amount, Days, Equal, IsAnyOf
from features.catalogue.measures import OwnStays

SHARED = (
    single(name="own_overdue_stays_count", family="work", measure=OwnStays("overdue"), counted="times"),
    per_capacity(name="host_applications_entertainer_365d_per_capacity_ratio", family="entertainer", events="applications.entertainer", days=365),
    count(name="host_applications_entertainer_365d_count", family="entertainer", events="applications.entertainer", key="host", days=365),
    single(name="host_is_adult_flag", family="entertainer", measure=IsAnyOf("host_industry", ("adult_entertainment",), "industry")),
    count(name="host_actions_adverse_ever_count", family="work", events="actions.adverse", key="establishment", case_key="host", monotone=RAISES),
    distinct(name="host_address_actions_adverse_establishment_ever_count", family="work", events="actions.adverse", key="address", code="establishment", case_key="host_address", monotone=RAISES),
    distinct(name="host_phone_actions_adverse_establishment_ever_count", family="work", events="actions.adverse", key="phone", code="establishment", case_key="host_phone", monotone=RAISES),
    count(name="host_missing_reports_365d_count", family="work", events="residence_events.missing", key="host", days=365, monotone=RAISES),
    share(name="host_missing_or_overstay_ever_share", family="work", events="residence_events.missing_or_overstay", key="host"),
    distinct(name="host_applications_work_person_365d_count", family="work", events="applications.work", key="host", code="person", days=365),
    days_since(name="host_missing_or_overstay_last_days", family="work", events="residence_events.missing_or_overstay", key="host", monotone=LOWERS),
    single(name="host_age_days", family="work", measure=Days("host_opened_on")),
    single(name="host_capacity_count", family="work", measure=Amount("host_capacity"), counted="persons"),
)  # fmt: skip

VISA = (
    single(name="stay_at_host_flag", family="entertainer", measure=Equal("stay_address", "host_address")),
)  # fmt: skip
