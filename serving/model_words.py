"""How do a model's figures, and what the gate made of them, read on the page, in both languages?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTCOMES: dict[str, dict[str, str]] = {
    "holds": {"ja": "満たす", "en": "holds"},
    "fails": {"ja": "満たさない", "en": "fails"},
    "no evidence": {"ja": "根拠が足りない", "en": "no evidence"},
    "waived": {"ja": "例外として承認", "en": "waived"},
}
LEAST_PEOPLE = 10
"""A figure that rests on fewer people is marked: one more or less would turn it."""
COUNTS: dict[str, dict[str, str]] = {
    "interviewed": {"ja": "面接を受けた方", "en": "people interviewed"},
    "random_interviews": {"ja": "抽選による面接", "en": "interviews drawn at random"},
    "positives": {"ja": "兆候のあった方", "en": "people with indications"},
}
"""How many people there were to judge by."""
FIGURES: dict[str, dict[str, str]] = {
    "auc": {"ja": "面接を受けた方におけるAUC", "en": "AUC among those interviewed"},
    "average_precision": {"ja": "面接を受けた方における平均適合率", "en": "average precision among those interviewed"},
    "precision_at_2_0pct": {"ja": "2%を面接した場合の適合率", "en": "precision at 2 %"},
    "recall_at_2_0pct": {"ja": "2%を面接した場合に見つけられる割合", "en": "recall at 2 %"},
    "arrival_recall_at_2_0pct": {"ja": "受付順で2%を面接した場合に見つけられる割合", "en": "recall of arrival order at 2 %"},
    "checklist_recall_at_2_0pct": {"ja": "確認表で2%を面接した場合に見つけられる割合", "en": "recall of the checklist at 2 %"},
    "recall_gain_over_checklist": {"ja": "被害が確認された方を見つけられる割合の、確認表との差", "en": "gain over the checklist among people confirmed"},
}  # fmt: skip
"""What is shown of a run's figures, in this order; MLflow has the others."""


WAITING_FIRST = ("fails", "no evidence", "waived")
"""In which order lines of the gate stand on the page; those that hold come last."""
_DEMONSTRATIONS = {"demonstration": "実演", "demonstration: a small synthetic world": "実演：小さな合成データのため"}
"""What the program itself signs, in Japanese; what people wrote stays as they wrote it."""
_LINES = {"ja": "（{}項目）", "en": " ({} lines)"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of a run: ``people`` is how many found people it rests on, None where the run does not say."""

    name: str
    value: float
    low: float | None
    high: float | None
    people: int | None

    @property
    def too_few(self) -> bool:
        """Whether it rests on too few people to mean anything."""
        return self.people is not None and self.people < LEAST_PEOPLE


def figures_of(metrics: Mapping[str, float]) -> list[Shown]:
    """Return the figures of a run that are shown, each with the people it rests on."""
    found = []
    for name in FIGURES.keys() & metrics.keys():
        people = metrics.get(f"{name}_people" if name.startswith("recall_gain") else "positives")
        found.append(
            Shown(
                name, metrics[name], metrics.get(f"{name}_low"), metrics.get(f"{name}_high"),
                None if people is None else int(people),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: list(FIGURES).index(one.name))


def in_order(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines of the gate that do not hold: those that fail, then those without evidence, then those waived."""
    return sorted(
        (line for line in lines if line["outcome"] in WAITING_FIRST),
        key=lambda line: WAITING_FIRST.index(line["outcome"]),
    )


def those_that_hold(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the other lines of the gate, in their order."""
    return [line for line in lines if line["outcome"] not in WAITING_FIRST]


def signed(who: str, language: str) -> str:
    """Return a name or a waiver as it was signed; in Japanese, what a demonstration signs for itself is worded.

    >>> signed("demonstration", "ja"), signed("A. Person", "ja")
    ('実演', 'A. Person')
    """
    return _DEMONSTRATIONS.get(who, who) if language == "ja" else who


def waiver_words(waiver: str | None, lines: Sequence[Mapping[str, Any]], language: str) -> str | None:
    """Return who waived what and why, with the number of lines in place of their codes: the table names each of them."""
    waived = [str(line["waiver"]) for line in lines if line.get("waiver")]
    if waiver is None or not waived:
        return waiver
    return signed(waived[0], language) + _LINES[language].format(len(waived))
