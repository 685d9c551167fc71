"""Events are columns for a sweep, and each has its flags and codes. Covers: features.events.history, features.events.event_table, features.events.definitions, features.events.codes, features.events.index, features.events.linked_facts, features.events.application_events, features.events.landing_events, features.events.residence_events, features.events.employment_events."""

from __future__ import annotations

import numpy as np

from features.catalogue import catalogue
from features.events.history import History
from features.facts.table_facts import facts_of_records
from features.tables import Records


def test_columns_are_the_flags_and_numbered_codes_of_the_rows(world: Records) -> None:
    history = History(facts_of_records(world.tables))
    events = history.events("applications")
    rows = history.ordered("applications", "guarantor_phone")[::3]
    flagged, numbered = history.columns(
        "applications", rows, ("spouse", "child"), (("person", None), ("person", "spouse"))
    )
    assert flagged.tolist() == [[int(events.flags[name][row]) for name in ("spouse", "child")] for row in rows]
    values = history.numbered("applications", "person").values
    for row, (every, spouse) in zip(rows, numbered.tolist(), strict=True):
        assert (values[every] if every >= 0 else 0) == events.codes["person"][row]
        assert spouse == (every if events.flags["spouse"][row] else -1)
    assert {0, 1} == set(flagged[:, 0].tolist()), "there are spouses among the rows, and others"


def test_the_catalogue_needs_codes_with_a_flag_and_without() -> None:
    flags = [flag for plan in catalogue("visa").plans.values() for _, flag in plan.codes]
    assert None in flags
    assert any(flags)


def test_an_order_leaves_out_what_has_no_key(world: Records) -> None:
    history = History(facts_of_records(world.tables))
    events = history.events("applications")
    rows = history.ordered("applications", "guarantor_phone")
    keys = events.keys["guarantor_phone"]
    assert sorted(rows.tolist()) == np.flatnonzero(keys).tolist()
    assert (np.diff(keys[rows]) >= 0).all()
