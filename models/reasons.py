"""Why this score, in words? The strongest contributions for and against, in Japanese and English, with their records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue, Feature
from features.evidence import Record

LIMIT = 5
_LEAST_SHARE = 0.02
_RECORDS_SHOWN = 10

Evidence = Callable[[str], list[Record]]


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation.

    Attributes
    ----------
    code
        The feature's name.
    direction
        ``raises`` or ``lowers``.
    contribution
        In log-odds.
    evidence
        Records that the officer can open; an entry of the watch list says what matched.
    """

    code: str
    ja: str
    en: str
    direction: str
    contribution: float
    question_ja: str
    question_en: str
    evidence: tuple[Record, ...]

    def as_json(self) -> dict[str, object]:
        """Return the reason as the API shows it."""
        return {
            "code": self.code,
            "ja": self.ja,
            "en": self.en,
            "direction": self.direction,
            "contribution": self.contribution,
            "question": {"ja": self.question_ja, "en": self.question_en},
            "evidence": [_shown(record) for record in self.evidence],
        }


def _shown(record: Record) -> dict[str, object]:
    shown: dict[str, object] = {"table": record.table, "id": record.id}
    return shown if record.match is None else shown | {"match": {"ja": record.match.ja, "en": record.match.en}}


def choose_reasons(
    catalogue: Catalogue, values: NDArray[np.float64], contributions: NDArray[np.float64], evidence: Evidence
) -> list[Reason]:
    """Choose at most five reasons, the strongest first; what speaks against is shown too where it weighs anything.

    Parameters
    ----------
    values, contributions
        float64[f] each, in the order of the catalogue.
    evidence
        Lists the records behind a feature by its name.
    """
    total = float(np.abs(contributions).sum())
    order = [int(index) for index in np.lexsort((np.arange(len(contributions)), -np.abs(contributions)))]
    told = [index for index in order if abs(contributions[index]) > _LEAST_SHARE * total]
    chosen = told[:LIMIT]
    signs = {bool(contributions[index] > 0) for index in chosen}
    if len(signs) == 1 and len(chosen) == LIMIT:
        # the strongest on the other side takes the last place
        other = next((index for index in told if bool(contributions[index] > 0) not in signs), None)
        if other is not None:
            chosen = [*chosen[:-1], other]
    return [
        _reason(catalogue.features[index], float(values[index]), float(contributions[index]), evidence)
        for index in chosen
    ]


def _reason(feature: Feature, value: float, contribution: float, evidence: Evidence) -> Reason:
    if np.isnan(value):
        ja = f"「{feature.meaning.ja}」は記録がありません。"
        en = f"Nothing is on record for: {feature.meaning.en}."
    else:
        ja_value, en_value = spoken(value, feature.unit)
        ja = feature.reason.ja.replace("{value}", ja_value)
        en = feature.reason.en.replace("{value}", en_value)
    return Reason(
        feature.name, ja, en, "raises" if contribution > 0 else "lowers", contribution,
        feature.question.ja, feature.question.en, tuple(evidence(feature.name)[:_RECORDS_SHOWN]),
    )  # fmt: skip


def spoken(value: float, unit: str) -> tuple[str, str]:
    """Return a value as it is said in Japanese and in English."""
    if unit == "flag":
        return ("はい", "yes") if value else ("いいえ", "no")
    if unit == "share":
        return (f"{value:.0%}", f"{value:.0%}")
    if unit == "ratio":
        return (f"{value:.1f}", f"{value:.1f}")
    return (f"{value:,.0f}", f"{value:,.0f}")
