"""Which streams of events are there? Every one by name, and those of applications, landings and establishments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from features.facts.facts import NULL_TIME
from features.windows.events import Events, pick, under_any
from features.windows.joining import PHONES, SPONSOR_KEYS, UNITS, all_known, is_any_of
from features.windows.streams_after_landing import findings, returns, troubles
from features.windows.streams_of_work import acted_on_jobs, actions, jobs, of_sponsored, work_reports

if TYPE_CHECKING:
    from features.windows.history import History

WORK_STATUSES = ("technical_intern", "trainee", "skilled_labor", "designated_activities", "student")


def _applications(history: History) -> Events:
    facts = history.facts["visa_applications"]
    status = facts["status_of_residence"]
    names = (
        *SPONSOR_KEYS,
        "inviter_unit",
        "person",
        "passport",
        "given",
        "applicant_email",
        "stay_building",
        "coe",
    )
    return Events(
        facts["known_at"],
        facts["occurred_at"],
        {name: facts[name] for name in names},
        {
            "spouse": is_any_of(status, "status_of_residence", "spouse_or_child_of_japanese"),
            "entertainer": is_any_of(status, "status_of_residence", "entertainer"),
            "work": is_any_of(status, "status_of_residence", *WORK_STATUSES),
            "child": (facts["child_birth_date"] != NULL_TIME) | (facts.numbers("accompanying_minors") > 0),
            "new_citizen": facts["child_nationality_acquired_on"] != NULL_TIME,
            "stage": facts["occupation"] == 1,
            "kin": is_any_of(facts["guarantor_relationship"], "guarantor_relationship", "parent", "child", "relative"),
            "paid_by_other": is_any_of(facts["travel_paid_by"], "travel_paid_by", "sponsor", "agency", "employer"),
        },
        {name: facts[name] for name in ("person", "passport", "guarantor", "guarantor_phone", "agency", "host",
                                        "introducer_phone", "stay_unit", "applicant_phone", "parent")},
        (("visa_applications", np.arange(len(facts))),),
    )  # fmt: skip


def _landings(history: History) -> Events:
    facts, applications = history.facts["landings"], history.facts["visa_applications"]
    via = history.application_of_landing
    keys = {name: pick(applications[name], via) for name in SPONSOR_KEYS}
    for name in ("person", "passport", "given", "biometric", "stay_unit", "stay_building", "stay_phone",
                 "booking", "booking_phone", "flight_day", "application"):  # fmt: skip
        keys[name] = facts[name]
    payer = facts["onward_ticket_paid_by"]
    return Events(
        all_known(facts["known_at"], pick(applications["known_at"], via, NULL_TIME)),
        facts["occurred_at"],
        keys,
        {
            "doubtful": is_any_of(facts["document_check"], "document_check", "doubtful", "forged"),
            "transit": (facts["onward"] == 1) | is_any_of(facts["status_of_residence"], "status_of_residence", "transit"),
            "onward_by_other": (facts["onward"] == 1) & is_any_of(payer, "travel_paid_by", "sponsor", "agency", "employer"),
            "spouse": is_any_of(facts["status_of_residence"], "status_of_residence", "spouse_or_child_of_japanese"),
        },
        {name: keys[name] for name in ("person", "passport", "stay_unit", "booking", "biometric", "guarantor")},
        (("landings", np.arange(len(facts))), ("visa_applications", via)),
    )  # fmt: skip


def _places(history: History) -> Events:
    facts = history.facts["establishments"]
    return Events(
        facts["known_at"],
        facts["occurred_at"],
        {"place_unit": facts["place_unit"], "phone": facts["phone"]},
        {"adult": is_any_of(facts["industry"], "industry", "adult_entertainment"),
         "shelter": is_any_of(facts["industry"], "industry", "npo_shelter")},
        {"host": facts["id"]},
        (("establishments", np.arange(len(facts))),),
    )  # fmt: skip


def _spouses(history: History) -> Events:
    return history.stream("applications").where(history.stream("applications").flags["spouse"])


def _children(history: History) -> Events:
    return history.stream("applications").where(history.stream("applications").flags["child"])


STREAMS: dict[str, Callable[[History], Events]] = {
    "applications": _applications,
    "applications_by_phone": lambda history: under_any(history.stream("applications"), PHONES, "phone"),
    "applications_by_unit": lambda history: under_any(history.stream("applications"), UNITS, "unit"),
    "spouse_applications": _spouses,
    "child_applications": _children,
    "landings": _landings,
    "landings_by_phone": lambda history: under_any(
        history.stream("landings"), ("stay_phone", "booking_phone"), "phone"
    ),
    "returns": returns,
    "troubles": troubles,
    "findings": findings,
    "findings_by_phone": lambda history: under_any(
        history.stream("findings"),
        ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone"),
        "phone",
    ),
    "work_reports": work_reports,
    "jobs": jobs,
    "work_reports_of_sponsored": lambda history: of_sponsored(history, "work_reports"),
    "jobs_of_sponsored": lambda history: of_sponsored(history, "jobs"),
    "actions": actions,
    "actions_on_jobs": lambda history: acted_on_jobs(history, "jobs"),
    "actions_on_jobs_of_sponsored": lambda history: acted_on_jobs(history, "jobs_of_sponsored"),
    "places": _places,
}
"""Every stream by name."""
