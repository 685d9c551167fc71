"""Banner of every page: how many cases were scored again since the reader opened them, first those that the reader has at hand."""

from __future__ import annotations

from sqlalchemy import Connection

from features.languages import texts
from serving.auth.permissions import OWN_POST, Caller
from serving.store.rescorings import count_unopened


def change_banners(connection: Connection, reader: Caller, language: str) -> list[str]:
    """Return a sentence about changed cases of the own posts; nothing for others than officers."""
    if reader.scope is not OWN_POST:
        return []
    changed, held = count_unopened(connection, reader.account_id)
    labels = texts("pages.common")
    shown = {"changed_held": held, "changed_cases_banner": changed - held}
    return [labels[key][language].format(n=count) for key, count in shown.items() if count]
