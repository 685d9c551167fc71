"""Live cases of a period as arrays: who was called in, what the interview showed, and how many cases each represents.

A drawn case counts for as many as its stored inclusion probability says, and so the random sample represents everybody whom
neither the score nor an officer called in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from features.arrays import Bools, Floats
from serving.decisions.case_groups import GROUPS, CaseFacts, case_facts
from serving.decisions.interviews import OUTCOME_SUBJECTS
from serving.decisions.service import DecisionService
from serving.store.outcomes import CaseDecision, latest_decisions, outcome_ids

BY_SCORE, BY_HAND, DRAWN = ARMS = ("targeted", "referral", "random")
"""Arms of interviews: by the score, by an officer beside it, and drawn."""
WITH_INDICATIONS = ("indications", "victim_identified")
SUBJECTS = {name: subject for subject, name in OUTCOME_SUBJECTS.items()}


@dataclass(frozen=True, slots=True)
class LiveCases:
    """Columns of n interviewed adults with a conclusive finding.

    Attributes
    ----------
    by_score, by_hand
        bool[n]: called in by the score, or by an officer beside it; the others were drawn at random.
    finding
        float64[n]: 1 with indications, 0 without.
    weight
        float64[n]: cases represented.
    score
        float64[n]: as shown; NaN without one.
    groups
        ``subject``, ``post`` and the names of `GROUPS` to str[n].
    """

    by_score: Bools
    by_hand: Bools
    finding: Floats
    weight: Floats
    score: Floats
    groups: Mapping[str, NDArray[np.str_]]

    @property
    def called_in(self) -> Bools:
        """Whom the score or an officer called in, bool[n]."""
        return self.by_score | self.by_hand


@dataclass(frozen=True, slots=True)
class Interviewed:
    """An outcome with the decision and the facts of its case."""

    outcome: Mapping[str, Any]
    decision: CaseDecision
    facts: CaseFacts


def live_cases(connection: Connection, service: DecisionService, since: dt.datetime, until: dt.datetime) -> LiveCases:
    """Return the cases whose interviews became known in ``[since, until)``; children follow a procedure of their own."""
    cases = [
        case for case in interviewed_cases(connection, service, since, until)
        if case.decision.route != "child_procedure" and case.outcome["finding"] != "inconclusive"
    ]  # fmt: skip
    return columns_of(cases)


def interviewed_cases(
    connection: Connection, service: DecisionService, since: dt.datetime, until: dt.datetime
) -> list[Interviewed]:
    """Return the interviews that this service decided about; later identifications brought no interview."""
    ids = outcome_ids(connection, *(int(at.timestamp() * 1_000_000) for at in (since, until)))
    outcomes = [row for row in service.readable_rows(connection, "outcomes", ids).to_pylist() if row["arm"] in ARMS]
    keys = [(SUBJECTS[row["subject"]], row["subject_id"]) for row in outcomes]
    decided = {
        (case.subject, case.subject_id): case
        for subject in OUTCOME_SUBJECTS
        for case in latest_decisions(connection, subject, [case_id for of, case_id in keys if of == subject])
    }
    facts = case_facts(connection, service, decided)
    return [
        Interviewed(row, decided[key], facts[key])
        for row, key in zip(outcomes, keys, strict=True) if key in decided and key in facts
    ]  # fmt: skip


def columns_of(cases: Sequence[Interviewed]) -> LiveCases:
    """Return interviewed cases as arrays."""
    arm = np.array([case.outcome["arm"] for case in cases], dtype=np.str_)
    drawn = (arm == DRAWN).tolist()
    groups = {name: [case.facts.groups[name] for case in cases] for name in GROUPS}
    groups |= {name: [getattr(case.decision, name) or "" for case in cases] for name in ("subject", "post")}
    return LiveCases(
        arm == BY_SCORE, arm == BY_HAND,
        np.array([case.outcome["finding"] in WITH_INDICATIONS for case in cases], dtype=np.float64),
        np.array([1 / case.outcome["inclusion_probability"] if at else 1.0 for at, case in zip(drawn, cases, strict=True)], dtype=np.float64),
        np.array([np.nan if case.decision.score is None else case.decision.score for case in cases], dtype=np.float64),
        {name: np.array(values, dtype=np.str_) for name, values in groups.items()},
    )  # fmt: skip
