"""Which records stand behind a feature? The ids that an officer can open, the latest first."""

from __future__ import annotations

import numpy as np

from features.catalogue.feature import Measure
from features.catalogue.measures import Letter, Ring, Stayed, Watched
from features.facts.facts import DAY_US
from features.windows.letters import rows_with_same_letter
from features.windows.view import LETTER_WINDOW_DAYS, Seen, View
from features.windows.watch import pairs

Record = tuple[str, str]
_MOST = 20


def records_behind(view: View, measure: Measure, case: int = 0) -> list[Record]:
    """Return up to 20 (table, record id) that a measure was counted from, for one case of a view.

    A measure of the case's own fields points at the case's own record and the application it came with.
    """
    facts, cases = view.history.facts, view.cases
    if isinstance(measure, Stayed):
        rows = view.stays.landing[view.stays.case == case]
        found = [("landings", facts["landings"].id_of(int(row))) for row in rows]
    elif isinstance(measure, Letter):
        letter, at = int(cases.key("letter")[case]), int(cases.as_of[case])
        rows = rows_with_same_letter(view.history, letter, at, LETTER_WINDOW_DAYS * DAY_US) if letter else []
        found = [("visa_applications", facts["visa_applications"].id_of(int(row))) for row in rows]
    elif isinstance(measure, Watched):
        whose, entries = pairs(facts, cases, measure.what)
        found = [("tip_database", facts["tip_database"].id_of(int(row))) for row in entries[whose == case]]
    elif isinstance(measure, Ring):
        found = _nearest(view, case)
    else:
        found = _events(view, [seen for seen, _ in measure.needs()], case)
    return sorted(set(found))[:_MOST] or _own(view, case)


def _own(view: View, case: int) -> list[Record]:
    cases = view.cases
    records = [(cases.own.table, cases.own.id_of(case))]
    for table, rows in (("visa_applications", cases.application), ("establishments", cases.host)):
        if rows[case] >= 0:
            records.append((table, view.history.facts[table].id_of(int(rows[case]))))
    return records


def _events(view: View, seen: list[Seen], case: int) -> list[Record]:
    found = []
    at = int(view.cases.as_of[case])
    for one in seen:
        events = view.history.stream(one.stream)
        asked = int(view.cases.key(one.asked)[case])
        kept = (events.keys[one.key] == asked) & (asked != 0) & (events.known_at < at)
        if one.days is not None:
            kept &= events.occurred_at >= at - one.window
        if one.flag is not None:
            kept &= events.flags[one.flag]
        rows = np.flatnonzero(kept)
        latest = rows[np.argsort(-events.occurred_at[rows], kind="stable")][:_MOST]
        table, source = events.sources[0]
        found += [(table, view.history.facts[table].id_of(int(source[row]))) for row in latest if source[row] >= 0]
    return found


def _nearest(view: View, case: int) -> list[Record]:
    """The records one step away: what shares a phone or an address with the case."""
    seen = [
        Seen("applications_by_phone", "phone", name, 1095)
        for name in ("applicant_phone", "guarantor_phone", "introducer_phone", "stay_phone")
    ]
    seen += [Seen("applications_by_unit", "unit", name, 1095) for name in ("stay_unit", "guarantor_unit")]
    return _events(view, seen, case)
