"""Events of lodging an application, under the keys of the form."""

import numpy as np

from features.events.event_table import Events
from features.events.linked_facts import SPONSOR_KEYS, LinkedFacts, is_any_of
from features.tables.times import NULL_TIME

_KEYS = (
    *SPONSOR_KEYS, "inviter_address", "person", "passport", "given_name_and_birth", "applicant_email",
    "stay_building", "coe",
)  # fmt: skip
_CODES = (
    "person", "passport", "guarantor", "guarantor_phone", "agency", "host", "introducer_phone", "stay_address",
    "applicant_phone", "parent",
)  # fmt: skip
_WORK_STATUSES = ("technical_intern", "trainee", "skilled_labor", "designated_activities", "student")


def applications(linked: LinkedFacts) -> Events:
    """Return all applications."""
    facts = linked.facts["visa_applications"]
    status, kin = facts["status_of_residence"], facts["guarantor_relationship"]
    flags = {
        "spouse": is_any_of(status, "status_of_residence", "spouse_or_child_of_japanese"),
        "entertainer": is_any_of(status, "status_of_residence", "entertainer"),
        "work": is_any_of(status, "status_of_residence", *_WORK_STATUSES),
        "child": (facts["child_birth_date"] != NULL_TIME) | (facts.numbers("accompanying_minors") > 0),
        "new_citizen": facts["child_nationality_acquired_on"] != NULL_TIME,
        "kin": is_any_of(kin, "guarantor_relationship", "parent", "child", "relative"),
    }
    return Events(
        facts["known_at"],
        facts["occurred_at"],
        {name: facts[name] for name in _KEYS},
        flags,
        {name: facts[name] for name in _CODES},
        (("visa_applications", np.arange(len(facts))),),
    )
