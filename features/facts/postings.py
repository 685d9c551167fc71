"""Link keys under which the store posts each record: (kind, fact column).

Records meet under keys of the same kind. "phone" and "address" are posted whatever their role, for the connected
component; kinds named after a role serve features of that role alone.
"""

NAME_BLOCKS = ("block_date", "block_month", "block_day", "block_birthday")
"""Block keys of an entry's name and birth date, so that an error in either still finds it."""
STATEMENT_BLOCKS = tuple(f"statement_block_{number}" for number in range(4))
"""Block keys of a statement."""

POSTINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "visa_applications": (
        ("application", "id"),
        ("passport", "passport"),
        ("person", "person"),
        ("given_name_and_birth", "given_name_and_birth"),
        ("phone", "applicant_phone"),
        ("phone", "stay_phone"),
        ("phone", "guarantor_phone"),
        ("phone", "inviter_phone"),
        ("phone", "introducer_phone"),
        ("email", "applicant_email"),
        ("address", "stay_address"),
        ("address", "guarantor_address"),
        ("address", "inviter_address"),
        ("guarantor_phone", "guarantor_phone"),
        ("introducer_phone", "introducer_phone"),
        ("guarantor_address", "guarantor_address"),
        ("applicant_home", "home_address"),
        ("applicant_stay", "stay_address"),
        ("coe", "coe"),
        ("agency", "agency"),
        ("sponsor", "guarantor"),
        ("sponsor", "inviter"),
        ("sponsor", "parent"),
        ("introducer", "introducer"),
        ("host", "host"),
        ("statement_block", "statement_block_0"),
        ("statement_block", "statement_block_1"),
        ("statement_block", "statement_block_2"),
        ("statement_block", "statement_block_3"),
    ),
    "landings": (
        ("landing", "id"),
        ("landing_of_application", "application"),
        ("passport", "passport"),
        ("person", "person"),
        ("biometric", "biometric"),
        ("phone", "stay_phone"),
        ("phone", "booking_phone"),
        ("address", "stay_address"),
        ("traveller_stay", "stay_address"),
        ("traveller_phone", "stay_phone"),
        ("booking_phone", "booking_phone"),
        ("building", "stay_building"),
        ("booking", "booking"),
        ("flight_day", "flight_day"),
    ),
    "departures": (("departure", "landing"),),
    "establishments": (("establishment", "id"), ("establishment_phone", "phone"), ("establishment_address", "address")),
    "establishment_actions": (("establishment_action", "establishment"),),
    "employment_reports": (("employment_of_person", "person"), ("employment_of_passport", "passport")),
    "residence_events": (("residence_event", "landing"),),
    "tip_database": (
        ("watch_list", "passport"),
        ("watch_list", "phone"),
        ("watch_list", "address"),
        *(("watch_list", block) for block in NAME_BLOCKS),
    ),
    "outcomes": (("outcome_of_application", "application"), ("outcome_of_landing", "landing")),
}
