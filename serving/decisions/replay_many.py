"""Replay of many decisions: the history is read once, and the cases of a model are computed together.

What is not found identical this way is replayed alone, which decides: a fault of one decision costs no other its replay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from features.events.history import History
from features.facts.table_facts import TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT, view_of
from features.online import CaseView, cases_of_view
from features.store.case_history import with_names
from features.store.whole_history import WholeHistory
from models.bundle import Bundle
from models.scorer import Explanation
from serving.decisions.replay import columns_unlike_leaf, comparison, possible_features, replay
from serving.decisions.scoring import decide_case
from serving.decisions.service import DecisionService
from serving.store import decisions, sealed_rows
from serving.store.decisions import Decision, Outline
from serving.store.transactions import EVERYTHING, transaction

TOGETHER = 500
FEWEST_TOGETHER = 8
"""Fewer cases of a moment are replayed sooner alone."""
RECORDS_READ_PER_REPLAY = 3_000
"""As long as a replay alone takes: with fewer decisions among the records, reading all of these would not pay."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A stored decision, with all that is needed to decide again."""

    decision: Decision
    view: CaseView
    bundle: Bundle | None
    explained: Explanation | None

    def is_identical(self) -> bool:
        """Return whether every column is the same if it is decided again."""
        stored, bundle = self.decision, self.bundle
        again = decide_case(
            self.view, bundle, stored.post, stored.position, stored.decision_id, explained=self.explained
        )
        return all(comparison(stored, again, possible_features(again, bundle, self.view)).values())


def replay_faults(service: DecisionService, chosen: Sequence[Outline]) -> Iterator[tuple[str, str | None]]:
    """Yield (id, fault) of each decision: None if it is identical, else which columns differ or why.

    Parameters
    ----------
    chosen
        In ascending order of the positions.
    """
    for group, history, position in _groups(service, chosen):
        identical: set[str] = set()
        if history is not None:
            try:
                with transaction(service.engine, EVERYTHING) as connection:
                    identical = _identical(service, connection, group, history, position)
            except Exception:  # noqa: S110 (each is replayed alone, and names its own fault)
                pass
        for outline in group:
            is_same = outline.decision_id in identical
            yield outline.decision_id, None if is_same else _fault_alone(service, outline.decision_id)


def _groups(
    service: DecisionService, chosen: Sequence[Outline]
) -> Iterator[tuple[Sequence[Outline], History | None, int]]:
    """Yield decisions that may be replayed together, with the history that all of them saw; None to replay them alone."""
    whole = _whole_history(service, chosen)
    if whole is None:
        yield chosen, None, 0
        return
    positions, as_of = (np.array([getattr(o, name) for o in chosen], dtype=np.int64) for name in ("position", "as_of"))
    for rows in whole.shared_positions(positions, as_of):
        same = [chosen[row] for row in rows.tolist()]
        if len(same) < FEWEST_TOGETHER:
            yield same, None, 0
            continue
        position = same[-1].position
        with transaction(service.engine, EVERYTHING) as connection:
            history = History(whole.facts_at(connection, position))
        for subject in TABLE_OF_SUBJECT:
            of_subject = [outline for outline in same if outline.subject == subject]
            for begin in range(0, len(of_subject), TOGETHER):
                yield of_subject[begin : begin + TOGETHER], history, position


def _whole_history(service: DecisionService, chosen: Sequence[Outline]) -> WholeHistory | None:
    """Return the history of all records, None where few decisions do not pay for reading it or a record is unreadable."""
    if len(chosen) < FEWEST_TOGETHER:
        return None
    with transaction(service.engine, EVERYTHING) as connection:
        last = chosen[-1].position
        if WholeHistory.size(connection, last) > RECORDS_READ_PER_REPLAY * len(chosen):
            return None
        try:
            return WholeHistory.read(connection, service.store, last)
        except InvalidTag:
            return None


def _identical(
    service: DecisionService, connection: Connection, group: Sequence[Outline], history: History, position: int
) -> set[str]:
    """Return the ids of the decisions of a subject that are identical in every column."""
    # on what an officer sent, part of the register is withheld, so that it differs here and is replayed alone
    chosen = decisions.by_ids(connection, [o.decision_id for o in group])
    # a case that was scored again saw later records than the others
    stored = [decision for decision in chosen if decision.features and decision.seen_at() is None]
    subject = group[0].subject
    table = TABLE_OF_SUBJECT[subject]
    rows = service.store.rows_each(
        connection, table, [d.subject_id for d in stored], [d.record_position for d in stored]
    )
    own = facts_of_table(table, rows)
    there = set(own.id_list())
    stored = [decision for decision in stored if decision.subject_id in there]
    if not stored or own.id_list() != [decision.subject_id for decision in stored]:
        return set()  # a record is no longer stored, or cannot be read
    _name_applications(service, connection, history, own, position)
    views = cases_of_view(view_of(history, own, subject), own, subject, rows)
    pairs = sealed_rows.decision_pairs(connection, [decision.decision_id for decision in stored])
    return {
        case.decision.decision_id
        for case in _cases(service, stored, views)
        if not columns_unlike_leaf(pairs.get(case.decision.decision_id)) and case.is_identical()
    }


def _name_applications(
    service: DecisionService, connection: Connection, history: History, own: TableFacts, position: int
) -> None:
    """Add the names in the applications of landings, which are compared with the watch list; no cached fact has names."""
    if own.table != "landings":
        return
    facts = cast(dict[str, TableFacts], history.facts)
    applications = facts["visa_applications"]
    rows = history.application_index.first(own["application"])
    ids = applications.take(np.unique(rows[rows >= 0])).id_list()
    facts["visa_applications"] = with_names(
        applications, service.store.rows(connection, "visa_applications", ids, position)
    )


def _cases(service: DecisionService, stored: Sequence[Decision], views: Sequence[CaseView]) -> Iterator[_Case]:
    """Yield the cases whose model is still stored."""
    bundles = {sha256: _bundle(service, sha256, views[0].subject) for sha256 in {d.model_sha256 for d in stored}}
    explained = _explanations(stored, views, bundles)
    for at, decision in enumerate(stored):
        bundle = bundles[decision.model_sha256]
        if bundle is not None or decision.model_sha256 is None:
            yield _Case(decision, views[at], bundle, explained.get(at))


def _bundle(service: DecisionService, sha256: str | None, subject: str) -> Bundle | None:
    return None if sha256 is None else service.models.by_hash(sha256, subject)


def _explanations(
    stored: Sequence[Decision], views: Sequence[CaseView], bundles: dict[str | None, Bundle | None]
) -> dict[int, Explanation]:
    """Return what its model says of each case, a model at a time."""
    explained: dict[int, Explanation] = {}
    for sha256, bundle in bundles.items():
        rows = [at for at, decision in enumerate(stored) if decision.model_sha256 == sha256]
        if bundle is None or not rows:
            continue
        together = bundle.explain(np.stack([views[at].values for at in rows]))
        for n, at in enumerate(rows):
            part = slice(n, n + 1)
            explained[at] = replace(
                together, raw_score=together.raw_score[part], contributions=together.contributions[part],
                score=together.score[part],
            )  # fmt: skip
    return explained


def _fault_alone(service: DecisionService, decision_id: str) -> str | None:
    """Return why a decision is not identical, None if it is."""
    try:
        with transaction(service.engine, EVERYTHING) as connection:
            decision = decisions.by_id(connection, decision_id)
            if decision is None:
                return "cannot be read"
            result = replay(service, connection, decision)
    except Exception as error:  # a fault of one decision costs no other its replay
        return f"cannot be replayed ({type(error).__name__})"
    # what was stored of an erased person is all that can be compared
    if result["identical"] or (result.get("erased") and not result["differs"]):
        return None
    return str(result.get("note") or f"{', '.join(cast(list[str], result['differs']))} differ")
