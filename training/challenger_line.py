"""What does `mimamori train` say of a challenger? Version, weights, figures by labels, and what became of the alias."""

from __future__ import annotations

from training.evaluation.label_estimates import MIN_RANDOM_POSITIVES
from training.fit.trainer import TrainedModel
from training.tracking.challengers import Move


def challenger_line(
    version: str,
    model: TrainedModel,
    metrics: dict[str, float],
    move: Move | None = None,
    fault: str = "",
    alone: int | None = None,
) -> str:
    """Line about a challenger: version, lift and recall by labels where known, and a contradicted sample frame.

    Parameters
    ----------
    move
        What became of the alias.
    alone
        Positive labels where they were too few to train, and the prior alone was registered.
    """
    positives = int(metrics.get("random_positives", 0))
    figures = f"lift not known: {positives} random positives, {MIN_RANDOM_POSITIVES} needed"
    if "recall_at_2_0pct" in metrics:
        lift, recall = "lift_arrival_at_2_0pct", "recall_at_2_0pct"
        figures = f"recall {_shown(metrics, recall, '.3f')} at 2 % capacity, {positives} random positives"
        if lift in metrics:
            figures = f"lift {_shown(metrics, lift, '.2g', '×')} over arrival order, {figures}"
    if alone is not None:
        worlds = model.prior.worlds if model.prior else 0
        name = f"{alone:,} positives; the prior alone ({worlds} worlds) is registered as v{version}"
    elif not model.label_weight:
        name = f"challenger is v{version}, the prior alone: trees of labels ranked later labels worse by more than two standard errors"
    else:
        weights = (
            f" times {model.label_weight:.2g} beside the prior times {model.prior_weight:g}" if model.prior else ""
        )
        name = f"challenger is v{version}, {model.fitted.rounds} trees of labels{weights}"
    compared = "" if move is None or not move.comparison else f"; {move.comparison}"
    if move is not None and not move.moves:
        name, compared = (
            f"v{version} is registered, but v{move.present} stays challenger",
            f"; {move.comparison}: --replace moves the alias",
        )
    return f"{name} ({figures}){compared}{f'; {fault}' if fault else ''}"


def _shown(metrics: dict[str, float], name: str, form: str, unit: str = "") -> str:
    high = metrics.get(f"{name}_high", float("inf"))
    return f"{metrics[name]:{form}}{unit} [95 % CI {metrics[f'{name}_low']:{form}}–{high:{form}}]"
