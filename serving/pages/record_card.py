"""Card of another post's record: what posts share of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from features.languages import texts
from serving.decisions.shared_findings import Card
from serving.i18n.formats import category_label, format_day
from serving.web.rendering import Page


@dataclass(frozen=True, slots=True)
class CardPage(Page):
    """A card in one language; ``after`` are (what, day)."""

    name: ClassVar[str] = "record_card"
    case: dict[str, Any]
    record_id: str
    table: str
    place: str
    day: str
    agreeing: list[str]
    after: list[tuple[str, str]]


def card_page(case: dict[str, Any], record_id: str, table: str, card: Card, language: str) -> CardPage:
    """Return the page of a card."""
    tables, columns = texts("serving.tables"), texts("serving.columns")
    after = []
    for event in card.after:
        what = category_label(event.category, language) if event.category else tables[event.table][language]
        after.append((what, format_day(event.day, language)))
    agreeing = [columns[name][language] for name in card.agreeing]
    return CardPage(
        case, record_id, tables[table][language], card.place or "", format_day(card.day, language), agreeing, after
    )
