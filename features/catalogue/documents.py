"""Features of documents: passport and certificate of eligibility."""

from features.catalogue.builders import count, distinct, single
from features.catalogue.case_fields import Days, IsAnyOf

SHARED = (
    single(name="passport_age_days", family="documents", measure=Days("passport_issued_on")),
)  # fmt: skip

VISA = (
    single(name="certificate_age_days", family="documents", measure=Days("coe_issued_on")),
    distinct(name="coe_applications_person_ever_count", family="documents", events="applications", key="coe", code="person"),
)  # fmt: skip

ENTRY = (
    single(name="doubtful_document_flag", family="documents", measure=IsAnyOf("document_check", ("doubtful", "forged"))),
    count(name="booking_phone_landings_doubtful_ever_count", family="documents", events="landings.doubtful", key="booking_phone"),
)  # fmt: skip
