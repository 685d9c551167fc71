"""Does the alias ``challenger`` move to a new version? Not to a worse one on the same evaluation cases, unless asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.tracking.registry import CHALLENGER, NoSuchModel, Registry

FIGURES = {
    "recall_at_2_0pct": "recall at 2 %",
    "average_precision": "average precision",
    "confirmed_auc": "AUC of confirmed positives",
}
"""Metrics by labels that are compared; the first that both versions have decides."""


@dataclass(frozen=True, slots=True)
class Move:
    """Whether the alias moves, the present challenger's version (empty for none), and the comparison in words."""

    moves: bool
    present: str = ""
    comparison: str = ""


def challenger_move(
    registry: Registry, subject: str, metrics: Mapping[str, float], evaluated_on: str, *, replace: bool = False
) -> Move:
    """Compare the metrics of a new version with those of the present challenger.

    Parameters
    ----------
    evaluated_on
        Evaluation cases of the new version; figures on other cases are not comparable, and the alias moves.
    replace
        Whether the alias moves to a worse version as well.
    """
    try:
        version, present = registry.find(subject, CHALLENGER)
    except NoSuchModel:
        return Move(moves=True)
    if registry.evaluated_on(subject, version) != evaluated_on:
        return Move(True, version, f"not compared with v{version}, which other cases evaluated")
    name = next((name for name in FIGURES if name in metrics and name in present), None)
    if name is None:
        return Move(True, version, f"not compared with v{version}: too few labels for a figure")
    figures = f"{FIGURES[name]} {metrics[name]:.3f}, v{version} {present[name]:.3f} on the same cases"
    return Move(replace or metrics[name] >= present[name], version, figures)
