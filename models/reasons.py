"""Why this score, in words? The strongest contributions for and against, in Japanese and English, with their records."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue, Feature
from features.catalogue.feature import Text
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
    raises = contribution > 0
    told = worded(feature, value, raises=raises)
    return Reason(
        feature.name, told.ja, told.en, "raises" if raises else "lowers", contribution,
        feature.question.ja, feature.question.en, tuple(evidence(feature.name)[:_RECORDS_SHOWN]),
    )  # fmt: skip


def worded(feature: Feature, value: float, *, raises: bool) -> Text:
    """Return the sentence for a value of a feature, which says which way it weighs.

    The catalogue words a feature as it reads when it raises; one that lowers, or a value that is missing, gets a frame
    around the feature's meaning, so that nobody takes what speaks for a person as something against them.
    """
    meaning = feature.meaning
    if np.isnan(value):
        if raises:
            return Text(
                f"「{meaning.ja}」は記録がありません{_TOWARDS.ja}。",
                f"Nothing is on record for: {meaning.en}{_TOWARDS.en}.",
            )
        return Text(
            f"面接の必要を低める事情：「{meaning.ja}」は記録がありません。",
            f"Speaks against an interview: nothing is on record for “{_inside(meaning.en)}”.",
        )
    said = spoken(value, feature.unit)
    if not raises:
        return Text(
            f"面接の必要を低める事情：{meaning.ja}（{said.ja}）。",
            f"Speaks against an interview: {_inside(meaning.en)} ({said.en}).",
        )
    ja, en = feature.reason.ja, feature.reason.en
    if feature.unit == "count" and value == 0:
        # 「0件あります」とは言わない
        ja = _SOME.sub(lambda met: f"は{met[1] or ''}{_NONE[met[2]]}", ja)
        said = Text(said.ja, "none")
    told = Text(ja.replace("{value}", said.ja), en.replace("{value}", said.en))
    if feature.unit in {"count", "share"} and value == 0:
        # nothing of something sounds like what speaks for a person, and weighs the other way
        return Text(f"{told.ja.removesuffix('。')}{_TOWARDS.ja}。", f"{told.en.removesuffix('.')}{_TOWARDS.en}.")
    return told


def spoken(value: float, unit: str) -> Text:
    """Return a value as it is said; what is not nothing is never said as 0, and what is not all never as 100 %."""
    if unit == "flag":
        return Text("はい", "yes") if value else Text("いいえ", "no")
    if unit == "share":
        if 0 < value < 0.01:
            return Text("1%未満", "less than 1%")
        if 0.99 < value < 1:
            return Text("99%超", "more than 99%")
        return _both(f"{value + 0.0:.0%}")
    digits = 1 if unit == "ratio" else 0
    least = 10.0**-digits
    if 0 < value < least / 2:
        return Text(f"{least:g}未満", f"less than {least:g}")
    # adding zero takes the sign off a negative number that rounds to nothing
    return _both(f"{round(value, digits) + 0.0:,.{digits}f}")


_TOWARDS = Text("（面接の必要を高める方向に働いています）", "; this weighs towards an interview")
_SOME = re.compile(r"が(、[^、]*に)?\{value\}(?:件|人|冊|か所)(あります|記録されています)")
_NONE = {"あります": "ありません", "記録されています": "記録されていません"}


def _both(text: str) -> Text:
    return Text(text, text)


def _inside(phrase: str) -> str:
    """Return a phrase as it stands within a sentence; abbreviations keep their capitals."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]
