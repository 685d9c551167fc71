"""How do the figures of a line of the gate read, in English and Japanese? The evidence by what it counts, not by its path."""

from __future__ import annotations

import math

from training.gate.policy import Condition

EVIDENCE: dict[str, tuple[str, str]] = {
    "gain.champion.rings": ("rings of people confirmed, and people alone", "被害が確認された方の集団の数（お一人の場合も1と数える）"),
    "gain.checklist.rings": ("rings of people confirmed, and people alone", "被害が確認された方の集団の数（お一人の場合も1と数える）"),
    "ranking.rings": ("rings of people confirmed, and people alone", "被害が確認された方の集団の数（お一人の場合も1と数える）"),
    "random.effective_size": ("interviews drawn at random, as they count once weighted", "抽選による面接の数（重み付け後）"),
    "lot.effective_size": ("interviews drawn at random, as they count once weighted", "抽選による面接の数（重み付け後）"),
    "calibration.effective_positives": ("people with indications, as they count once weighted", "兆候のあった方の人数（重み付け後）"),
    "leak.positives": ("people with indications", "兆候のあった方の人数"),
    "trace.fewer": ("files looked at, or files not looked at, whichever are fewer", "確認の対象となった案件と、ならなかった案件のうち、少ない方の件数"),
    "fairness.comparisons": ("comparisons of groups", "集団の比較の件数"),
    "fairness.practice_comparisons": ("comparisons of groups", "集団の比較の件数"),
    "proxies.nationality.score.people": ("people of this group", "この集団の人数"),
    "proxies.sex.score.people": ("people of this group", "この集団の人数"),
    "proxies.nationality.reasons.people_within_status": ("people of this group", "この集団の人数"),
    "proxies.sex.reasons.people_within_status": ("people of this group", "この集団の人数"),
    "monotone.steps": ("steps tried", "試した変化の数"),
    "swaps.cases": ("cases tried", "試した案件の数"),
    "explanations.cases": ("cases explained", "説明を比べた案件の数"),
}  # fmt: skip
"""What the number at a path of the evidence counts; a path that is not here is shown as it is."""
FIRST = ("there is nothing to compare with yet", "比較するモデルがまだありません")
_LIMITS = {
    "above": ("must be above {:g}", "{:g}より大きいこと"),
    "at_least": ("must be at least {:g}", "{:g}以上であること"),
    "at_most": ("must be at most {:g}", "{:g}以下であること"),
}


def figures(condition: Condition, value: float | None, held: float | None, about: str | None) -> tuple[str, str]:
    """Say by what a line was judged.

    Parameters
    ----------
    value, held
        The figure, and the number of what it rests on; None where it is not known.
    about
        The feature or group that the figure is about, if it is about one.

    Returns
    -------
    str, str
        In English and in Japanese.
    """
    told = []
    for language, unknown, rests in (
        (0, "not known", "; rests on {}: {:g}, at least {:g} needed"),
        (1, "不明", "。{}：{:g}（{:g}以上必要）"),
    ):
        shown = unknown if value is None or math.isnan(value) else f"{value:.4g}"
        named = (
            "" if about is None else f" ({about})" if language == 0 else f"（{'なし' if about == 'none' else about}）"
        )
        kind, limit = condition.limit
        said = f"{shown}{named}{', ' if language == 0 else '、'}{_LIMITS[kind][language].format(limit)}"
        if condition.evidence not in {None, condition.figure}:
            path = str(condition.evidence)
            noun = EVIDENCE.get(path, (path, path))[language]
            said += rests.format(noun, 0 if held is None else held, condition.least_evidence)
        told.append(said)
    return told[0], told[1]


def before(outcome: str, told: tuple[str, str]) -> tuple[str, str]:
    """Put before the figures of a waived line what it came to without the waiver."""
    ja = {"fails": "満たさない", "no evidence": "根拠が足りない"}[outcome]
    return f"{outcome}: {told[0]}", f"{ja}：{told[1]}"
