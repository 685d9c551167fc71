"""Which grounds would an officer say aloud? Findings: the features that belong together, and the side that each is on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

RAISES, FOR_THE_PERSON = "raises", "for_the_person"


@dataclass(frozen=True, slots=True)
class Finding:
    """Ground for an interview, or circumstance for the person.

    Attributes
    ----------
    code
        Key of ``findings.names`` and ``findings.questions`` in the language files.
    direction
        ``raises`` or ``for_the_person``.
    themes
        Features by theme, those of a theme say nearly the same: a sentence has one clause of each theme at most.
    low
        Features of which a small value is remarkable, not a large one.
    least
        Smallest value worth saying, of features whose unit makes a smaller one no ground: a host is not crowded below one
        person for each place.
    most
        Largest value worth saying, of a circumstance for the person that a small value shows.
    scale
        For a count or a share, the feature that says among or of how many: 3 people of 7 who disappeared are not 3 of 280.
    context
        Features that add to the sum and are no ground by themselves: an onward journey, children who travel along. All
        others have their clause in ``findings.clauses``.
    typologies
        Typologies that the finding resembles; keys of ``typologies``.
    link
        Finding of the same link, in whose sum this side is counted too; empty for one of its own.
    opposite
        What is said for the person in its place where its features lower the score.
    """

    code: str
    direction: str
    themes: tuple[tuple[str, ...], ...]
    low: frozenset[str] = frozenset()
    least: Mapping[str, float] = field(default_factory=dict, hash=False)
    most: Mapping[str, float] = field(default_factory=dict, hash=False)
    scale: Mapping[str, str] = field(default_factory=dict, hash=False)
    context: frozenset[str] = frozenset()
    typologies: tuple[str, ...] = ()
    link: str = ""
    opposite: Finding | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """All features, in order."""
        return tuple(name for theme in self.themes for name in theme)


ORGANISER_MATCH = "organiser_match"

FINDINGS = (
    Finding(
        "connected_people", RAISES,
        (("network_missing_or_overstay_count",), ("network_findings_count",), ("network_adult_work_count",),
         ("network_spouse_applications_count",),
         ("applicant_phone_applications_person_365d_count", "applicant_email_applications_person_ever_count"),
         ("home_address_applications_person_365d_count",),
         ("same_statement_persons_365d_count", "same_statement_guarantors_365d_count", "same_statement_agencies_365d_count"),
         ("network_persons_count", "network_records_count", "network_guarantors_count", "network_phones_count",
          "network_levels_count")),
        # a handful of people around a person is a family, and the same wording is an agency's or a school's form
        least={
            "network_persons_count": 4.0, "network_records_count": 6.0, "network_guarantors_count": 3.0, "network_phones_count": 3.0,
            "home_address_applications_person_365d_count": 3.0, "network_spouse_applications_count": 2.0,
        },
        scale=dict.fromkeys(
            ("network_missing_or_overstay_count", "network_findings_count", "network_adult_work_count",
             "network_spouse_applications_count"), "network_persons_count",
        ),
        context=frozenset({"same_statement_persons_365d_count", "network_levels_count"}), typologies=("T9", "T12"),
    ),
    Finding(
        "sponsor_history", RAISES,
        (("guarantor_findings_ever_count", "guarantor_phone_findings_by_phone_ever_count"),
         ("guarantor_missing_or_overstay_ever_count", "guarantor_phone_missing_or_overstay_365d_count",
          "guarantor_phone_missing_or_overstay_last_days"),
         ("guarantor_spouse_applications_person_ever_count", "earlier_foreign_spouses_count",
          "guarantor_phone_spouse_applications_guarantor_ever_count", "guarantor_divorces_ever_count",
          "guarantor_spouse_applications_last_days"),
         ("guarantor_phone_actions_on_employers_of_sponsored_ever_count",
          "guarantor_phone_adult_employment_of_sponsored_ever_count",
          "guarantor_adult_employment_of_sponsored_person_ever_count", "guarantor_phone_adult_establishments_ever_count"),
         ("guarantor_phone_address_changes_moved_to_ever_count",),
         ("guarantor_phone_applications_guarantor_365d_count", "guarantor_address_applications_guarantor_ever_count"),
         ("guarantor_phone_applications_new_citizen_ever_count", "guarantor_phone_child_applications_person_ever_count"),
         ("guarantor_applications_365d_count", "guarantor_applications_person_ever_count",
          "guarantor_phone_applications_person_365d_count", "guarantor_phone_applications_by_phone_person_365d_count",
          "inviter_applications_person_365d_count"),
         ("guarantor_phone_applications_burst_ratio", "guarantor_applications_last_days")),
        low=frozenset({
            "guarantor_applications_last_days", "guarantor_phone_missing_or_overstay_last_days",
            "guarantor_spouse_applications_last_days",
        }),
        least={
            "guarantor_applications_365d_count": 3.0, "guarantor_applications_person_ever_count": 3.0,
            "guarantor_phone_applications_person_365d_count": 3.0, "guarantor_phone_applications_by_phone_person_365d_count": 3.0,
            "inviter_applications_person_365d_count": 3.0,
        },
        scale=dict.fromkeys(
            ("guarantor_findings_ever_count", "guarantor_missing_or_overstay_ever_count", "guarantor_divorces_ever_count",
             "guarantor_adult_employment_of_sponsored_person_ever_count"), "guarantor_applications_person_ever_count",
        ) | dict.fromkeys(
            ("guarantor_phone_findings_by_phone_ever_count", "guarantor_phone_missing_or_overstay_365d_count",
             "guarantor_phone_actions_on_employers_of_sponsored_ever_count",
             "guarantor_phone_adult_employment_of_sponsored_ever_count"), "guarantor_phone_applications_person_365d_count",
        ),
        context=frozenset({"guarantor_phone_applications_burst_ratio", "guarantor_applications_last_days"}), typologies=("T1", "T12"),
    ),
    Finding(
        "introducer_history", RAISES,
        (("introducer_phone_findings_ever_count",), ("introducer_phone_missing_or_overstay_ever_count",),
         ("introducer_phone_spouse_applications_person_365d_count", "introducer_spouse_applications_person_ever_count",
          "introducer_phone_spouse_applications_guarantor_ever_count"),
         ("introducer_phone_actions_on_employers_of_sponsored_ever_count",
          "introducer_phone_adult_employment_of_sponsored_ever_count"),
         ("introducer_phone_address_changes_moved_to_365d_count",),
         ("introducer_phone_applications_365d_count", "introducer_phone_applications_guarantor_365d_count")),
        least={"introducer_phone_applications_365d_count": 3.0},
        scale=dict.fromkeys(
            ("introducer_phone_findings_ever_count", "introducer_phone_missing_or_overstay_ever_count",
             "introducer_phone_actions_on_employers_of_sponsored_ever_count",
             "introducer_phone_adult_employment_of_sponsored_ever_count"), "introducer_phone_applications_365d_count",
        ),
        typologies=("T1", "T10"),
    ),
    Finding(
        "address_history", RAISES,
        (("stay_address_findings_ever_count",),
         ("stay_address_moved_to_person_365d_count", "stay_address_moved_to_365d_count"),
         ("stay_address_adult_employment_of_sponsored_1095d_count", "stay_address_adult_establishments_ever_count"),
         ("stay_address_applications_guarantor_365d_count",), ("stay_address_child_applications_person_365d_count",),
         ("stay_address_landings_person_365d_count", "stay_building_landings_person_30d_count",
          "stay_phone_landings_person_365d_count")),
        scale={"stay_address_findings_ever_count": "stay_address_landings_person_365d_count"},
        typologies=("T1", "T10"),
    ),
    Finding(
        "crowded_or_acted_on_host", RAISES,
        (("host_actions_adverse_ever_count",),
         ("host_address_actions_adverse_establishment_ever_count", "host_phone_actions_adverse_establishment_ever_count"),
         ("host_missing_reports_365d_count", "host_missing_or_overstay_ever_share", "host_missing_or_overstay_last_days"),
         ("host_applications_entertainer_365d_per_capacity_ratio", "host_applications_entertainer_365d_count"),
         ("host_applications_work_person_365d_count",), ("host_is_adult_flag",), ("stay_at_host_flag",)),
        low=frozenset({"host_missing_or_overstay_last_days"}),
        least={"host_applications_entertainer_365d_per_capacity_ratio": 1.0},
        # the size of a host is no ground
        context=frozenset({"host_applications_entertainer_365d_count", "host_applications_work_person_365d_count"}), typologies=("T5", "T7", "T11"),
    ),
    Finding(
        "thin_marriage", RAISES,
        (("courtship_days",), ("since_marriage_days",), ("declared_meetings_count",),
         ("declared_meetings_not_on_record_count", "stays_between_meeting_and_marriage_count"),
         ("no_common_language_flag",), ("cohabitation_planned_flag",)),
        low=frozenset({
            "courtship_days", "since_marriage_days", "declared_meetings_count", "stays_between_meeting_and_marriage_count",
        }),
        context=frozenset({"cohabitation_planned_flag"}),
        typologies=("T1",),
        opposite=Finding(
            "lasting_marriage", FOR_THE_PERSON,
            (("courtship_days",), ("since_marriage_days",), ("declared_meetings_count",), ("no_common_language_flag",)),
            least={"courtship_days": 365.0, "since_marriage_days": 365.0, "declared_meetings_count": 3.0},
            most={"no_common_language_flag": 0.0},
        ),
    ),
    Finding(
        "identity_does_not_fit", RAISES,
        (("passport_applications_person_ever_count", "passport_landings_person_ever_count"),
         ("person_applications_passport_ever_count", "person_landings_passport_ever_count"),
         ("given_name_and_birth_applications_person_ever_count",), ("coe_applications_person_ever_count",),
         ("biometric_landings_person_ever_count",), ("biometric_landings_passport_ever_count",),
         ("person_landings_biometric_ever_count",), ("undeclared_stays_count",), ("doubtful_document_flag",),
         ("passport_age_days",)),
        low=frozenset({"passport_age_days"}), typologies=("T2", "T9"),
        opposite=Finding("genuine_papers", FOR_THE_PERSON, (("doubtful_document_flag",),), most={"doubtful_document_flag": 0.0}),
    ),
    Finding(
        "children_of_one_father", RAISES,
        (("parent_applications_person_ever_count",), ("since_nationality_days",), ("stays_around_conception_count",),
         ("accompanying_minors_count",)),
        low=frozenset({"since_nationality_days"}),
        context=frozenset({"stays_around_conception_count", "accompanying_minors_count"}), typologies=("T3", "T4", "T6"),
    ),
    Finding(
        "third_party_transit", RAISES,
        (("booking_phone_landings_onward_by_other_365d_count",), ("onward_paid_by_other_flag",),
         ("booking_landings_person_ever_count",),
         ("booking_phone_landings_person_30d_count", "booking_phone_landings_booking_365d_count"),
         ("booking_phone_landings_doubtful_ever_count",), ("person_landings_transit_365d_count",), ("onward_flag",)),
        context=frozenset({"onward_flag"}), typologies=("T8",),
        opposite=Finding(
            "own_booking", FOR_THE_PERSON, (("booking_landings_person_ever_count",), ("onward_paid_by_other_flag",)),
            most={"booking_landings_person_ever_count": 0.0, "onward_paid_by_other_flag": 0.0},
        ),
    ),
    Finding(
        ORGANISER_MATCH, RAISES,
        (("watchlist_traveller_count",), ("watchlist_sponsor_count",), ("watchlist_phone_count",),
         ("watchlist_address_count",)),
        typologies=("T12",),
    ),
    Finding(
        "own_history", RAISES,
        (("person_actions_on_employers_ever_count", "person_adult_employment_reports_ever_count",
          "passport_adult_employment_reports_ever_count", "person_adult_employment_reports_last_days"),
         ("own_overdue_stays_count",),
         ("person_applications_guarantor_365d_count", "person_applications_agency_365d_count",
          "person_applications_365d_count", "person_applications_last_days")),
        low=frozenset({"person_adult_employment_reports_last_days", "person_applications_last_days"}),
        typologies=("T7", "T10"),
    ),
    Finding(
        "arranged_by_others", RAISES,
        (("travel_paid_by_other_flag",), ("lodged_by_other_flag",), ("friend_guarantor_flag",)), typologies=("T7", "T12"),
        opposite=Finding(
            "own_arrangements", FOR_THE_PERSON, (("travel_paid_by_other_flag",), ("lodged_by_other_flag",)),
            most={"travel_paid_by_other_flag": 0.0, "lodged_by_other_flag": 0.0},
        ),
    ),
    Finding(
        "kin_sponsor", FOR_THE_PERSON,
        (("kin_guarantor_flag",), ("guarantor_applications_kin_ever_count",), ("stay_at_guarantor_flag",)),
        link="sponsor_history",
    ),
    Finding(
        "sponsor_record", FOR_THE_PERSON,
        (("guarantor_departures_on_time_ever_count", "guarantor_departures_on_time_ever_share"),
         ("guarantor_applications_first_days",)),
        least={"guarantor_departures_on_time_ever_share": 0.95, "guarantor_applications_first_days": 365.0},
        scale={"guarantor_departures_on_time_ever_share": "guarantor_departures_on_time_ever_count"}, link="sponsor_history",
    ),
    Finding(
        "agency_record", FOR_THE_PERSON,
        (("agency_departures_on_time_365d_share", "agency_departures_on_time_365d_count"),
         ("agency_applications_first_days",)),
        least={"agency_departures_on_time_365d_share": 0.95, "agency_applications_first_days": 365.0},
        scale={"agency_departures_on_time_365d_share": "agency_departures_on_time_365d_count"}, link="introducer_history",
    ),
    Finding(
        "own_returns", FOR_THE_PERSON, (("own_completed_stays_count", "own_stays_count"),), link="own_history",
        least={"own_stays_count": math.inf},  # adds to the sum; a stay without its departure is not said
    ),
    Finding("clean_host", FOR_THE_PERSON, (("host_actions_clean_ever_count",),), link="crowded_or_acted_on_host"),
)  # fmt: skip
"""Every finding; the order decides between equal contributions. A feature belongs to one finding at most."""

OPPOSITES = tuple(finding.opposite for finding in FINDINGS if finding.opposite is not None)

FINDING_OF_FEATURE = {name: finding for finding in FINDINGS for name in finding.features}
"""Finding by feature name. A feature that no officer would say aloud as a ground is not here."""
