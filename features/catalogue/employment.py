"""Features of employment: earlier work, and work of others with the same sponsors."""

from features.catalogue.builders import RAISES, count, days_since, distinct, single
from features.catalogue.case_fields import Boolean

SHARED = (
    count(name="person_adult_employment_reports_ever_count", family="employment", events="employment_reports.adult", key="person"),
    count(name="passport_adult_employment_reports_ever_count", family="employment", events="employment_reports.adult", key="passport"),
    days_since(name="person_adult_employment_reports_last_days", family="employment", events="employment_reports.adult", key="person"),
    count(name="person_actions_on_employers_ever_count", family="employment", events="actions_on_employers", key="person", monotone=RAISES),
    distinct(name="guarantor_adult_employment_of_sponsored_person_ever_count", family="employment", events="employment_reports_of_sponsored.adult", key="guarantor", code="person"),
    count(name="guarantor_phone_adult_employment_of_sponsored_ever_count", family="employment", events="employment_reports_of_sponsored.adult", key="guarantor_phone"),
    count(name="introducer_phone_adult_employment_of_sponsored_ever_count", family="employment", events="employment_reports_of_sponsored.adult", key="introducer_phone"),
    count(name="stay_address_adult_employment_of_sponsored_1095d_count", family="employment", events="employment_reports_of_sponsored.adult", key="stay_address", days=1095),
    count(name="guarantor_phone_actions_on_employers_of_sponsored_ever_count", family="employment", events="actions_on_employers_of_sponsored", key="guarantor_phone", monotone=RAISES),
    count(name="introducer_phone_actions_on_employers_of_sponsored_ever_count", family="employment", events="actions_on_employers_of_sponsored", key="introducer_phone", monotone=RAISES),
    count(name="stay_address_adult_establishments_ever_count", family="employment", events="establishments.adult", key="address", case_key="stay_address"),
    count(name="guarantor_phone_adult_establishments_ever_count", family="employment", events="establishments.adult", key="phone", case_key="guarantor_phone"),
)  # fmt: skip

VISA = (
    single(name="stage_occupation_flag", family="employment", measure=Boolean("occupation")),
)  # fmt: skip
