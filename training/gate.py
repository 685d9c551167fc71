"""May this model serve? A list of conditions with their figures; every one must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_AUC = 0.5
NOISE = 0.02


@dataclass(frozen=True, slots=True)
class Line:
    """One condition, whether it holds, and the figures it was judged by."""

    condition: str
    holds: bool
    figures: str


def judge(challenger: Mapping[str, float], champion: Mapping[str, float] | None) -> list[Line]:
    """Judge the logged metrics of a challenger against fixed limits and the champion."""
    auc, low = challenger.get("auc", 0.0), challenger.get("auc_low", 0.0)
    precision, chance = challenger.get("precision_at_5_0pct", 0.0), challenger.get("chance_precision", 1.0)
    lines = [
        Line(
            "ranks better than chance, beyond the interval",
            low > LEAST_AUC,
            f"AUC {auc:.3f}, lower bound {low:.3f}, needed > {LEAST_AUC}",
        ),
        Line(
            "finds more than chance at 5 % capacity",
            precision > chance,
            f"precision {precision:.3f}, chance {chance:.3f}",
        ),
    ]
    if champion is not None:
        best = champion.get("auc", 0.0)
        lines.append(
            Line(
                "no worse than the champion",
                auc >= best - NOISE,
                f"AUC {auc:.3f}, champion {best:.3f}, allowed loss {NOISE}",
            )
        )
    return lines
