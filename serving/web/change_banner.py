"""Banner of every page: how many cases were scored again since the reader opened them, first those that the reader has at hand."""

from __future__ import annotations

from dataclasses import replace

from features.languages import texts
from serving.auth.permissions import OWN_POST, PERMISSIONS, Caller
from serving.decisions.service import DecisionService
from serving.store.rescorings import count_unopened
from serving.store.transactions import transaction


def change_banners(service: DecisionService, caller: Caller | None, language: str) -> list[str]:
    """Return a sentence about changed cases of the own posts; nothing for others than officers."""
    if caller is None or PERMISSIONS["GET /changes"].get(caller.role) is not OWN_POST:
        return []
    with transaction(service.engine, replace(caller, scope=OWN_POST).reach) as connection:
        changed, held = count_unopened(connection, caller.account_id)
    labels = texts("pages.common")
    shown = {"changed_held": held, "changed_cases_banner": changed - held}
    return [labels[key][language].format(n=count) for key, count in shown.items() if count]
