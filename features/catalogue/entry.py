"""Columns of the landing model, in order. A new feature goes to the end of its family; nothing else moves."""

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
    transit,
)
from features.catalogue.feature import Catalogue, in_order

_FIRST = (
    "is_spouse_flag", "is_entertainer_flag", "is_trainee_flag", "is_visitor_flag", "permitted_stay_days", "onward_flag",
    "onward_paid_by_other_flag", "doubtful_document_flag", "passport_age_days", "stay_as_declared_flag",
    "booking_landings_person_ever_count", "booking_phone_landings_person_30d_count",
    "booking_phone_landings_booking_365d_count", "booking_phone_landings_onward_by_other_365d_count",
    "person_landings_transit_365d_count", "booking_phone_landings_doubtful_ever_count",
    "biometric_landings_person_ever_count", "biometric_landings_passport_ever_count",
    "person_landings_biometric_ever_count", "person_landings_passport_ever_count",
    "passport_landings_person_ever_count", "flight_day_landings_person_ever_count",
    "stay_address_landings_person_365d_count", "stay_phone_landings_person_365d_count",
    "stay_building_landings_person_30d_count", "stay_address_moved_to_365d_count", "person_landings_365d_count",
    "person_landings_last_days", "own_stays_count", "own_overdue_stays_count", "days_in_japan_365d_days",
    "since_departure_days",
)  # fmt: skip
"""The landing's own columns; those of sponsors and other parties follow, family by family."""
OF_THE_APPLICATION = tuple(
    feature
    for family in (application, documents, identity, sponsors, marriage, employment, hosts, brokers)
    for feature in family.VISA
    if feature.name not in {own.name for own in application.ENTRY}
)
"""What the application says by which the person came, as of landing."""
_FEATURES = (
    *application.SHARED, *application.ENTRY, *documents.SHARED, *documents.ENTRY, *identity.SHARED, *identity.ENTRY,
    *OF_THE_APPLICATION, *transit.ENTRY, *children.ENTRY, *brokers.ENTRY, *sponsors.SHARED, *marriage.SHARED, *employment.SHARED,
    *hosts.SHARED, *children.SHARED, *brokers.SHARED, *track_record.SHARED,
)  # fmt: skip

ENTRY = Catalogue("entry", in_order(_FIRST, _FEATURES))
