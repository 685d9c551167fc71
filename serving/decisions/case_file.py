"""What stands beside a decision on its page: its record, the people linked with it, and the records behind its findings."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pyarrow as pa
from psycopg import Error as DriverError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from features.error_origin import origin
from features.matrix import TABLE_OF_SUBJECT
from serving.auth.permissions import Caller
from serving.decisions.compared_records import ComparedRecord, compared_records
from serving.decisions.evidence import records_named
from serving.decisions.interview_queue import linked_people_count
from serving.decisions.linked_people import NO_NETWORK, CaseNetwork, case_network
from serving.decisions.service import DecisionService
from serving.store.decisions import Decision
from serving.store.readings import Reading

log = logging.getLogger("mimamori")
Compared = Mapping[tuple[str, str], ComparedRecord]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """File of a case as its decision saw it; ``row`` is None where the record is no longer there or cannot be read."""

    decision: Decision
    shown: dict[str, Any]
    row: dict[str, Any] | None
    network: CaseNetwork
    compared: Compared

    def readings(self, view: str) -> list[Reading]:
        """Return what is written before the file is shown on a page."""
        decision_id = self.decision.decision_id
        return [
            Reading(view, decision_id),
            *(person.reading(decision_id) for person in self.network.people),
            *(record.reading(decision_id) for record in self.compared.values()),
        ]


def case_file(connection: Connection, service: DecisionService, caller: Caller, decision: Decision) -> CaseFile:
    """Return the file of a case for a caller; what fails beside the case leaves its place empty, and the log says where."""
    shown, own = orjson.loads(decision.shown), own_record(connection, service, decision)
    if not own.num_rows:
        return CaseFile(decision, shown, None, NO_NETWORK, {})
    network, compared = _beside(connection, service, caller, decision, own)
    return CaseFile(decision, shown, own.to_pylist()[0], network, compared)


def own_record(connection: Connection, service: DecisionService, decision: Decision) -> pa.Table:
    """Return the record of a case as its decision saw it; without rows where it is no longer there or cannot be read."""
    table = TABLE_OF_SUBJECT[decision.subject]
    return service.readable_rows(connection, table, [decision.subject_id], decision.record_position)


def _as_counted(network: CaseNetwork, decision: Decision) -> CaseNetwork:
    """Return the network with as many people beyond those listed as make up the count that the queue shows.

    Links through a shelter or a hub count, and list nobody.
    """
    counted = linked_people_count(orjson.loads(decision.shown))
    return replace(network, more=max(network.more, counted - len(network.people)))


def _beside(
    connection: Connection, service: DecisionService, caller: Caller, decision: Decision, own: pa.Table
) -> tuple[CaseNetwork, Compared]:
    named = sorted(records_named(orjson.loads(decision.shown)))
    try:
        compared = compared_records(connection, service, caller, decision, own, named)
        return _as_counted(case_network(connection, service, caller, decision, own), decision), compared
    except (DBAPIError, DriverError, MemoryError):
        raise
    except Exception as error:
        log.error("a case is shown without linked people: %s", origin(error))
        return NO_NETWORK, {}
