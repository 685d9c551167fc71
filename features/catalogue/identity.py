"""Features of identity: what else is on record under the same name, passport, phone or biometric."""

from features.catalogue.builders import distinct, other_bearers, single
from features.catalogue.case_fields import Equal
from features.catalogue.measures import OwnStays

SHARED = (
    other_bearers(name="passport_landings_person_ever_count", family="identity", events="landings"),
)  # fmt: skip

VISA = (
    distinct(name="applicant_phone_applications_person_365d_count", family="identity", events="applications", key="applicant_phone", code="person", days=365),
    distinct(name="applicant_email_applications_person_ever_count", family="identity", events="applications", key="applicant_email", code="person"),
    distinct(name="home_address_applications_person_365d_count", family="identity", events="applications", key="home_address", code="person", days=365),
    other_bearers(name="passport_applications_person_ever_count", family="identity", events="applications"),
    distinct(name="person_applications_passport_ever_count", family="identity", events="applications", key="person", code="passport"),
    distinct(name="given_name_and_birth_applications_person_ever_count", family="identity", events="applications", key="given_name_and_birth", code="person"),
    single(name="undeclared_stays_count", family="identity", measure=OwnStays("undeclared"), counted="times"),
)  # fmt: skip

ENTRY = (
    single(name="stay_as_declared_flag", family="identity", measure=Equal("stay_address", "applied_stay_address")),
    distinct(name="biometric_landings_person_ever_count", family="identity", events="landings", key="biometric", code="person"),
    distinct(name="biometric_landings_passport_ever_count", family="identity", events="landings", key="biometric", code="passport"),
    distinct(name="person_landings_biometric_ever_count", family="identity", events="landings", key="person", code="biometric"),
    distinct(name="person_landings_passport_ever_count", family="identity", events="landings", key="person", code="passport"),
)  # fmt: skip
