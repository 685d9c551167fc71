"""How do a model's figures, and what the gate made of them, read on the page, in both languages?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    "auc": {"ja": "面接を受けた方の中でのAUC", "en": "AUC among those interviewed"},
    "average_precision": {"ja": "同じく平均適合率", "en": "average precision among those interviewed"},
    "precision_at_2_0pct": {"ja": "2%を面接したときの適合率", "en": "precision at 2 %"},
    "recall_at_2_0pct": {"ja": "2%を面接したときに届く割合", "en": "recall at 2 %"},
    "arrival_recall_at_2_0pct": {"ja": "受付順で届く割合", "en": "recall of arrival order at 2 %"},
    "checklist_recall_at_2_0pct": {"ja": "確認表で届く割合", "en": "recall of the checklist at 2 %"},
    "recall_gain_over_checklist": {"ja": "被害が確認された方での、確認表との差", "en": "gain over the checklist among people confirmed"},
}  # fmt: skip
"""What is shown of a run's figures, in this order; MLflow has the others."""


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
