"""Features of brokers: introducers, the connected component, statements and the watch list."""

from features.catalogue.builders import RAISES, count, days_since, distinct, single
from features.catalogue.measures import Component, SameStatement, WatchList

SHARED = (
    single(name="network_records_count", family="broker", measure=Component("records"), counted="records"),
    single(name="network_persons_count", family="broker", measure=Component("persons"), counted="persons"),
    single(name="network_guarantors_count", family="broker", measure=Component("guarantors"), counted="persons"),
    single(name="network_phones_count", family="broker", measure=Component("phones"), counted="records"),
    single(name="network_spouse_applications_count", family="broker", measure=Component("spouse_applications"), counted="records"),
    single(name="network_missing_or_overstay_count", family="broker", measure=Component("missing_or_overstay"), counted="records"),
    single(name="network_findings_count", family="broker", measure=Component("findings"), counted="records", monotone=RAISES),
    single(name="network_adult_work_count", family="broker", measure=Component("adult_work"), counted="records"),
    single(name="network_levels_count", family="broker", measure=Component("levels"), counted="steps"),
    count(name="introducer_phone_applications_365d_count", family="broker", events="applications", key="introducer_phone", days=365),
    distinct(name="introducer_phone_applications_guarantor_365d_count", family="broker", events="applications", key="introducer_phone", code="guarantor", days=365),
    distinct(name="stay_address_applications_guarantor_365d_count", family="broker", events="applications", key="stay_address", code="guarantor", days=365),
    count(name="introducer_phone_findings_ever_count", family="broker", events="findings", key="introducer_phone", monotone=RAISES),
    count(name="stay_address_findings_ever_count", family="broker", events="findings", key="stay_address", monotone=RAISES),
    distinct(name="stay_address_moved_to_person_365d_count", family="broker", events="residence_events.address_change", key="moved_to", code="person", case_key="stay_address", days=365),
    count(name="introducer_phone_missing_or_overstay_ever_count", family="broker", events="residence_events.missing_or_overstay", key="introducer_phone", monotone=RAISES),
    single(name="same_statement_persons_365d_count", family="broker", measure=SameStatement("persons"), counted="persons"),
    single(name="same_statement_guarantors_365d_count", family="broker", measure=SameStatement("guarantors"), counted="persons"),
    single(name="same_statement_agencies_365d_count", family="broker", measure=SameStatement("agencies"), counted="records"),
    single(name="watchlist_traveller_count", family="broker", measure=WatchList("traveller"), counted="records", monotone=RAISES),
    single(name="watchlist_sponsor_count", family="broker", measure=WatchList("sponsor"), counted="records", monotone=RAISES),
    single(name="watchlist_phone_count", family="broker", measure=WatchList("phone"), counted="records", monotone=RAISES),
    single(name="watchlist_address_count", family="broker", measure=WatchList("address"), counted="records", monotone=RAISES),
)  # fmt: skip

VISA = (
    count(name="person_applications_365d_count", family="broker", events="applications", key="person", days=365),
    distinct(name="person_applications_agency_365d_count", family="broker", events="applications", key="person", code="agency", days=365),
    distinct(name="person_applications_guarantor_365d_count", family="broker", events="applications", key="person", code="guarantor", days=365),
    days_since(name="person_applications_last_days", family="broker", events="applications", key="person"),
)  # fmt: skip

ENTRY = (
    distinct(name="stay_address_landings_person_365d_count", family="broker", events="landings", key="stay_address", code="person", days=365),
    distinct(name="stay_phone_landings_person_365d_count", family="broker", events="landings", key="stay_phone", code="person", days=365),
    distinct(name="stay_building_landings_person_30d_count", family="broker", events="landings", key="stay_building", code="person", days=30),
    count(name="stay_address_moved_to_365d_count", family="broker", events="residence_events.address_change", key="moved_to", case_key="stay_address", days=365),
    count(name="person_landings_365d_count", family="broker", events="landings", key="person", days=365),
    days_since(name="person_landings_last_days", family="broker", events="landings", key="person"),
)  # fmt: skip
