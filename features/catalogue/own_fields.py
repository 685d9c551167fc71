"""What do a case's own fields and its person's own stays say, as numbers? By name, for `Own` and `Stayed`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import DAY_US, NULL_TIME
from features.facts.recipes import code_of
from features.windows.view import View, days_between

Numbers = NDArray[np.float64]


def _between(earlier: str, later: str):  # type: ignore[no-untyped-def]
    return lambda view: days_between(view.cases.key(earlier), view.cases.key(later))


def _number(name: str):  # type: ignore[no-untyped-def]
    return lambda view: view.cases.number(name)


def _is(name: str, *values: str, category: str | None = None):  # type: ignore[no-untyped-def]
    def values_of(view: View) -> Numbers:
        column = view.cases.key(name)
        codes = [code_of(category or name, value) for value in values]
        return np.where(column < 0, np.nan, np.isin(column, codes).astype(np.float64))

    return values_of


def _truth(name: str):  # type: ignore[no-untyped-def]
    def values_of(view: View) -> Numbers:
        column = view.cases.key(name)
        return np.where(column < 0, np.nan, column.astype(np.float64))

    return values_of


def _same(first: str, second: str):  # type: ignore[no-untyped-def]
    def values_of(view: View) -> Numbers:
        a, b = view.cases.key(first), view.cases.key(second)
        return np.where((a == 0) | (b == 0), np.nan, (a == b).astype(np.float64))

    return values_of


def _since_own(name: str):  # type: ignore[no-untyped-def]
    return lambda view: days_between(view.cases.key(name), view.cases.as_of)


OWN = {
    "stay_days": _number("intended_stay_days"),
    "permitted_days": _number("permitted_stay_days"),
    "income": _number("monthly_income_jpy"),
    "guarantor_income": _number("guarantor_income_jpy"),
    "declared_stays": _number("declared_previous_stays"),
    "meetings": _number("meetings_before_marriage"),
    "earlier_spouses": _number("spouse_earlier_foreign_spouses"),
    "minors": _number("accompanying_minors"),
    "passport_age": _since_own("passport_issued_on"),
    "coe_age": _since_own("coe_issued_on"),
    "since_marriage": _since_own("married_on"),
    "courtship": _between("first_met_on", "married_on"),
    "lead": lambda view: days_between(view.cases.as_of, view.cases.key("intended_arrival_on")),
    "since_citizenship": _since_own("child_nationality_acquired_on"),
    "married_abroad": _truth("marriage_registered_abroad"),
    "cohabitation": _truth("cohabitation_planned"),
    "no_common_language": _is("common_language", "none"),
    "paid_by_other": _is("travel_paid_by", "sponsor", "agency", "employer"),
    "lodged_by_other": _is("lodged_by", "sponsor", "other"),
    "stage_work": _truth("occupation"),
    "is_spouse": _is("status_of_residence", "spouse_or_child_of_japanese"),
    "is_entertainer": _is("status_of_residence", "entertainer"),
    "is_trainee": _is("status_of_residence", "trainee", "technical_intern"),
    "is_visitor": _is("status_of_residence", "temporary_visitor"),
    "is_student": _is("status_of_residence", "student"),
    "is_worker": _is("status_of_residence", "skilled_labor", "engineer_specialist", "designated_activities"),
    "kin_guarantor": _is("guarantor_relationship", "parent", "child", "relative"),
    "friend_guarantor": _is("guarantor_relationship", "friend", "other"),
    "agency_guarantor": _is("guarantor_relationship", "agency", "employer", "organisation"),
    "inviter_is_guarantor": _same("inviter", "guarantor"),
    "stay_at_guarantor": _same("stay_unit", "guarantor_unit"),
    "stay_at_host": _same("stay_unit", "host_place_unit"),
    "stay_as_declared": _same("stay_unit", "applied_stay_unit"),
    "host_is_adult": _is("host_industry", "adult_entertainment", category="industry"),
    "host_is_bar": _is("host_industry", "bar_restaurant", category="industry"),
    "host_age": _since_own("host_opened_on"),
    "host_capacity": _number("host_capacity"),
    "doubtful_document": _is("document_check", "doubtful", "forged"),
    "onward": _truth("onward"),
    "onward_by_other": _is("onward_ticket_paid_by", "sponsor", "agency", "employer", category="travel_paid_by"),
}


def _latest_departure(view: View) -> Numbers:
    return days_between(view.stays.latest_end(), view.cases.as_of)


def _met_in_japan(view: View) -> Numbers:
    begin, end = view.cases.key("first_met_on"), view.cases.key("married_on")
    return view.stays.count(view.stays.overlapping(begin, end))


def _conception(view: View) -> Numbers:
    birth = view.cases.key("child_birth_date")
    begin = np.where(birth == NULL_TIME, NULL_TIME, birth - 300 * DAY_US)
    end = np.where(birth == NULL_TIME, NULL_TIME, birth - 240 * DAY_US)
    found = view.stays.count(view.stays.overlapping(begin, end))
    return np.where(birth == NULL_TIME, np.nan, found)


STAYED = {
    "found": lambda view: view.stays.count(),
    "undeclared": lambda view: view.stays.count() - view.cases.number("declared_previous_stays"),
    "days_365": lambda view: view.stays.days_within(365, view.cases.as_of),
    "overdue": lambda view: view.stays.count(view.stays.overdue),
    "completed": lambda view: view.stays.count(view.stays.left),
    "since_departure": _latest_departure,
    "between_meeting_and_marriage": _met_in_japan,
    "around_conception": _conception,
    "meetings_not_found": lambda view: view.cases.number("meetings_before_marriage") - _met_in_japan(view),
}
