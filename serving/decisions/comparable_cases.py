"""Which cases did the model see as most alike? Nearest by the contributions of findings, with and without an interview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from features.arrays import Floats
from features.catalogue.findings import FINDING_OF_FEATURE
from serving.decisions.audit_file import what_followed
from serving.decisions.case_file import CaseFile
from serving.decisions.search_words import words_of_search
from serving.decisions.service import DecisionService
from serving.decisions.shared_findings import Event
from serving.store import comparable_cases, decisions
from serving.store.comparable_cases import Candidate
from serving.store.decisions import Decision

SHOWN = 3
"""Cases of each kind."""


@dataclass(frozen=True, slots=True)
class ComparableCase:
    """A case of the same status; ``distance`` is the sum of differences of its findings' contributions, in log-odds."""

    decision: Decision
    distance: float
    is_interviewed: bool
    after: tuple[Event, ...]


def nearest_cases(connection: Connection, service: DecisionService, file: CaseFile) -> list[ComparableCase]:
    """Return the nearest cases with an interview, then those without, at most `SHOWN` of each; none without a score."""
    decision, row = file.decision, file.row
    bundle = service.models.by_hash(decision.model_sha256, decision.subject) if decision.model_sha256 else None
    if bundle is None or row is None or decision.shown_score() is None:
        return []
    [word] = words_of_search(service.store.data_key, {"status": row["status_of_residence"]})
    matching = [
        each for each in comparable_cases.candidates(connection, decision, word)
        if len(each.contributions) == len(decision.contributions)
    ]  # fmt: skip
    distances = distances_by_finding(
        bundle.catalogue.names,
        np.frombuffer(decision.contributions),
        [np.frombuffer(each.contributions) for each in matching],
    )
    ranked = sorted(zip(distances.tolist(), matching, strict=True), key=lambda pair: (pair[0], pair[1].decision_id))
    chosen = [
        pair for held in (True, False) for pair in [pair for pair in ranked if pair[1].is_interviewed is held][:SHOWN]
    ]
    return _with_decisions(connection, service, chosen)


def distances_by_finding(names: Sequence[str], own: Floats, others: Sequence[Floats]) -> Floats:
    """Return the distance of each case from a case, float64[n], in log-odds.

    Contributions are summed by finding, both sides of a link together; features without a finding are a group of their own.

    Parameters
    ----------
    names
        The features, in order.
    own, others
        float64[f] each.
    """
    group_of = [_group_of(name) for name in names]
    groups = sorted(set(group_of))
    member = np.array([[group == other for other in groups] for group in group_of], dtype=np.float64)
    if not others:
        return np.zeros(0)
    difference: Floats = np.abs((np.stack(others) - own) @ member).sum(axis=1)
    return difference


def _group_of(feature: str) -> str:
    finding = FINDING_OF_FEATURE.get(feature)
    return "" if finding is None else finding.link or finding.code


def _with_decisions(
    connection: Connection, service: DecisionService, chosen: list[tuple[float, Candidate]]
) -> list[ComparableCase]:
    stored = {
        each.decision_id: each
        for each in decisions.by_ids(connection, [candidate.decision_id for _, candidate in chosen])
    }
    return [
        ComparableCase(
            stored[candidate.decision_id], distance, candidate.is_interviewed,
            what_followed(connection, service, stored[candidate.decision_id]),
        )
        for distance, candidate in chosen
    ]  # fmt: skip
