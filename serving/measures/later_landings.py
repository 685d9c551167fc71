"""When did applicants land with their visa? The landing of each application that has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa
from sqlalchemy import Connection

from features.identity.hashes import hash_texts
from features.store.lookups import Fetched, Lookup
from features.tables.times import moment_of
from serving.decisions.service import DecisionService

_ALL = 2**62
"""Later than every record, and beyond every position."""


def landings_of(
    connection: Connection, service: DecisionService, application_ids: Sequence[str]
) -> dict[str, dt.datetime]:
    """Return the time of the landing of each application that has one."""
    fetched = Fetched(service.store.data_key, connection, _ALL, _ALL, skip_unreadable=True)
    keys = hash_texts(pa.array(application_ids, pa.string()), "application").tolist()
    answers = fetched.look_up([Lookup("landing_of_application", key, earliest=True) for key in keys])
    landed = {}
    for name, positions in zip(application_ids, answers, strict=True):
        for facts in fetched.facts_of(positions or ()):
            landed[name] = moment_of(int(facts["landed_at"][0]))
    return landed
