"""What of the stored records a decision sees: up to which position and moment, and which of them do not count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
from sqlalchemy import Connection

from features.facts.table_facts import TableFacts
from features.kernel.view import View
from features.matrix import TABLE_OF_SUBJECT
from features.online import CaseView, cases_of_view, history_view
from features.store.records import RecordName, RecordStore
from serving.decisions.register_matches import register_view_of
from serving.decisions.scoring import WHOLE_REGISTER, RegisterView
from serving.store import wrong_links
from serving.store.decisions import Decision

NOTHING: frozenset[RecordName] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a decision sees.

    Attributes
    ----------
    seen_at
        Moment up to which records count, microseconds UTC; None for when the case's own record became known.
    without
        Records that do not count: the case's own, and those that are not about its person.
    """

    position: int
    seen_at: int | None = None
    without: frozenset[RecordName] = NOTHING
    register: RegisterView = WHOLE_REGISTER

    def case(
        self, connection: Connection, store: RecordStore, subject: str, row: pa.Table, own: TableFacts
    ) -> CaseView:
        """Return a case as it is seen."""
        view, lookups = self.history(connection, store, own)
        return replace(cases_of_view(view, view.cases.own, subject, row)[0], lookups=lookups)

    def history(
        self, connection: Connection, store: RecordStore, own: TableFacts
    ) -> tuple[View, frozenset[tuple[int, int]]]:
        """Return the history of a case as it is seen, and kind and blinded key of all that was looked up."""
        return history_view(
            connection, store, own, position=self.position, seen_at=self.seen_at, without=self.without,
            entries=self.register.entries, with_application=self.register.application,
        )  # fmt: skip


def sight_of(connection: Connection, store: RecordStore, decision: Decision, row: pa.Table) -> Sight:
    """Return what a stored decision saw; ``row`` is the case's own record."""
    register = register_view_of(connection, store, decision, row)
    return later_sight(connection, decision, decision.position, decision.as_of, decision.seen_at(), register)


def later_sight(
    connection: Connection, case: Decision, position: int, as_of: int, seen_at: int | None, register: RegisterView
) -> Sight:
    """Return what a case sees that is stored already.

    Parameters
    ----------
    case
        Any decision about it.
    as_of
        When its record became known; a ``seen_at`` before it does not count.
    """
    own = (TABLE_OF_SUBJECT[case.subject], case.subject_id)
    apart = wrong_links.records_of(connection, case.subject, case.subject_id, position)
    later = seen_at if seen_at is not None and seen_at > as_of else None
    return Sight(position, later, frozenset({own, *apart}), register)
