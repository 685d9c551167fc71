"""Banner of every page: which urgent openings and requests for records wait for the reader's answer."""

from __future__ import annotations

from dataclasses import replace

from features.languages import texts
from serving.auth.permissions import ALL_POSTS, PERMISSIONS, Caller
from serving.decisions.service import DecisionService
from serving.store.access_requests import count_unanswered
from serving.store.hand_entry_counts import alarms
from serving.store.transactions import transaction


def alarm_banners(service: DecisionService, caller: Caller | None, language: str) -> list[str]:
    """Return a sentence for what waits; nothing for a role that answers no request."""
    scope = None if caller is None else PERMISSIONS["GET /requests"].get(caller.role)
    if caller is None or scope is None:
        return []
    reader = replace(caller, scope=scope)
    with transaction(service.engine, reader.reach) as connection:
        urgent, requests = count_unanswered(connection, caller.account_id)
        entries = sum(alarm.answer is None for alarm in alarms(connection)) if scope is ALL_POSTS else 0
    labels = texts("pages.common")
    shown = {"alarm_urgent": urgent, "alarm_entries": entries, "alarm_requests": 0 if scope is ALL_POSTS else requests}
    return [labels[key][language].format(n=count) for key, count in shown.items() if count]
