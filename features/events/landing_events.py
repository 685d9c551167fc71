"""Events of landing, under the keys of the landing and of its application."""

import numpy as np

from features.events.event_table import Events
from features.events.index import values_at
from features.events.linked_facts import SPONSOR_KEYS, LinkedFacts, is_any_of, latest_of
from features.tables.times import NULL_TIME

_KEYS = (
    "person", "passport", "given_name_and_birth", "biometric", "stay_address", "stay_building", "stay_phone",
    "booking", "booking_phone", "flight_day", "application",
)  # fmt: skip


def landings(linked: LinkedFacts) -> Events:
    """Return all landings."""
    facts, applications = linked.facts["landings"], linked.facts["visa_applications"]
    application = linked.application_of_landing
    keys = {name: values_at(applications[name], application) for name in SPONSOR_KEYS}
    keys |= {name: facts[name] for name in _KEYS}
    status, payer, onward = facts["status_of_residence"], facts["onward_ticket_paid_by"], facts["onward"] == 1
    flags = {
        "doubtful": is_any_of(facts["document_check"], "document_check", "doubtful", "forged"),
        "transit": onward | is_any_of(status, "status_of_residence", "transit"),
        "onward_by_other": onward & is_any_of(payer, "travel_paid_by", "sponsor", "agency", "employer"),
    }
    return Events(
        latest_of(facts["known_at"], values_at(applications["known_at"], application, NULL_TIME)),
        facts["occurred_at"],
        keys,
        flags,
        {name: keys[name] for name in ("person", "passport", "stay_address", "booking", "biometric", "guarantor")},
        (("landings", np.arange(len(facts))), ("visa_applications", application)),
    )
