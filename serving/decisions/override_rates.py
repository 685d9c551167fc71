"""Override rates: how often officers agree with the findings, by post and by group of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.auth.permissions import Caller
from serving.decisions.case_groups import case_facts
from serving.decisions.service import DecisionService
from serving.store import own_views
from serving.store.own_views import ViewPair
from serving.store.transactions import transaction

SMALLEST_GROUP = 10
"""Views; a smaller group has no rates."""


@dataclass(frozen=True, slots=True)
class OverrideRates:
    """Rates of a group of cases; None where the group is too small to be shown.

    Attributes
    ----------
    count
        Views written before the findings were shown.
    agreed_first_share
        Share that agreed with the findings' advice before it was shown.
    overridden_share
        Share of those answered afterwards that disagreed with the findings.
    changed_share
        Share of those with another view at first that agreed afterwards.
    """

    group: str
    value: str
    count: int
    agreed_first_share: float | None
    overridden_share: float | None
    changed_share: float | None


def override_rates(service: DecisionService, caller: Caller) -> list[OverrideRates]:
    """Return the rates by post, status, nationality, sex and age band, for an auditor."""
    with transaction(service.engine, caller.reach) as connection:
        pairs = own_views.pairs(connection)
        facts = case_facts(connection, service, [(pair.subject, pair.subject_id) for pair in pairs])
    groups: dict[tuple[str, str], list[ViewPair]] = {}
    for pair in pairs:
        own = facts.get((pair.subject, pair.subject_id))
        for name, value in {"post": pair.post, **(own.groups if own else {})}.items():
            groups.setdefault((name, value), []).append(pair)
    return [override_rate(*key, members) for key, members in sorted(groups.items())]


def override_rate(group: str, value: str, pairs: Sequence[ViewPair]) -> OverrideRates:
    """Return the rates of views of a group."""
    if len(pairs) < SMALLEST_GROUP:
        return OverrideRates(group, value, len(pairs), None, None, None)
    answered = [pair for pair in pairs if pair.after is not None]
    others = [pair for pair in answered if pair.first != pair.advice]
    return OverrideRates(
        group, value, len(pairs), share_of([pair.first == pair.advice for pair in pairs]),
        share_of([pair.after == "disagree" for pair in answered]), share_of([pair.after == "agree" for pair in others]),
    )  # fmt: skip


def share_of(flags: Sequence[bool]) -> float | None:
    """Return the share of true flags; None without any."""
    return sum(flags) / len(flags) if flags else None
