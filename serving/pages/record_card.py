"""Card of another post's record: what posts share of it, and the forms that request the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from features.languages import texts
from serving.decisions.evidence import Evidence
from serving.decisions.record_access import PURPOSES, URGENT_REASONS
from serving.i18n.formats import category_label, format_day
from serving.web.rendering import Page

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CardPage(Page):
    """A card in one language.

    ``after`` are (what, day), ``state`` is the text key of the latest request; without ``purposes`` nobody answers a
    request, without ``reasons`` the record cannot be opened at once.
    """

    name: ClassVar[str] = "record_card"
    case: dict[str, Any]
    record_id: str
    table_code: str
    table: str
    place: str
    day: str
    agreeing: list[str]
    after: list[tuple[str, str]]
    state: str
    purposes: list[Choice]
    reasons: list[Choice]


def card_page(evidence: Evidence, language: str) -> CardPage:
    """Return the page of a record that is shown as a card."""
    card, decision = evidence.card, evidence.decision
    assert card is not None  # noqa: S101 (a record that opens has a page of its own)
    tables, columns = texts("serving.tables"), texts("serving.columns")
    after = []
    for event in card.after:
        what = category_label(event.category, language) if event.category else tables[event.table][language]
        after.append((what, format_day(event.day, language)))
    latest = evidence.requests[0] if evidence.requests else None
    return CardPage(
        orjson.loads(decision.shown), evidence.record_id, evidence.table, tables[evidence.table][language],
        card.place or "", format_day(card.day, language), [columns[name][language] for name in card.agreeing], after,
        "" if latest is None else f"state_{latest.answer or 'waiting'}",
        choices("serving.access_purposes", PURPOSES, language) if card.place else [],
        choices("serving.urgent_reasons", URGENT_REASONS, language) if card.place and not evidence.by_hand else [],
    )  # fmt: skip


def choices(section: str, codes: tuple[str, ...], language: str) -> list[Choice]:
    """Return (code, label) of each code."""
    labels = texts(section)
    return [(code, labels[code][language]) for code in codes]
