"""Override rates: how often officers agree with the findings, by post and by group of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from features.matrix import TABLE_OF_SUBJECT
from features.tables.schema import TABLES
from serving.auth.permissions import Caller
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
    """Return the rates by post, status, nationality and sex, for an auditor."""
    with transaction(service.engine, caller.reach) as connection:
        pairs = own_views.pairs(connection)
        records = _records(connection, service, pairs)
    groups: dict[tuple[str, str], list[ViewPair]] = {}
    for pair in pairs:
        for name, value in {"post": pair.post, **records.get((pair.subject, pair.subject_id), {})}.items():
            groups.setdefault((name, value), []).append(pair)
    return [_rates(*key, members) for key, members in sorted(groups.items())]


def _records(
    connection: Connection, service: DecisionService, pairs: Sequence[ViewPair]
) -> dict[tuple[str, str], dict[str, str]]:
    """Return the groups that a case belongs to, from its record."""
    columns, groups = ("status_of_residence", "nationality", "sex"), {}
    for subject, table in TABLE_OF_SUBJECT.items():
        ids = sorted({pair.subject_id for pair in pairs if pair.subject == subject})
        for row in service.readable_rows(connection, table, ids).to_pylist() if ids else []:
            groups[subject, row[TABLES[table].id_column]] = {name: str(row[name]) for name in columns}
    return groups


def _rates(group: str, value: str, pairs: Sequence[ViewPair]) -> OverrideRates:
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
