"""Which records stand behind a feature? The ids that an officer can open, the latest first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from features.catalogue.feature import Measure, Text
from features.catalogue.measures import Letter, Ring, Stayed, Watched
from features.facts.facts import DAY_US
from features.identity.birth_dates import EXCHANGED, ONE_DIGIT, SAME, UNKNOWN
from features.windows.letters import rows_with_same_letter
from features.windows.view import LETTER_WINDOW_DAYS, Seen, View
from features.windows.watch import Likeness, likeness


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """A record that an officer can open.

    Attributes
    ----------
    match
        For an entry of the Trafficking in Persons Database, what matched and how closely.
    """

    table: str
    id: str
    match: Text | None = field(default=None, compare=False)


_MOST = 20


def records_behind(view: View, measure: Measure, case: int = 0) -> list[Record]:
    """Return up to 20 (table, record id) that a measure was counted from, for one case of a view.

    A measure of the case's own fields points at the case's own record and the application it came with.
    """
    facts, cases = view.history.facts, view.cases
    if isinstance(measure, Stayed):
        rows = view.stays.landing[view.stays.case == case]
        found = [Record("landings", facts["landings"].id_of(int(row))) for row in rows]
    elif isinstance(measure, Letter):
        letter, at = int(cases.key("letter")[case]), int(cases.as_of[case])
        rows = rows_with_same_letter(view.history, letter, at, LETTER_WINDOW_DAYS * DAY_US) if letter else []
        found = [Record("visa_applications", facts["visa_applications"].id_of(int(row))) for row in rows]
    elif isinstance(measure, Watched):
        found = [_entry(view, case, row) for row in view.watch.entries(case, measure.what)]
    elif isinstance(measure, Ring):
        found = _nearest(view, case)
    else:
        found = _events(view, [seen for seen, _ in measure.needs()], case)
    return sorted(set(found))[:_MOST] or _own(view, case)


_DATES = {
    SAME: Text("生年月日一致", "birth date same"),
    EXCHANGED: Text("生年月日は月日が逆", "birth date with day and month exchanged"),
    ONE_DIGIT: Text("生年月日は1字違い", "birth date differs in one digit"),
    UNKNOWN: Text("生年月日は不明", "birth date not recorded"),
}


def _entry(view: View, case: int, row: int) -> Record:
    facts = view.history.facts
    return Record("tip_database", facts["tip_database"].id_of(row),
                  in_words(likeness(view.watch, facts, view.cases, case, row)))  # fmt: skip


def in_words(alike: Likeness) -> Text:
    """Say what matched and how closely.

    >>> in_words(Likeness(0.934, SAME, passport=False, phone=True, address=False)).en
    'name 93 %, birth date same, phone same'
    """
    said = []
    if alike.name is not None:
        # a name nearly the same is not called the same
        percent = 100 if alike.name == 1 else min(99, round(alike.name * 100))
        said.append(Text(f"氏名{percent}%一致", f"name {percent} %"))
    if alike.birth_date in _DATES:
        said.append(_DATES[alike.birth_date])
    for same, words in ((alike.passport, Text("旅券番号一致", "passport number same")),
                        (alike.phone, Text("電話番号一致", "phone same")), (alike.address, Text("住所一致", "address same"))):  # fmt: skip
        said += [words] if same else []
    return Text("、".join(text.ja for text in said), ", ".join(text.en for text in said))


def _own(view: View, case: int) -> list[Record]:
    cases = view.cases
    records = [Record(cases.own.table, cases.own.id_of(case))]
    for table, rows in (("visa_applications", cases.application), ("establishments", cases.host)):
        if rows[case] >= 0:
            records.append(Record(table, view.history.facts[table].id_of(int(rows[case]))))
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
        found += [
            Record(table, view.history.facts[table].id_of(int(source[row]))) for row in latest if source[row] >= 0
        ]
    return found


def _nearest(view: View, case: int) -> list[Record]:
    """The records one step away: what shares a phone or an address with the case."""
    seen = [
        Seen("applications_by_phone", "phone", name, 1095)
        for name in ("applicant_phone", "guarantor_phone", "introducer_phone", "stay_phone")
    ]
    seen += [Seen("applications_by_unit", "unit", name, 1095) for name in ("stay_unit", "guarantor_unit")]
    return _events(view, seen, case)
