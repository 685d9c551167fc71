"""Banner of every page: which urgent openings and requests for records wait for the reader's answer."""

from __future__ import annotations

from sqlalchemy import Connection

from features.languages import texts
from serving.auth.permissions import ALL_POSTS, NO_CASES, Caller
from serving.store.access_requests import count_unanswered
from serving.store.hand_entry_counts import alarms


def alarm_banners(connection: Connection, reader: Caller, language: str) -> list[str]:
    """Return a sentence for what waits; nothing for a role that answers no request."""
    if reader.scope is NO_CASES:
        return []
    sees_all = reader.scope is ALL_POSTS
    urgent, requests = count_unanswered(connection, reader.account_id)
    entries = sum(alarm.answer is None for alarm in alarms(connection)) if sees_all else 0
    labels = texts("pages.common")
    shown = {"alarm_urgent": urgent, "alarm_entries": entries, "alarm_requests": 0 if sees_all else requests}
    return [labels[key][language].format(n=count) for key, count in shown.items() if count]
