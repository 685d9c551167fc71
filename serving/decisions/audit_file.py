"""What an auditor sees of a decision beside what was shown: its seal, its versions, who read and acted, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import orjson
from sqlalchemy import Connection

from features.facts.table_facts import facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from serving.decisions.case_changes import CaseChange, change_between
from serving.decisions.case_file import CaseFile, own_record
from serving.decisions.linked_people import NO_NETWORK
from serving.decisions.replay import columns_unlike_leaf
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Event, events_after
from serving.store import decisions, sealed_rows
from serving.store.decisions import Decision
from serving.store.interview_sheets import InterviewSheet, latest_sheet
from serving.store.readings import Readers, readers_of_case
from serving.store.submissions import Act, acts_of_case

VERSIONS = 20
_END_OF_TIME = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Version:
    """A decision about the case, and what changed since the one before it; None for the first."""

    decision: Decision
    change: CaseChange | None


@dataclass(frozen=True, slots=True)
class AuditFile:
    """File of a decision.

    Attributes
    ----------
    leaf_position
        Position of the decision's leaf in the sealed log; None if it has none.
    unlike_leaf
        Columns of the stored row that differ from the leaf.
    versions, more_versions
        Decisions about the case, the latest first, and the count of those beyond the listed.
    after
        What happened after, as the records say today.
    """

    case: CaseFile
    leaf_position: int | None
    unlike_leaf: list[str]
    versions: list[Version]
    more_versions: int
    readers: list[Readers]
    acts: list[Act]
    sheet: InterviewSheet | None
    after: tuple[Event, ...]


def audit_file(connection: Connection, service: DecisionService, decision: Decision) -> AuditFile:
    """Return the file of a decision, without the people linked with the case: these stand on the officers' page."""
    own = own_record(connection, service, decision).to_pylist()
    case = CaseFile(decision, orjson.loads(decision.shown), own[0] if own else None, NO_NETWORK, {})
    key = (decision.subject, decision.subject_id)
    pair = sealed_rows.decision_pairs(connection, [decision.decision_id]).get(decision.decision_id)
    stored = decisions.versions(connection, *key)
    return AuditFile(
        case, None if pair is None else pair.position, columns_unlike_leaf(pair),
        _versions(connection, service, stored), max(len(stored) - VERSIONS, 0), readers_of_case(connection, *key),
        acts_of_case(connection, *key), latest_sheet(connection, *key), what_followed(connection, service, decision),
    )  # fmt: skip


def what_followed(connection: Connection, service: DecisionService, decision: Decision) -> tuple[Event, ...]:
    """Return what happened after a case, as all records stored by now say."""
    row = own_record(connection, service, decision)
    if not row.num_rows:
        return ()
    facts = facts_of_table(TABLE_OF_SUBJECT[decision.subject], row)
    return events_after(connection, service, facts, _END_OF_TIME, service.store.head(connection))


def _versions(connection: Connection, service: DecisionService, stored: list[Decision]) -> list[Version]:
    pairs = pairwise(stored[: VERSIONS + 1])
    versions = [Version(after, change_between(connection, service, before, after)) for after, before in pairs]
    return versions if len(stored) > VERSIONS else [*versions, Version(stored[-1], None)]
