"""Which features do both subjects have? Sponsors, households, work, children, brokers, and what speaks for people."""

from __future__ import annotations

from features.catalogue.building import (
    burst,
    count,
    distinct,
    own,
    per_place,
    plain,
    ring,
    share,
    since,
    stayed,
)
from features.catalogue.measures import Letter, Watched

UP, DOWN = 1, -1

SPONSORS = (
    count("sponsor", "applications", "guarantor", 365),
    distinct("sponsor", "applications", "guarantor", "person", None),
    distinct("sponsor", "applications", "guarantor_phone", "guarantor", 365),
    distinct("sponsor", "applications", "guarantor_phone", "person", 365),
    distinct("sponsor", "applications", "guarantor_unit", "guarantor", None),
    distinct("sponsor", "applications", "inviter", "person", 365),
    distinct("sponsor", "applications_by_phone", "phone", "person", 365, asked="guarantor_phone"),
    burst("sponsor", "applications", "guarantor_phone"),
    since("sponsor", "applications", "guarantor"),
    count("sponsor", "troubles.gone", "guarantor", monotone=UP),
    count("sponsor", "troubles.gone", "guarantor_phone", 365, monotone=UP),
    count("sponsor", "findings", "guarantor", monotone=UP),
    count("sponsor", "findings_by_phone", "phone", asked="guarantor_phone", monotone=UP),
    count("sponsor", "troubles.gone", "agency", 365, monotone=UP),
)

MARRIAGE = (
    distinct("marriage", "spouse_applications", "guarantor", "person", None),
    distinct("marriage", "spouse_applications", "guarantor_phone", "guarantor", None),
    distinct("marriage", "spouse_applications", "introducer_phone", "person", 365),
    distinct("marriage", "spouse_applications", "introducer_phone", "guarantor", None),
    distinct("marriage", "spouse_applications", "introducer", "person", None),
    count("marriage", "troubles.divorce", "guarantor"),
    distinct("marriage", "troubles.moved", "introducer_phone", "moved_to", 365),
    distinct("marriage", "troubles.moved", "guarantor_phone", "moved_to", None),
    since("marriage", "spouse_applications", "guarantor"),
    own("marriage", "since_marriage_days", "since_marriage", "婚姻届からの日数", "Days since the marriage was registered"),
    own("marriage", "courtship_days", "courtship", "出会いから婚姻までの日数", "Days from first meeting to marriage"),
    own("marriage", "declared_meetings_count", "meetings", "申告された婚姻前の面会の回数", "Declared meetings before the marriage"),
    own("marriage", "earlier_foreign_spouses_count", "earlier_spouses", "日本人配偶者の以前の外国人配偶者の人数", "Earlier foreign spouses of the Japanese spouse"),
    own("marriage", "no_common_language_flag", "no_common_language", "夫婦に共通の言語がない", "The couple have no common language"),
    stayed("marriage", "stays_between_meeting_and_marriage_count", "between_meeting_and_marriage",
           "出会いから婚姻までの間の在留の回数", "Stays in Japan between first meeting and marriage"),
    stayed("marriage", "declared_meetings_not_found_count", "meetings_not_found",
           "申告された面会の回数とその間の在留の記録の回数との差", "Declared meetings, less stays on record in that time"),
)  # fmt: skip

EMPLOYMENT = (
    count("employment", "jobs.adult", "person", None),
    count("employment", "jobs.adult", "passport", None),
    since("employment", "jobs.adult", "person"),
    count("employment", "actions_on_jobs", "person", monotone=UP),
    distinct("employment", "jobs_of_sponsored.adult", "guarantor", "person"),
    count("employment", "jobs_of_sponsored.adult", "guarantor_phone"),
    count("employment", "jobs_of_sponsored.adult", "introducer_phone"),
    count("employment", "jobs_of_sponsored.adult", "stay_unit", 1095),
    count("employment", "actions_on_jobs_of_sponsored", "guarantor_phone", monotone=UP),
    count("employment", "actions_on_jobs_of_sponsored", "introducer_phone", monotone=UP),
    count("employment", "places.adult", "place_unit", asked="stay_unit"),
    count("employment", "places.adult", "phone", asked="guarantor_phone"),
)

HOSTS = (
    per_place("entertainer", "applications.entertainer", 365),
    count("entertainer", "applications.entertainer", "host", 365),
    own("entertainer", "host_is_adult_flag", "host_is_adult", "受入先が風俗営業の店", "The host is an adult-entertainment establishment"),
    count("work", "actions.adverse", "establishment", asked="host", monotone=UP),
    distinct("work", "actions.adverse", "place_unit", "establishment", asked="host_place_unit", monotone=UP),
    distinct("work", "actions.adverse", "phone", "establishment", asked="host_phone", monotone=UP),
    count("work", "troubles.missing", "host", 365, monotone=UP),
    share("work", "troubles.gone", "troubles", "host"),
    distinct("work", "applications.work", "host", "person", 365),
    own("work", "host_age_days", "host_age", "受入先の開業からの日数", "Days since the host establishment opened"),
    own("work", "host_capacity_count", "host_capacity", "受入先の定員", "Places of the host establishment"),
)  # fmt: skip

CHILDREN = (
    distinct("children", "applications", "parent", "person", None),
    distinct("children", "child_applications", "stay_unit", "person", 365),
    distinct("children", "child_applications", "guarantor_phone", "person", None),
    count("children", "applications.new_citizen", "guarantor_phone"),
    own("children", "accompanying_minors_count", "minors", "同伴する未成年者の人数", "Accompanying minors"),
    own("children", "since_nationality_days", "since_citizenship", "子の国籍取得の届出からの日数", "Days since the child acquired Japanese nationality"),
    stayed("children", "stays_around_conception_count", "around_conception",
           "子の懐胎の時期の在留の回数", "Stays in Japan around the child's conception"),
)  # fmt: skip

BROKERS = (
    ring("ring_records_count", "records", "共通の連絡先等でつながる記録の件数", "Records connected by shared identifiers"),
    ring("ring_persons_count", "persons", "共通の連絡先等でつながる人数", "People connected by shared identifiers"),
    ring("ring_sponsors_count", "sponsors", "つながりの中の身元保証人の人数", "Guarantors among the connected records"),
    ring("ring_phones_count", "phones", "つながりの中の身元保証人の電話番号の件数", "Guarantor phone numbers among the connected records"),
    ring("ring_spouse_applications_count", "spouse", "つながりの中の配偶者の申請の件数", "Spouse applications among the connected records"),
    ring("ring_gone_count", "gone", "つながりの中の行方不明・不法残留の件数", "Missing reports or overstays among the connected records"),
    ring("ring_findings_count", "found", "つながりの中で被害の兆候が確認された件数", "Cases with indications among the connected records", monotone=UP),
    ring("ring_adult_work_count", "adult_work", "つながりの中の風俗営業の店での就労の件数", "Reports of adult-entertainment work among the connected records"),
    ring("ring_levels_count", "levels", "共通の連絡先等でたどれる段数", "Steps to the farthest connected record"),
    count("broker", "applications", "introducer_phone", 365),
    distinct("broker", "applications", "introducer_phone", "guarantor", 365),
    distinct("broker", "applications", "stay_unit", "guarantor", 365),
    count("broker", "findings", "introducer_phone", monotone=UP),
    count("broker", "findings", "stay_unit", monotone=UP),
    count("broker", "troubles.gone", "introducer_phone", monotone=UP),
    plain("broker", "same_letter_persons_365d_count", Letter("persons"), "過去365日間に同じ文面の書面を提出した他の人数", "Other people with the same letter in the last 365 days"),
    plain("broker", "same_letter_guarantors_365d_count", Letter("guarantors"), "過去365日間に同じ文面の書面に現れた他の身元保証人の人数", "Other guarantors with the same letter in the last 365 days"),
    plain("broker", "same_letter_agencies_365d_count", Letter("agencies"), "過去365日間に同じ文面の書面を提出した他の代理申請機関の件数", "Other agencies with the same letter in the last 365 days"),
    plain("broker", "watchlist_traveller_count", Watched("traveller"), "本人と一致する人身取引データベースの関与者の件数", "Entries of organisers in the TIP database matching the traveller", monotone=UP),
    plain("broker", "watchlist_sponsor_count", Watched("sponsor"), "身元保証人等と一致する人身取引データベースの関与者の件数", "Entries of organisers in the TIP database matching a sponsor", monotone=UP),
    plain("broker", "watchlist_phone_count", Watched("phone"), "電話番号が一致する人身取引データベースの関与者の件数", "Entries of organisers in the TIP database matching a phone", monotone=UP),
    plain("broker", "watchlist_address_count", Watched("address"), "住所が一致する人身取引データベースの関与者の件数", "Entries of organisers in the TIP database matching an address", monotone=UP),
)  # fmt: skip

HONEST = (
    count("honest", "returns.on_time", "guarantor", monotone=DOWN),
    count("honest", "returns.on_time", "agency", 365, monotone=DOWN),
    share("honest", "returns.on_time", "returns", "guarantor", monotone=DOWN),
    share("honest", "returns.on_time", "returns", "agency", 365, monotone=DOWN),
    since("honest", "applications", "guarantor", first=True, monotone=DOWN),
    since("honest", "applications", "agency", first=True, monotone=DOWN),
    count("honest", "applications.kin", "guarantor", monotone=DOWN),
    count("honest", "actions.clean", "establishment", asked="host", monotone=DOWN),
    count("honest", "places.shelter", "place_unit", asked="stay_unit", monotone=DOWN),
    stayed(
        "honest",
        "own_completed_stays_count",
        "completed",
        "本人の出国済みの在留の回数",
        "Own stays that ended in departure",
    ),
)
