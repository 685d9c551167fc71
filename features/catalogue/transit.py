"""Features of transit: bookings and onward journeys."""

from features.catalogue.builders import count, distinct, single
from features.catalogue.case_fields import Boolean, IsAnyOf

ENTRY = (
    single(name="onward_flag", family="transit", measure=Boolean("onward")),
    single(name="onward_paid_by_other_flag", family="transit", measure=IsAnyOf("onward_ticket_paid_by", ("sponsor", "agency", "employer"), "travel_paid_by")),
    distinct(name="booking_landings_person_ever_count", family="transit", events="landings", key="booking", code="person"),
    distinct(name="booking_phone_landings_person_30d_count", family="transit", events="landings", key="booking_phone", code="person", days=30),
    distinct(name="booking_phone_landings_booking_365d_count", family="transit", events="landings", key="booking_phone", code="booking", days=365),
    count(name="booking_phone_landings_onward_by_other_365d_count", family="transit", events="landings.onward_by_other", key="booking_phone", days=365),
    count(name="person_landings_transit_365d_count", family="transit", events="landings.transit", key="person", days=365),
)  # fmt: skip
