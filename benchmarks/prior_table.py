"""What do prior, labels and both reach? ``python -m benchmarks.prior_table WORLD ... --subject visa``: the table, judged by truth.

Trains at several cut-offs of each world, as ``mimamori train`` does, and ranks the cases after each. All data are synthetic.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from features.tables.folder import read_folder
from training.evaluation.rankings import (
    CAPACITIES,
    CHECKLIST,
    LABELS_ALONE,
    MODEL,
    PRIOR_ALONE,
    TRUTH,
    at_capacity,
    ranking_quality,
)  # fmt: skip
from training.experiments.baselines import GLASS_BOX
from training.experiments.cutoffs import Fold, pooled, validate
from training.fit.cases import Cases, read_truth
from training.fit.trainer import TrainingConfig
from training.labels.splits import rolling_splits
from training.sampling.schemes import DEFAULT_SCHEMES
from training.statistics.resampling import GroupBootstrap

SHOWN = {
    MODEL: "both",
    PRIOR_ALONE: PRIOR_ALONE,
    LABELS_ALONE: LABELS_ALONE,
    GLASS_BOX: GLASS_BOX,
    CHECKLIST: CHECKLIST,
}


def folds_of(folder: Path, subject: str, seed: int, cutoffs: int) -> list[Fold]:
    """Models and rankings at the last cut-offs of a world."""
    cases = Cases.of(read_folder(folder), subject, read_truth(folder), journeys=True)
    config = TrainingConfig(seed, scheme=DEFAULT_SCHEMES[subject], prior=True)
    splits = rolling_splits(cases.outcomes, cutoffs)
    return validate(cases.matrix, cases.outcomes, cases.audit, splits, config, lambda _: None)


def rows(folds: list[Fold], world: str, seed: int) -> Iterator[str]:
    """Lines of the table: recall at every capacity and average precision of all cut-offs together, 95 % intervals by rings."""
    frame, rankings = pooled(folds)
    bootstrap = GroupBootstrap.of(frame, np.random.default_rng(seed))
    rankings = {name: rankings[name] for name in SHOWN}
    table = at_capacity(frame, rankings, bootstrap)
    table = table[table["basis"] == TRUTH]
    quality = ranking_quality(frame, rankings, bootstrap)
    quality = quality[quality["basis"] == TRUTH].set_index("ranking")
    for name, label in SHOWN.items():
        reached = table[table["ranking"] == name].set_index("capacity")
        cells = [_figure(reached.loc[capacity], "recall") for capacity in CAPACITIES]
        yield " | ".join(["", world, label, *cells, _figure(quality.loc[name], "average_precision"), ""]).strip()


def _figure(row: pd.Series, name: str) -> str:
    return f"{row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", type=Path, nargs="+")
    parser.add_argument("--subject", choices=("visa", "entry"), default="visa")
    parser.add_argument("--cutoffs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print("All data are synthetic.\n")
    print(f"| world | ranking | {' | '.join(f'{capacity:.1%}' for capacity in CAPACITIES)} | average precision |")
    print(f"|---|---|{'---|' * len(CAPACITIES)}---|")
    for folder in args.worlds:
        folds = folds_of(folder, args.subject, args.seed, args.cutoffs)
        weights = ", ".join(f"{fold.model.prior_weight:g} and {fold.model.label_weight:.2f}" for fold in folds)
        for line in rows(folds, f"{folder.name} (weights {weights})", args.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main()
