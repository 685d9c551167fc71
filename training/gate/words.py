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


def judged(condition: Condition, value: float | None, about: str | None) -> tuple[str, str]:
    """Say by what figure a line was judged, in English and in Japanese.

    Parameters
    ----------
    value
        The figure; None where it is not known.
    about
        The feature or group that the figure is about, if it is about one.
    """
    kind, limit = condition.limit
    shown = ("not known", "不明") if value is None or math.isnan(value) else (_beside(value, limit),) * 2
    en = "" if about is None else f" ({about})"
    ja = "" if about is None else f"（{'なし' if about == 'none' else about}）"
    return (
        f"{shown[0]}{en}, {_LIMITS[kind][0].format(limit)}",
        f"{shown[1]}{ja}、{_LIMITS[kind][1].format(limit)}",
    )


def evidence(condition: Condition, held: float | None) -> tuple[str, str]:
    """Say what a figure rests on and how much of that is needed, in English and in Japanese."""
    path, least = str(condition.evidence), condition.least_evidence
    en, ja = EVIDENCE.get(path, (path, path))
    count = 0.0 if held is None or math.isnan(held) else held
    # weighted counts are no whole numbers and read as if they were, unless that hides on which side of the limit they lie
    shown = f"{count:.0f}" if (round(count) >= least) == (count >= least) else _beside(count, least)
    return f"{en}: {shown}, at least {least:g} needed", f"{ja}：{shown}（{least:g}以上必要）"


def figures(condition: Condition, value: float | None, held: float | None, about: str | None) -> tuple[str, str]:
    """Say by what a line was judged that has enough evidence, and what that figure rests on."""
    en, ja = judged(condition, value, about)
    if condition.evidence in {None, condition.figure}:
        return en, ja
    rests_en, rests_ja = evidence(condition, held)
    return f"{en}; rests on {rests_en}", f"{ja}。{rests_ja}"


def _beside(value: float, limit: float) -> str:
    """Return a figure in four digits, or in as many as tell it from its limit; thousands without a fraction."""
    told = [
        f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}",
        *(f"{value:.{digits}g}" for digits in range(5, 16)),
    ]
    return next((one for one in told if float(one) != limit), told[0])


def before(outcome: str, told: tuple[str, str]) -> tuple[str, str]:
    """Put before the figures of a waived line what it came to without the waiver."""
    ja = {"fails": "満たさない", "no evidence": "根拠が足りない"}[outcome]
    return f"{outcome}: {told[0]}", f"{ja}：{told[1]}"
