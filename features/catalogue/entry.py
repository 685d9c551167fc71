"""Which features does the landing model read? One ordered list: the journey first, then what its visa file says."""

from __future__ import annotations

from features.catalogue.building import count, distinct, own, since, stayed
from features.catalogue.feature import Catalogue
from features.catalogue.shared import BROKERS, CHILDREN, EMPLOYMENT, HONEST, HOSTS, MARRIAGE, SPONSORS

_JOURNEY = (
    own("application", "is_spouse_flag", "is_spouse", "日本人の配偶者等としての上陸", "Landing as spouse"),
    own("application", "is_entertainer_flag", "is_entertainer", "興行での上陸", "Landing as entertainer"),
    own("application", "is_trainee_flag", "is_trainee", "研修・技能実習での上陸", "Landing as trainee or technical intern"),
    own("application", "is_visitor_flag", "is_visitor", "短期滞在での上陸", "Landing as temporary visitor"),
    own("application", "permitted_stay_days", "permitted_days", "許可された在留日数", "Permitted days of stay"),
    own("transit", "onward_flag", "onward", "第三国への乗継ぎ", "Onward journey to a third country"),
    own("transit", "onward_paid_by_other_flag", "onward_by_other", "乗継ぎの航空券を第三者が購入", "The onward ticket was bought by others"),
    own("documents", "doubtful_document_flag", "doubtful_document", "旅券が真正でない疑い", "The travel document was found doubtful"),
    own("documents", "passport_age_days", "passport_age", "旅券発給からの日数", "Days since the passport was issued"),
    own("identity", "stay_as_declared_flag", "stay_as_declared", "滞在先が査証申請と同じ", "Address of stay as in the visa application"),
    distinct("transit", "landings", "booking", "person", None),
    distinct("transit", "landings", "booking_phone", "person", 30),
    distinct("transit", "landings", "booking_phone", "booking", 365),
    count("transit", "landings.onward_by_other", "booking_phone", 365),
    count("transit", "landings.transit", "person", 365),
    count("documents", "landings.doubtful", "booking_phone", None),
    distinct("identity", "landings", "biometric", "person", None),
    distinct("identity", "landings", "biometric", "passport", None),
    distinct("identity", "landings", "person", "biometric", None),
    distinct("identity", "landings", "person", "passport", None),
    distinct("identity", "landings", "passport", "person", None),
    distinct("children", "landings", "flight_day", "person", None),
    distinct("broker", "landings", "stay_unit", "person", 365),
    distinct("broker", "landings", "stay_phone", "person", 365),
    distinct("broker", "landings", "stay_building", "person", 30),
    count("broker", "troubles.moved", "moved_to", 365, asked="stay_unit"),
    count("broker", "landings", "person", 365),
    since("broker", "landings", "person"),
    stayed("honest", "own_stays_count", "found", "記録にある本人の在留の回数", "Own earlier stays on record"),
    stayed("work", "own_overdue_stays_count", "overdue", "期限を過ぎても出国の記録がない在留の回数", "Own stays past their term without a departure on record"),
    stayed("application", "days_in_japan_365d_days", "days_365", "過去365日間の在留日数", "Days in Japan in the last 365 days"),
    stayed("application", "since_departure_days", "since_departure", "前回の出国からの日数", "Days since the last departure"),
)  # fmt: skip

ENTRY = Catalogue(
    "entry",
    (*_JOURNEY, *SPONSORS, *MARRIAGE, *EMPLOYMENT, *HOSTS, *CHILDREN, *BROKERS, *HONEST),
)
