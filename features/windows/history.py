"""What has happened around a key? Streams of events, each joined once from the facts and then shared by all features."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.facts.facts import DAY_US, NULL_TIME, Facts
from features.facts.recipes import code_of
from features.windows.events import Events, Index, Ints, pick, under_any
from features.windows.letter_book import LetterBook, letter_book
from features.windows.sweep import Numbered, in_order

T = TypeVar("T")

SPONSOR_KEYS = (
    "guarantor", "guarantor_phone", "guarantor_unit", "inviter", "inviter_phone", "agency", "host",
    "introducer", "introducer_phone", "stay_unit", "stay_phone", "applicant_phone", "home_unit", "parent",
)  # fmt: skip
"""The keys of an application under which what later happened to its applicant can be found."""
PHONES = ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone")
UNITS = ("stay_unit", "guarantor_unit", "inviter_unit")
WORK_STATUSES = ("technical_intern", "trainee", "skilled_labor", "designated_activities", "student")
RETURN_GRACE_US = 3 * DAY_US
"""A departure up to three days after the permitted stay counts as on time: stays are counted in local days."""


class History:
    """The facts, joined into streams on first use.

    Parameters
    ----------
    facts
        All nine tables, in any order: everything, or whatever shares a key with the cases.
    hubs
        Link keys that more records share than a ring may link, although not all of them are among the facts.
    """

    def __init__(self, facts: Facts, hubs: Iterable[int] = ()) -> None:
        self.facts = facts
        self.hubs = np.array(sorted(hubs), dtype=np.int64)
        self._made: dict[tuple[str, ...], Any] = {}
        self._locks: defaultdict[tuple[str, ...], RLock] = defaultdict(RLock)

    def stream(self, name: str) -> Events:
        """Return a stream by name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        return self.once(("stream", name), lambda: STREAMS[name](self))

    def ordered(self, stream: str, key: str) -> Ints:
        """Return the rows of a stream that have a key, in the order of (key, known_at)."""
        return self.once(("order", stream, key), lambda: _ordered(self.stream(stream), key))

    def numbered(self, stream: str, code: str) -> Numbered:
        """Return the codes of a stream as numbers."""
        return self.once(("code", stream, code), lambda: Numbered.of(self.stream(stream).codes[code]))

    def once(self, what: tuple[str, ...], make: Callable[[], T]) -> T:
        """Make something the first time it is asked for, whichever thread asks, and keep it."""
        if what not in self._made:
            with self._locks[what]:
                if what not in self._made:
                    self._made[what] = make()
        return self._made[what]

    @cached_property
    def application_index(self) -> Index:
        """Applications by their id."""
        return Index(self.facts["visa_applications"]["id"])

    @cached_property
    def landing_index(self) -> Index:
        """Landings by their id."""
        return Index(self.facts["landings"]["id"])

    @cached_property
    def establishment_index(self) -> Index:
        """Establishments by their id."""
        return Index(self.facts["establishments"]["id"])

    @cached_property
    def departure_index(self) -> Index:
        """Departures by the id of their landing."""
        return Index(self.facts["departures"]["landing"])

    @property
    def letter_book(self) -> LetterBook:
        """The letters of the applications."""
        facts = self.facts["visa_applications"]
        return self.once(("letters",), lambda: letter_book(facts["letter"], facts["known_at"]))

    @cached_property
    def application_of_landing(self) -> Ints:
        """int64[landings]: the application's row, or -1."""
        landings = self.facts["landings"]
        row = self.application_index.first(landings["application"])
        return known_by_then(self.facts["visa_applications"]["known_at"], row, landings["known_at"])


def _ordered(events: Events, key: str) -> Ints:
    rows = np.flatnonzero(events.keys[key])
    return rows[in_order(events.keys[key][rows], events.known_at[rows])]


def known_by_then(known_at: Ints, row: Ints, then: Ints) -> Ints:
    """Return the rows that were known at a time, -1 for the others.

    A link to a record that became known only later is left out for good: whether such a record is there at all must
    not matter before it is known.
    """
    return np.where(pick(known_at, row, 0) <= then, row, -1)


def _known(*times: Ints) -> Ints:
    """An event is known when the last of its records was; a missing record adds nothing."""
    known = times[0]
    for time in times[1:]:
        known = np.maximum(known, time)
    return known


def _coded(column: Ints, name: str, *values: str) -> NDArray[np.bool_]:
    found = np.zeros(len(column), dtype=bool)
    for value in values:
        found |= column == code_of(name, value)
    return found


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
            "spouse": _coded(status, "status_of_residence", "spouse_or_child_of_japanese"),
            "entertainer": _coded(status, "status_of_residence", "entertainer"),
            "work": _coded(status, "status_of_residence", *WORK_STATUSES),
            "child": (facts["child_birth_date"] != NULL_TIME) | (facts.numbers("accompanying_minors") > 0),
            "new_citizen": facts["child_nationality_acquired_on"] != NULL_TIME,
            "stage": facts["occupation"] == 1,
            "kin": _coded(facts["guarantor_relationship"], "guarantor_relationship", "parent", "child", "relative"),
            "paid_by_other": _coded(facts["travel_paid_by"], "travel_paid_by", "sponsor", "agency", "employer"),
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
        _known(facts["known_at"], pick(applications["known_at"], via, NULL_TIME)),
        facts["occurred_at"],
        keys,
        {
            "doubtful": _coded(facts["document_check"], "document_check", "doubtful", "forged"),
            "transit": (facts["onward"] == 1) | _coded(facts["status_of_residence"], "status_of_residence", "transit"),
            "onward_by_other": (facts["onward"] == 1) & _coded(payer, "travel_paid_by", "sponsor", "agency", "employer"),
            "spouse": _coded(facts["status_of_residence"], "status_of_residence", "spouse_or_child_of_japanese"),
        },
        {name: keys[name] for name in ("person", "passport", "stay_unit", "booking", "biometric", "guarantor")},
        (("landings", np.arange(len(facts))), ("visa_applications", via)),
    )  # fmt: skip


def _after_landing(history: History, landing: Ints) -> tuple[dict[str, Ints], Ints, Ints]:
    """Return the keys that rows inherit from a landing and its application, when these were known, and the latter."""
    landings, applications = history.facts["landings"], history.facts["visa_applications"]
    via = pick(history.application_of_landing, landing, -1)
    keys = {name: pick(applications[name], via) for name in SPONSOR_KEYS}
    for name in ("person", "passport", "biometric", "booking_phone"):
        keys[name] = pick(landings[name], landing)
    own_stay = pick(landings["stay_unit"], landing)
    keys["stay_unit"] = np.where(own_stay != 0, own_stay, keys["stay_unit"])
    known = _known(pick(landings["known_at"], landing, NULL_TIME), pick(applications["known_at"], via, NULL_TIME))
    return keys, known, via


def _returns(history: History) -> Events:
    facts, landings = history.facts["departures"], history.facts["landings"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = _after_landing(history, landing)
    permitted = np.zeros(len(landing), dtype=np.int64)
    if len(landings):
        permitted = np.where(landing >= 0, landings.numbers("permitted_stay_days")[landing], 0).astype(np.int64)
    until = pick(landings["landed_at"], landing) + permitted * DAY_US + RETURN_GRACE_US
    on_time = (landing >= 0) & (facts["departed_at"] <= until)
    return Events(
        _known(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        {"on_time": on_time, "late": (landing >= 0) & ~on_time},
        {"person": keys["person"]},
        (("departures", np.arange(len(facts))), ("landings", landing), ("visa_applications", via)),
    )


def _troubles(history: History) -> Events:
    facts = history.facts["residence_events"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = _after_landing(history, landing)
    keys["moved_to"] = facts["place_unit"]
    keys["filed_by_phone"] = facts["filed_by_phone"]
    kind = facts["kind"]
    return Events(
        _known(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        {
            "missing": _coded(kind, "kind", "missing_report"),
            "overstay": _coded(kind, "kind", "overstay"),
            "divorce": _coded(kind, "kind", "divorce"),
            "moved": _coded(kind, "kind", "address_change"),
            "gone": _coded(kind, "kind", "missing_report", "overstay"),
        },
        {"person": keys["person"], "moved_to": facts["place_unit"], "guarantor": keys["guarantor"]},
        (("residence_events", np.arange(len(facts))), ("landings", landing), ("visa_applications", via)),
    )


def _findings(history: History) -> Events:
    """Positive findings of interviews, and only these: that somebody was interviewed at all was a past flag."""
    facts, applications = history.facts["outcomes"], history.facts["visa_applications"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = _after_landing(history, landing)
    direct = history.application_index.first(facts["application"])
    direct = known_by_then(applications["known_at"], direct, facts["known_at"])
    for name in (*SPONSOR_KEYS, "person", "passport"):
        keys[name] = np.where(direct >= 0, pick(applications[name], direct), keys[name])
    events = Events(
        _known(facts["known_at"], known, pick(applications["known_at"], direct, NULL_TIME)),
        facts["occurred_at"],
        keys,
        {"victim": _coded(facts["finding"], "finding", "victim_identified")},
        {"person": keys["person"]},
        (
            ("outcomes", np.arange(len(facts))),
            ("landings", landing),
            ("visa_applications", np.where(direct >= 0, direct, via)),
        ),
    )
    return events.where(_coded(facts["finding"], "finding", "indications", "victim_identified"))


def _jobs(history: History) -> Events:
    # what the work was is known only with the establishment
    reports = history.stream("work_reports")
    return reports.where(reports.sources[1][1] >= 0)


def _work_reports(history: History) -> Events:
    facts, places = history.facts["employment_reports"], history.facts["establishments"]
    place = history.establishment_index.first(facts["establishment"])
    industry = pick(places["industry"], place, -1)
    return Events(
        _known(facts["known_at"], pick(places["known_at"], place, NULL_TIME)),
        facts["occurred_at"],
        {"person": facts["person"], "passport": facts["passport"], "establishment": facts["establishment"]},
        {
            "adult": _coded(industry, "industry", "adult_entertainment"),
            "bar": _coded(industry, "industry", "bar_restaurant"),
        },
        {"establishment": facts["establishment"], "person": facts["person"]},
        (("employment_reports", np.arange(len(facts))), ("establishments", place)),
    )


def _of_sponsored(history: History, name: str) -> Events:
    """Reports of work by people whose application names the same sponsor, introducer, host or address."""
    jobs, applications = history.stream(name), history.facts["visa_applications"]
    job, application = Index(applications["person"]).pairs(jobs.keys["person"])
    taken = jobs.take(job)
    return Events(
        _known(taken.known_at, applications["known_at"][application]),
        taken.occurred_at,
        {name: applications[name][application] for name in SPONSOR_KEYS},
        taken.flags,
        taken.codes,
        (*taken.sources, ("visa_applications", application)),
    )


def _actions(history: History) -> Events:
    facts, places = history.facts["establishment_actions"], history.facts["establishments"]
    place = history.establishment_index.first(facts["establishment"])
    place = known_by_then(places["known_at"], place, facts["known_at"])
    action = facts["action"]
    return Events(
        _known(facts["known_at"], pick(places["known_at"], place, NULL_TIME)),
        facts["occurred_at"],
        {
            "establishment": facts["establishment"],
            "place_unit": pick(places["place_unit"], place),
            "phone": pick(places["phone"], place),
        },
        {
            "adverse": _coded(action, "action", "violation_found", "trafficking_case", "licence_suspended"),
            "trafficking": _coded(action, "action", "trafficking_case"),
            "clean": _coded(action, "action", "inspection_clean"),
        },
        {"establishment": facts["establishment"]},
        (("establishment_actions", np.arange(len(facts))), ("establishments", place)),
    )


def _acted_on_jobs(history: History, name: str) -> Events:
    """Work reports joined with police or labour action against the same establishment."""
    jobs, actions = (
        history.stream(name),
        history.stream("actions").where(history.stream("actions").flags["adverse"]),
    )
    action, job = Index(jobs.codes["establishment"]).pairs(actions.keys["establishment"])
    work, acted = jobs.take(job), actions.take(action)
    return Events(
        _known(work.known_at, acted.known_at),
        acted.occurred_at,
        work.keys,
        {**work.flags, "trafficking": acted.flags["trafficking"]},
        work.codes,
        (*acted.sources[:1], *work.sources),
    )


def _places(history: History) -> Events:
    facts = history.facts["establishments"]
    return Events(
        facts["known_at"],
        facts["occurred_at"],
        {"place_unit": facts["place_unit"], "phone": facts["phone"]},
        {"adult": _coded(facts["industry"], "industry", "adult_entertainment"),
         "shelter": _coded(facts["industry"], "industry", "npo_shelter")},
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
    "returns": _returns,
    "troubles": _troubles,
    "findings": _findings,
    "findings_by_phone": lambda history: under_any(
        history.stream("findings"),
        ("applicant_phone", "stay_phone", "guarantor_phone", "inviter_phone", "introducer_phone"),
        "phone",
    ),
    "work_reports": _work_reports,
    "jobs": _jobs,
    "work_reports_of_sponsored": lambda history: _of_sponsored(history, "work_reports"),
    "jobs_of_sponsored": lambda history: _of_sponsored(history, "jobs"),
    "actions": _actions,
    "actions_on_jobs": lambda history: _acted_on_jobs(history, "jobs"),
    "actions_on_jobs_of_sponsored": lambda history: _acted_on_jobs(history, "jobs_of_sponsored"),
    "places": _places,
}
"""Every stream by name."""
