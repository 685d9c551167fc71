"""Events after landing: departures, residence events and interview findings."""

import numpy as np

from features.arrays import Ints
from features.events.event_table import Events
from features.events.index import values_at
from features.events.linked_facts import SPONSOR_KEYS, LinkedFacts, is_any_of, known_by_then, latest_of
from features.facts.table_facts import TableFacts
from features.tables.times import DAY_US, NULL_TIME

DEPARTURE_GRACE_US = 3 * DAY_US
"""A departure up to three days after the permitted stay is on time, because stays are counted in local days."""
_LONGEST_STAY_DAYS = 36_525


def permitted_until(landings: TableFacts) -> Ints:
    """Return int64[n]: until when a departure is on time, microseconds UTC; `NULL_TIME` where no stay is on record."""
    days = landings.numbers("permitted_stay_days")
    known = np.isfinite(days)
    # a stay stored before such rules may be of millions of days, more than microseconds can count
    stay = np.where(known, np.clip(days, 0, _LONGEST_STAY_DAYS), 0).astype(np.int64) * DAY_US
    return np.where(known, landings["landed_at"] + stay + DEPARTURE_GRACE_US, NULL_TIME)


def departures(linked: LinkedFacts) -> Events:
    """Return departures, on time or late."""
    facts, landings = linked.facts["departures"], linked.facts["landings"]
    landing = linked.landing_of("departures")
    keys, known, application = linked.keys_of_landing(landing)
    begin, until = values_at(landings["landed_at"], landing), values_at(permitted_until(landings), landing, NULL_TIME)
    on_time = (landing >= 0) & (begin <= facts["departed_at"]) & (facts["departed_at"] <= until)
    return Events(
        latest_of(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        {"on_time": on_time},
        {"person": keys["person"]},
        (("departures", np.arange(len(facts))), ("landings", landing), ("visa_applications", application)),
    )


def residence_events(linked: LinkedFacts) -> Events:
    """Return missing reports, overstays, divorces, changes of address and of status."""
    facts = linked.facts["residence_events"]
    landing = linked.landing_of("residence_events")
    keys, known, application = linked.keys_of_landing(landing)
    keys["moved_to"] = facts["address"]
    keys["filed_by_phone"] = facts["filed_by_phone"]
    kind = facts["kind"]
    flags = {
        "missing": is_any_of(kind, "kind", "missing_report"),
        "divorce": is_any_of(kind, "kind", "divorce"),
        "address_change": is_any_of(kind, "kind", "address_change"),
        "missing_or_overstay": is_any_of(kind, "kind", "missing_report", "overstay"),
    }
    return Events(
        latest_of(facts["known_at"], known),
        facts["occurred_at"],
        keys,
        flags,
        {"person": keys["person"], "moved_to": facts["address"], "guarantor": keys["guarantor"]},
        (("residence_events", np.arange(len(facts))), ("landings", landing), ("visa_applications", application)),
    )


def findings(linked: LinkedFacts) -> Events:
    """Return positive findings of interviews.

    Only these: that a person was interviewed at all was a past flag, and past flags are never features.
    """
    facts, applications = linked.facts["outcomes"], linked.facts["visa_applications"]
    landing = linked.landing_of("outcomes")
    keys, known, via_landing = linked.keys_of_landing(landing)
    direct = linked.application_index.first(facts["application"])
    direct = known_by_then(applications["known_at"], direct, facts["known_at"])
    for name in (*SPONSOR_KEYS, "person", "passport"):
        keys[name] = np.where(direct >= 0, values_at(applications[name], direct), keys[name])
    application = np.where(direct >= 0, direct, via_landing)
    events = Events(
        latest_of(facts["known_at"], known, values_at(applications["known_at"], direct, NULL_TIME)),
        facts["occurred_at"],
        keys,
        {},
        {"person": keys["person"]},
        (("outcomes", np.arange(len(facts))), ("landings", landing), ("visa_applications", application)),
    )
    return events.where(is_any_of(facts["finding"], "finding", "indications", "victim_identified"))
