"""Why this score, in words? The strongest contributions for and against, in every language, with their records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from features.arrays import Floats
from features.catalogue import Catalogue, Feature
from features.evidence import Record
from features.languages import LANGUAGES, Text, texts

LIMIT = 5
_MIN_SHARE = 0.02
_RECORDS_SHOWN = 10
_TEXTS = texts("models.reasons")

Evidence = Callable[[str], list[Record]]


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence of an explanation.

    Attributes
    ----------
    code
        The feature's name.
    direction
        ``raises`` or ``lowers``.
    contribution
        In log-odds.
    evidence
        Records that the officer can open; a watch-list entry carries what matched.
    """

    code: str
    sentence: Text
    direction: str
    contribution: float
    question: Text
    evidence: tuple[Record, ...]

    def as_json(self) -> dict[str, object]:
        """JSON of the reason, as the API shows it."""
        return {
            "code": self.code, **self.sentence, "direction": self.direction, "contribution": self.contribution,
            "question": dict(self.question), "evidence": [record_json(record) for record in self.evidence],
        }  # fmt: skip


def choose_reasons(catalogue: Catalogue, values: Floats, contributions: Floats, evidence: Evidence) -> list[Reason]:
    """At most five reasons, the strongest first; the strongest on the other side is among them where it weighs anything.

    Parameters
    ----------
    values, contributions
        float64[f] each, in the order of the catalogue.
    evidence
        Lists the records behind a feature by its name.
    """
    sizes = np.abs(contributions)
    order = np.lexsort((np.arange(len(sizes)), -sizes))
    strong = [int(index) for index in order if sizes[index] > _MIN_SHARE * float(sizes.sum())]
    chosen = strong[:LIMIT]
    signs = {bool(contributions[index] > 0) for index in chosen}
    if len(signs) == 1 and len(chosen) == LIMIT:
        opposite = [index for index in strong if bool(contributions[index] > 0) not in signs]
        chosen = [*chosen[:-1], *opposite[:1]] if opposite else chosen
    return [
        _reason(catalogue.features[index], float(values[index]), float(contributions[index]), evidence)
        for index in chosen
    ]


def _reason(feature: Feature, value: float, contribution: float, evidence: Evidence) -> Reason:
    raises = contribution > 0
    return Reason(
        feature.name, feature_sentence(feature, value, raises=raises), "raises" if raises else "lowers", contribution,
        by_language(feature.question), tuple(evidence(feature.name)[:_RECORDS_SHOWN]),
    )  # fmt: skip


def feature_sentence(feature: Feature, value: float, *, raises: bool) -> Text:
    """Sentence for a value of a feature, by language, which states the direction in which it weighs.

    The catalogue words a feature as it reads when it raises the score; a feature that lowers it, or a missing value, gets
    a frame around the feature's meaning, so that mitigating circumstances are not read as suspicion.
    """
    return {code: _sentence(feature, value, code, raises=raises) for code in LANGUAGES}


def _sentence(feature: Feature, value: float, code: str, *, raises: bool) -> str:
    words = {key: text[code] for key, text in _TEXTS.items()}
    meaning = by_language(feature.meaning)[code]
    formatted = "" if np.isnan(value) else formatted_value(value, feature.unit)[code]
    if np.isnan(value) or not raises:
        frame = "lowers" if not np.isnan(value) else "missing_raises" if raises else "missing_lowers"
        return words[frame].format(meaning=meaning, inner_meaning=_inner(meaning), value=formatted)
    sentence = by_language(feature.reason)[code]
    if feature.unit == "count" and value == 0:
        sentence = (
            re.sub(words["zero_pattern"], words["zero_sentence"], sentence) if words["zero_pattern"] else sentence
        )
        formatted = words["zero"].format(value=formatted)
    sentence = sentence.replace("{value}", formatted)
    # a zero that raises the score reads like a mitigating circumstance, so the direction is added
    zero = feature.unit in {"count", "share"} and value == 0
    return sentence.removesuffix(words["full_stop"]) + words["towards"] if zero else sentence


def formatted_value(value: float, unit: str) -> Text:
    """Formatted value by language; nothing above zero is shown as 0, no share below all as 100 %."""
    if unit == "flag":
        return _TEXTS["yes" if value else "no"]
    if unit == "share":
        if 0 < value < 0.01:
            return _filled("below", "1%")
        return _filled("above", "99%") if 0.99 < value < 1 else dict.fromkeys(LANGUAGES, f"{value + 0.0:.0%}")
    digits = 1 if unit == "ratio" else 0
    smallest = 10.0**-digits
    if 0 < value < smallest / 2:
        return _filled("below", f"{smallest:g}")
    # adding zero removes the sign of a negative number that rounds to zero
    return dict.fromkeys(LANGUAGES, f"{round(value, digits) + 0.0:,.{digits}f}")


def by_language(text: object) -> Text:
    """Text of the catalogue as a mapping by language code."""
    return cast(Text, text) if isinstance(text, Mapping) else {code: getattr(text, code) for code in LANGUAGES}


def record_json(record: Record) -> dict[str, object]:
    """Record as answers show it; of a watch-list entry which fields agree, in words and by field."""
    shown: dict[str, object] = {"table": record.table, "id": record.id}
    if record.match is not None:
        shown["match"] = dict(by_language(record.match))
    return shown if record.agreement is None else shown | {"agreement": dict(record.agreement)}


def _filled(key: str, limit: str) -> Text:
    return {code: text.format(limit=limit) for code, text in _TEXTS[key].items()}


def _inner(phrase: str) -> str:
    """Phrase as it reads within a sentence; abbreviations keep their capitals."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]
