"""Which record stands behind a decision, and does the caller see it in full or as a card?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Column, Use
from features.tables.schema import TABLES
from serving.auth.permissions import OFFICER, Caller
from serving.decisions.hand_entries import is_hand_entry
from serving.decisions.linked_people import PLACE, case_network, is_by_hand
from serving.decisions.own_views import shown_to
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Card, card_of
from serving.refusals import Refusal
from serving.store import access_requests, decisions
from serving.store.access_requests import AccessRequest
from serving.store.decisions import Decision
from serving.store.readings import Reading
from serving.store.submissions import role_of_sender

_SHOWN_OF_VICTIM = {"entry_id", "listed_at", "role"}
"""All that is shown of a victim's entry: the address of a person in hiding concerns no reader."""

_SAMPLING_COLUMNS = {"arm", "inclusion_probability"}
"""Columns of an outcome that would tell officers who was drawn at random; auditors read them in the log."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record behind a decision as it stood then.

    Attributes
    ----------
    card
        What is shown instead of the record; None where the caller opens the record.
    requests
        The caller's requests for this record, the newest first; by one in force the record opens.
    by_hand
        Whether an officer's own entry or correction brought the record behind the case.
    """

    decision: Decision
    table: str
    record_id: str
    row: Mapping[str, Any]
    card: Card | None
    requests: tuple[AccessRequest, ...] = ()
    by_hand: bool = False

    @property
    def is_victim(self) -> bool:
        """Whether it is the entry of a victim."""
        return self.table == "tip_database" and self.row["role"] == "victim"

    def columns(self) -> list[Column]:
        """Return the columns that are shown of the record."""
        return [
            column
            for column in TABLES[self.table].columns
            if column.use is not Use.AUDIT
            and column.name not in _SAMPLING_COLUMNS
            and (not self.is_victim or column.name in _SHOWN_OF_VICTIM)
        ]

    def purpose(self) -> str | None:
        """Return the purpose of the request by which the record opens; None for an own record or a card."""
        return self.requests[0].purpose if self.card is None and self.requests else None

    def reading(self) -> Reading:
        """Return what is written before the record or its card is sent."""
        if self.card is not None:
            return Reading("card", self.decision.decision_id, self.table, self.record_id, self.card.agreeing)
        view = ("urgent_record" if self.requests[0].is_urgent else "granted_record") if self.requests else "record"
        columns = tuple(column.name for column in self.columns())
        return Reading(view, self.decision.decision_id, self.table, self.record_id, columns)


def decision_in_scope(connection: Connection, caller: Caller, decision_id: str) -> Decision:
    """Return a decision in the caller's scope.

    Raises `Refusal` 404 if there is none.
    """
    decision = decisions.by_id(connection, decision_id)
    if decision is None or not caller.reaches(decision.post):
        raise Refusal(404, "decision", "no such decision", expected="a decision of the own post")
    return decision


def evidence_of(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, table: str, record_id: str
) -> Evidence:
    """Return a record behind a decision, of another post its card unless the caller's request is in force.

    That is a record that its reasons name, or of a person whom the case's page lists as linked.

    Raises `Refusal` 404 for any other record.
    """
    own = (table, record_id) == (TABLE_OF_SUBJECT[decision.subject], decision.subject_id)
    shown = orjson.loads(shown_to(connection, service, caller, decision))
    named = own or (table, record_id) in records_named(shown)
    if not named and not _is_linked(connection, service, caller, decision, table, record_id):
        raise missing_record()
    stored = service.store.rows(connection, table, [record_id], decision.record_position if own else decision.position)
    if not stored.num_rows:
        raise missing_record()
    row = stored.to_pylist()[0]
    by_hand = not own and (
        _by_hand(connection, decision, table, record_id) if named else is_by_hand(connection, decision)
    )
    card = None if own else card_of(connection, service, caller, decision, table, stored, by_hand=by_hand)
    if card is None or not card.place:
        return Evidence(decision, table, record_id, row, card, by_hand=by_hand)
    requests = access_requests.latest_of(connection, caller.account_id, table, record_id, card.place)
    in_force = tuple(request for request in requests if request.is_in_force)
    if in_force:
        return Evidence(decision, table, record_id, row, None, in_force, by_hand)
    return Evidence(decision, table, record_id, row, card, tuple(requests), by_hand)


def _by_hand(connection: Connection, decision: Decision, table: str, record_id: str) -> bool:
    """Return whether no version of the case that came from a feed or a load names a record in its reasons."""
    if is_hand_entry(decision.subject_id, decision.post):
        return True
    version: Decision | None = decision
    while version is not None:
        trusted = role_of_sender(connection, version.record_position) != OFFICER
        if trusted and (table, record_id) in records_named(orjson.loads(version.shown)):
            return False
        version = decisions.before(connection, version)
    return True


def _is_linked(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, table: str, record_id: str
) -> bool:
    """Return whether it is the record of a person whom the case's page lists as linked."""
    case = TABLE_OF_SUBJECT[decision.subject]
    row = service.readable_rows(connection, case, [decision.subject_id], decision.record_position)
    if table not in PLACE or not row.num_rows:
        return False
    people = case_network(connection, service, caller, decision, row).people
    return any((person.table, person.record_id) == (table, record_id) for person in people)


def records_named(shown: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (table, id) of every record that the reasons of a decision name."""
    return {(entry["table"], entry["id"]) for reason in shown["reasons"] for entry in reason["evidence"]}


def missing_record() -> Refusal:
    """Return the refusal of a record that does not stand behind the decision."""
    return Refusal(404, "record", "no such record", expected="a record behind this decision")
