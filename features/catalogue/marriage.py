"""Features of marriages: the couple, and others brought by the same people."""

from features.catalogue.builders import count, days_since, distinct, single
from features.catalogue.case_fields import Amount, Boolean, Days, IsAnyOf
from features.catalogue.measures import OwnStays

SHARED = (
    distinct(name="guarantor_spouse_applications_person_ever_count", family="marriage", events="spouse_applications", key="guarantor", code="person"),
    distinct(name="guarantor_phone_spouse_applications_guarantor_ever_count", family="marriage", events="spouse_applications", key="guarantor_phone", code="guarantor"),
    distinct(name="introducer_phone_spouse_applications_person_365d_count", family="marriage", events="spouse_applications", key="introducer_phone", code="person", days=365),
    distinct(name="introducer_phone_spouse_applications_guarantor_ever_count", family="marriage", events="spouse_applications", key="introducer_phone", code="guarantor"),
    distinct(name="introducer_spouse_applications_person_ever_count", family="marriage", events="spouse_applications", key="introducer", code="person"),
    count(name="guarantor_divorces_ever_count", family="marriage", events="residence_events.divorce", key="guarantor"),
    distinct(name="introducer_phone_address_changes_moved_to_365d_count", family="marriage", events="residence_events.address_change", key="introducer_phone", code="moved_to", days=365),
    distinct(name="guarantor_phone_address_changes_moved_to_ever_count", family="marriage", events="residence_events.address_change", key="guarantor_phone", code="moved_to"),
    days_since(name="guarantor_spouse_applications_last_days", family="marriage", events="spouse_applications", key="guarantor"),
    single(name="since_marriage_days", family="marriage", measure=Days("married_on")),
    single(name="courtship_days", family="marriage", measure=Days("first_met_on", "married_on")),
    single(name="declared_meetings_count", family="marriage", measure=Amount("meetings_before_marriage"), counted="times"),
    single(name="earlier_foreign_spouses_count", family="marriage", measure=Amount("spouse_earlier_foreign_spouses"), counted="persons"),
    single(name="no_common_language_flag", family="marriage", measure=IsAnyOf("common_language", ("none",))),
    single(name="stays_between_meeting_and_marriage_count", family="marriage", measure=OwnStays("between_meeting_and_marriage"), counted="times"),
    single(name="declared_meetings_not_on_record_count", family="marriage", measure=OwnStays("declared_meetings_not_on_record"), counted="times"),
)  # fmt: skip

VISA = (
    single(name="married_abroad_flag", family="marriage", measure=Boolean("marriage_registered_abroad")),
    single(name="cohabitation_planned_flag", family="marriage", measure=Boolean("cohabitation_planned")),
)  # fmt: skip
