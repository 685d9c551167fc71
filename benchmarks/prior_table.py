"""What do prior, labels and both reach? ``python -m benchmarks.prior_table WORLD ... --subject visa``: the table, judged by truth.

Trains at the last cut-off of each world, as ``mimamori train`` does, and ranks the cases after it. All data are synthetic.
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
from training.experiments.cutoffs import Fold, validate
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


def fold_of(folder: Path, subject: str, seed: int) -> Fold:
    """Model and rankings at the last cut-off of a world."""
    cases = Cases.of(read_folder(folder), subject, read_truth(folder), journeys=True)
    config = TrainingConfig(seed, scheme=DEFAULT_SCHEMES[subject], prior=True)
    splits = rolling_splits(cases.outcomes, 1)
    [fold] = validate(cases.matrix, cases.outcomes, cases.audit, splits, config, lambda _: None)
    return fold


def rows(fold: Fold, world: str, seed: int) -> Iterator[str]:
    """Lines of the table: recall at every capacity and average precision, with 95 % intervals by rings."""
    bootstrap = GroupBootstrap.of(fold.frame, np.random.default_rng(seed))
    rankings = {name: fold.rankings[name] for name in SHOWN}
    table = at_capacity(fold.frame, rankings, bootstrap)
    table = table[table["basis"] == TRUTH]
    quality = ranking_quality(fold.frame, rankings, bootstrap)
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
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print("All data are synthetic.\n")
    print(f"| world | ranking | {' | '.join(f'{capacity:.1%}' for capacity in CAPACITIES)} | average precision |")
    print(f"|---|---|{'---|' * len(CAPACITIES)}---|")
    for folder in args.worlds:
        fold = fold_of(folder, args.subject, args.seed)
        model, positive = fold.model, fold.split.labels.positive[np.concatenate([fold.split.fit, fold.split.calibrate])]
        name = f"{folder.name}: {int((positive == 1.0).sum())} positive labels, weights {model.prior_weight:g} and {model.label_weight:.2f}"
        for line in rows(fold, name, args.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main()
