"""What happened after people landed? Departures, events of residence and findings, under the keys of landing and application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from features.facts.facts import DAY_US, NULL_TIME
from features.windows.events import Events, Ints, pick
from features.windows.joining import SPONSOR_KEYS, all_known, is_any_of, known_by_then

if TYPE_CHECKING:
    from features.windows.history import History

RETURN_GRACE_US = 3 * DAY_US
"""A departure up to three days after the permitted stay counts as on time: stays are counted in local days."""


def after_landing(history: History, landing: Ints) -> tuple[dict[str, Ints], Ints, Ints]:
    """Return the keys that rows inherit from a landing and its application, when these were known, and the latter."""
    landings, applications = history.facts["landings"], history.facts["visa_applications"]
    via = pick(history.application_of_landing, landing, -1)
    keys = {name: pick(applications[name], via) for name in SPONSOR_KEYS}
    for name in ("person", "passport", "biometric", "booking_phone"):
        keys[name] = pick(landings[name], landing)
    own_stay = pick(landings["stay_unit"], landing)
    keys["stay_unit"] = np.where(own_stay != 0, own_stay, keys["stay_unit"])
    known = all_known(pick(landings["known_at"], landing, NULL_TIME), pick(applications["known_at"], via, NULL_TIME))
    return keys, known, via


def returns(history: History) -> Events:
    """Departures, each with whether it was in time."""
    facts, landings = history.facts["departures"], history.facts["landings"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = after_landing(history, landing)
    permitted = np.zeros(len(landing), dtype=np.int64)
    if len(landings):
        permitted = np.where(landing >= 0, landings.numbers("permitted_stay_days")[landing], 0).astype(np.int64)
    until = pick(landings["landed_at"], landing) + permitted * DAY_US + RETURN_GRACE_US
    on_time = (landing >= 0) & (facts["departed_at"] <= until)
    return Events(
        all_known(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        {"on_time": on_time, "late": (landing >= 0) & ~on_time},
        {"person": keys["person"]},
        (("departures", np.arange(len(facts))), ("landings", landing), ("visa_applications", via)),
    )


def troubles(history: History) -> Events:
    """What happened during residence: people missing, overstays, divorces, moves."""
    facts = history.facts["residence_events"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = after_landing(history, landing)
    keys["moved_to"] = facts["place_unit"]
    keys["filed_by_phone"] = facts["filed_by_phone"]
    kind = facts["kind"]
    return Events(
        all_known(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        {
            "missing": is_any_of(kind, "kind", "missing_report"),
            "overstay": is_any_of(kind, "kind", "overstay"),
            "divorce": is_any_of(kind, "kind", "divorce"),
            "moved": is_any_of(kind, "kind", "address_change"),
            "gone": is_any_of(kind, "kind", "missing_report", "overstay"),
        },
        {"person": keys["person"], "moved_to": facts["place_unit"], "guarantor": keys["guarantor"]},
        (("residence_events", np.arange(len(facts))), ("landings", landing), ("visa_applications", via)),
    )


def findings(history: History) -> Events:
    """Positive findings of interviews, and only these: that somebody was interviewed at all was a past flag."""
    facts, applications = history.facts["outcomes"], history.facts["visa_applications"]
    landing = history.landing_index.first(facts["landing"])
    landing = known_by_then(history.facts["landings"]["known_at"], landing, facts["known_at"])
    keys, known, via = after_landing(history, landing)
    direct = history.application_index.first(facts["application"])
    direct = known_by_then(applications["known_at"], direct, facts["known_at"])
    for name in (*SPONSOR_KEYS, "person", "passport"):
        keys[name] = np.where(direct >= 0, pick(applications[name], direct), keys[name])
    events = Events(
        all_known(facts["known_at"], known, pick(applications["known_at"], direct, NULL_TIME)),
        facts["occurred_at"],
        keys,
        {"victim": is_any_of(facts["finding"], "finding", "victim_identified")},
        {"person": keys["person"]},
        (
            ("outcomes", np.arange(len(facts))),
            ("landings", landing),
            ("visa_applications", np.where(direct >= 0, direct, via)),
        ),
    )
    return events.where(is_any_of(facts["finding"], "finding", "indications", "victim_identified"))
