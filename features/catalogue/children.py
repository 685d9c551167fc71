"""Features of children: acknowledgement, nationality and accompanying minors."""

from features.catalogue.builders import count, distinct, single
from features.catalogue.case_fields import Amount, Days
from features.catalogue.measures import OwnStays

SHARED = (
    distinct(name="parent_applications_person_ever_count", family="children", events="applications", key="parent", code="person"),
    distinct(name="stay_address_child_applications_person_365d_count", family="children", events="child_applications", key="stay_address", code="person", days=365),
    distinct(name="guarantor_phone_child_applications_person_ever_count", family="children", events="child_applications", key="guarantor_phone", code="person"),
    count(name="guarantor_phone_applications_new_citizen_ever_count", family="children", events="applications.new_citizen", key="guarantor_phone"),
    single(name="accompanying_minors_count", family="children", measure=Amount("accompanying_minors"), counted="persons"),
    single(name="since_nationality_days", family="children", measure=Days("child_nationality_acquired_on")),
    single(name="stays_around_conception_count", family="children", measure=OwnStays("around_conception"), counted="times"),
)  # fmt: skip

ENTRY = (
    distinct(name="flight_day_landings_person_ever_count", family="children", events="landings", key="flight_day", code="person"),
)  # fmt: skip
