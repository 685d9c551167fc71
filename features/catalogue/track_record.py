"""Features of the track record: earlier stays and departures on time, which lower a score."""

from features.catalogue.builders import LOWERS, count, days_since, share, single
from features.catalogue.measures import OwnStays

SHARED = (
    single(name="own_stays_count", family="track_record", measure=OwnStays("all"), counted="times"),
    count(name="guarantor_departures_on_time_ever_count", family="track_record", events="departures.on_time", key="guarantor", monotone=LOWERS),
    count(name="agency_departures_on_time_365d_count", family="track_record", events="departures.on_time", key="agency", days=365, monotone=LOWERS),
    share(name="guarantor_departures_on_time_ever_share", family="track_record", events="departures.on_time", key="guarantor", monotone=LOWERS),
    share(name="agency_departures_on_time_365d_share", family="track_record", events="departures.on_time", key="agency", days=365, monotone=LOWERS),
    days_since(name="guarantor_applications_first_days", family="track_record", events="applications", key="guarantor", first=True, monotone=LOWERS),
    days_since(name="agency_applications_first_days", family="track_record", events="applications", key="agency", first=True, monotone=LOWERS),
    count(name="guarantor_applications_kin_ever_count", family="track_record", events="applications.kin", key="guarantor", monotone=LOWERS),
    count(name="host_actions_clean_ever_count", family="track_record", events="actions.clean", key="establishment", case_key="host", monotone=LOWERS),
    count(name="stay_address_shelters_ever_count", family="track_record", events="establishments.shelter", key="address", case_key="stay_address", monotone=LOWERS),
    single(name="own_completed_stays_count", family="track_record", measure=OwnStays("completed"), counted="times"),
)  # fmt: skip
