"""How does a finding read? Its sentence, what is usual among peers, and what it resembles, in every language."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.languages import LANGUAGES, texts

_NUMBER_FORMS = re.compile(r"\[([^\]|]*)(?:\|([^\]]*))?\]")
"""Forms for one and for more, ``[is|are]``; a language without a plural gives a single form."""
_QUANTITY = re.compile(r"\[([^\]|]*\{value\}[^\]|]*)(?:\|([^\]]*))?\]")
"""Those with the value, ``[{value} day|{value} days]``: what is usual is written with them too."""
LONG_DAYS, _DAYS_A_YEAR = 730, 365.25
"""Days from which a time reads in years."""
PHONES = ("applicant_phone", "guarantor_phone", "introducer_phone", "stay_phone", "booking_phone")
"""Identifiers whose masked text a clause may show; a feature's name begins with its identifier."""


@dataclass(frozen=True, slots=True)
class Bound:
    """End of the peers' middle 90 % beyond which a value is remarkable: the lower one, or the upper one; NaN for none."""

    value: float
    is_low: bool


NO_BOUND = Bound(math.inf, is_low=False)
"""Of a value that is not compared with the peers."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Value of a feature beside what is usual; ``wording`` is the table of texts with its clause."""

    feature: str
    value: float
    bound: Bound
    wording: str = "clauses"

    @property
    def is_present(self) -> bool:
        """Whether there is a record or a statement: neither missing, nor nothing."""
        return not math.isnan(self.value) and (self.value > 0 or (self.bound.is_low and self.value < 0))

    @property
    def is_unusual(self) -> bool:
        """Whether the value is beyond the peers' middle 90 %, or no peer has any."""
        if math.isnan(self.bound.value):
            return True
        return self.value < self.bound.value if self.bound.is_low else self.value > self.bound.value


def sentence(facts: Sequence[Fact], keys: Mapping[str, str]) -> dict[str, str]:
    """Sentence of a finding by language: a clause for each fact, an unusual one with what is usual among the peers.

    Parameters
    ----------
    keys
        Masked identifiers of the case's own record by name of `PHONES`; those that are not there are left out.
    """
    form, words, out = texts("findings.form"), texts("findings.usual"), {}
    for code in LANGUAGES:
        parts = []
        for fact in facts:
            template = texts(f"findings.{fact.wording}")[fact.feature][code]
            clause = _clause(template, fact, keys, form["key"][code], code)
            if fact.is_unusual:
                bound = _bound(template, fact, {key: text[code] for key, text in words.items()}, code)
                clause += words["beside"][code].format(bound=bound)
            parts.append(clause)
        joined = form["separator"][code].join(parts) + form["full_stop"][code]
        out[code] = joined[:1].upper() + joined[1:]
    return out


def usual(facts: Iterable[Fact], subject: str, *, all_statuses: bool) -> dict[str, str]:
    """What "usual" means in a sentence, by language; empty where it says nothing of what is usual."""
    if not any(fact.is_unusual for fact in facts):
        return dict.fromkeys(LANGUAGES, "")
    return dict(texts("findings.usual")[f"{subject}_all" if all_statuses else subject])


def resembles(typologies: Sequence[str]) -> dict[str, str]:
    """Names of the typologies that a finding resembles, by language; empty for none."""
    words, names = texts("findings.resembles"), texts("typologies")
    if not typologies:
        return dict.fromkeys(LANGUAGES, "")
    return {
        code: words["typologies"][code].format(
            typologies=words["separator"][code].join(names[typology][code] for typology in typologies)
        )
        for code in LANGUAGES
    }


def _clause(template: str, fact: Fact, keys: Mapping[str, str], key_form: str, code: str) -> str:
    number = next((keys.get(name, "") for name in PHONES if fact.feature.startswith(f"{name}_")), "")
    shown = _NUMBER_FORMS.sub(lambda match: _quantity(match, fact.feature, fact.value, code), template)
    return shown.replace("{key}", key_form.format(number=number) if number else "")


def _quantity(match: re.Match[str], feature: str, value: float, code: str) -> str:
    """Value with its counter; nothing above zero reads as 0, no share below all as 100 %, and long times are in years."""
    unit, counter, counters = feature.rpartition("_")[2], match[1], match[2] or match[1]
    if unit == "days" and value >= LONG_DAYS:
        value, counter = value / _DAYS_A_YEAR, texts("findings.form")["years"][code]
        counters = counter
    shown, frame = _rounded(unit, value)
    counted = (counter if shown == "1" else counters).replace("{value}", shown)
    return texts("findings.form")[frame][code].format(quantity=counted) if frame and "{value}" in match[1] else counted


def _bound(template: str, fact: Fact, words: Mapping[str, str], code: str) -> str:
    value, quantity = fact.bound.value, _QUANTITY.search(template)
    if math.isnan(value):
        return words["not_on_record"]
    if quantity is None:
        return words["flag"]
    shown = _quantity(quantity, fact.feature, value, code)
    if fact.bound.is_low:
        return words["at_least"].format(low=shown) if value > 0 else words["no_less"]
    return words["at_most"].format(high=shown) if value > 0 else words["no_more"]


def _rounded(unit: str, value: float) -> tuple[str, str]:
    """Number as people write it, and ``below`` or ``above`` where rounding would say too much."""
    if unit == "share":
        if 0 < value < 0.01:
            return "1%", "below"
        return ("99%", "above") if 0.99 < value < 1 else (f"{value:.0%}", "")
    digits = 1 if unit == "ratio" else 0
    smallest = 10.0**-digits
    if 0 < value < smallest / 2:
        return f"{smallest:g}", "below"
    # adding zero removes the sign of a negative number that rounds to zero
    return f"{round(value, digits) + 0.0:,.{digits}f}".removesuffix(".0"), ""
