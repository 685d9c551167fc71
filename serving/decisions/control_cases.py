"""Control cases: practice cases in an order of the officer's own, and how often officers follow the findings there.

Their truth is known, so that following a wrong finding can be distinguished from following a right one. They stand beside the queue and
never in it: nobody is invited to an interview that has no person.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from serving.auth.permissions import Caller
from serving.decisions.override_rates import SMALLEST_GROUP, share_of
from serving.decisions.service import DecisionService
from serving.practice_cases import PracticeSet, read_practice
from serving.store import practice
from serving.store.practice import ControlAnswer
from serving.store.transactions import transaction

SEED_BYTES = 32
_GROUPS = ("status_of_residence", "nationality", "sex")


@dataclass(frozen=True, slots=True)
class ControlRates:
    """Rates of a group of control cases; None where the group is too small, or no case could show it.

    Attributes
    ----------
    overridden_share
        Share of answers that are not what the findings advised.
    followed_wrong_share
        Share that followed the findings, of cases where these were wrong.
    reached_share
        Share of exploited people for whom an interview was chosen.
    """

    group: str
    value: str
    count: int
    overridden_share: float | None
    followed_wrong_share: float | None
    reached_share: float | None


def drawn_order(connection: Connection, account_id: int, cases: PracticeSet) -> list[int]:
    """Return the numbers of a set's cases in the order drawn for an account; its seed is sealed before the first is shown."""
    if not cases.cases:
        return []
    seed = practice.seed_of(connection, account_id, cases.name, os.urandom(SEED_BYTES))
    return sorted(
        range(1, len(cases.cases) + 1), key=lambda number: hashlib.sha256(seed + b"case %d" % number).digest()
    )


def control_rates(service: DecisionService, caller: Caller) -> list[ControlRates]:
    """Return the rates by post of the officer and by group of the case's person, for an auditor."""
    with transaction(service.engine, caller.reach) as connection:
        answers = practice.control_answers(connection)
    cases = read_practice(service.models.settings.home)
    groups: dict[tuple[str, str], list[ControlAnswer]] = {}
    for answer in answers:
        for key in [("post", answer.post), *_groups_of(answer, cases)]:
            groups.setdefault(key, []).append(answer)
    return [_rates(*key, members) for key, members in sorted(groups.items())]


def _groups_of(answer: ControlAnswer, cases: PracticeSet) -> list[tuple[str, str]]:
    """Return the groups of a case; none of a set that is no longer there."""
    if answer.set_name != cases.name:
        return []
    record = cases.cases[answer.number - 1].record
    return [(name, str(record[name])) for name in _GROUPS]


def _rates(group: str, value: str, answers: Sequence[ControlAnswer]) -> ControlRates:
    if len(answers) < SMALLEST_GROUP:
        return ControlRates(group, value, len(answers), None, None, None)
    wrong = [answer for answer in answers if answer.is_advised != answer.is_exploited]
    return ControlRates(
        group, value, len(answers), share_of([answer.is_interview != answer.is_advised for answer in answers]),
        share_of([answer.is_interview == answer.is_advised for answer in wrong]),
        share_of([answer.is_interview for answer in answers if answer.is_exploited]),
    )  # fmt: skip
