"""How much do labels add to the prior? ``python -m benchmarks.learning_curves``: recall by number of positive labels, by truth."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from features.arrays import Ints
from features.tables.folder import read_folder
from training.evaluation.capacity import within_capacity
from training.evaluation.frame import frame_of_split
from training.fit.cases import Cases, read_truth
from training.fit.trainer import TrainingConfig, train_model
from training.labels.case_groups import case_groups, link_keys
from training.labels.splits import Split, is_trainable, last_split
from training.report.plots import save_plot
from training.report.sections import table_text
from training.sampling.schemes import DEFAULT_SCHEMES, training_sample

POSITIVES = (0, 10, 30, 100, 300, 1000)
CAPACITY = 0.02
PRIOR, LABELS, BOTH = "prior alone", "labels alone", "both"
FIRST_LINE = "Synthetic data; not validated on any real visa record."


def with_share(split: Split, groups: Ints, share: float, rng: np.random.Generator) -> Split:
    """Split whose training labels are thinned at random by case group, int64[n] (-1: a case of its own).

    Cases that lose their label count as never interviewed.
    """
    alone = np.arange(len(groups)) + groups.max(initial=-1) + 1
    numbers = np.where(groups < 0, alone, groups)
    kept = (rng.random(int(numbers.max()) + 1) < share)[numbers]
    labels = split.labels
    confirmed, sampled = (None if mask is None else mask & kept for mask in (labels.confirmed, labels.sampled))
    positive, arm = np.where(kept, labels.positive, np.nan), np.where(kept, labels.arm, 0)
    labels = replace(labels, positive=positive, arm=arm, confirmed=confirmed, sampled=sampled)
    return replace(
        split, fit=split.fit[kept[split.fit]], calibrate=split.calibrate[kept[split.calibrate]], labels=labels
    )


def without_labels(split: Split) -> Split:
    """Split from which nothing is trained: the prior alone."""
    none = np.empty(0, dtype=np.int64)
    return replace(split, fit=none, calibrate=none)


def positive_count(split: Split) -> int:
    """Positive labels of the training rows."""
    rows = np.concatenate([split.fit, split.calibrate])
    return int((split.labels.positive[rows] == 1.0).sum())


def curve(cases: Cases, wanted: tuple[int, ...], seed: int, repeats: int) -> Iterator[dict[str, object]]:
    """Rows of recall at 2 % by truth of prior, labels and both, for each number of positives and each random thinning."""
    split, matrix = last_split(cases.outcomes), cases.matrix
    frame, _ = frame_of_split(matrix, cases.outcomes, cases.audit, split)
    keys = link_keys(cases.records, matrix.subject, matrix.subject_ids)
    groups, total = case_groups(keys, split.labels.positive), positive_count(split)
    config = TrainingConfig(seed, scheme=DEFAULT_SCHEMES[matrix.subject])
    exploited = frame["truth"].to_numpy() == 1.0

    def recall(part: Split, *, prior: bool) -> float:
        model = train_model(
            matrix, part, replace(config, prior=prior), sample=training_sample(part, matrix.as_of, config.scheme)
        )
        chosen = within_capacity(frame, model.scores(matrix.values[split.evaluation]), CAPACITY)
        return float((chosen & exploited).sum() / max(exploited.sum(), 1))

    alone = recall(without_labels(split), prior=True)
    for number in sorted({min(number, total) for number in wanted}):  # the most that this world has, at the end
        for draw in range(repeats if 0 < number < total else 1):
            part = with_share(split, groups, number / total, np.random.default_rng([seed, number, draw]))
            row: dict[str, object] = {
                "positives": number,
                "draw": draw,
                "labels kept": positive_count(part),
                PRIOR: alone,
            }
            if is_trainable(part):
                row |= {LABELS: recall(part, prior=False), BOTH: recall(part, prior=True)}
            else:
                row |= {LABELS: np.nan, BOTH: alone}  # as `mimamori train` does with too few labels
            yield row


def means(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean recall over worlds and draws for each number of positives, with the lowest and highest."""
    table = rows.groupby("positives").agg(**{"labels kept": ("labels kept", "mean"), "runs": ("draw", "size")})
    for name in (PRIOR, LABELS, BOTH):
        by_number = rows.groupby("positives")[name]
        table[name], table[f"{name}_low"], table[f"{name}_high"] = by_number.mean(), by_number.min(), by_number.max()
    return table.reset_index()


def draw_curves(path: Path, table: pd.DataFrame, subject: str) -> None:
    """Draw recall against positive labels: a line for each kind of model, its range as a band."""
    _, axis = plt.subplots(figsize=(7.0, 4.5))
    at = range(len(table))  # 0 has no place on a logarithmic axis
    for name in (PRIOR, LABELS, BOTH):
        [line] = axis.plot(at, table[name], marker="o", markersize=4, label=name)
        axis.fill_between(at, table[f"{name}_low"], table[f"{name}_high"], color=line.get_color(), alpha=0.15)
    axis.set_xticks(at, [f"{number:,}" for number in table["positives"]])
    axis.set_xlabel("positive labels to learn from, about")
    axis.set_ylabel(f"recall at {CAPACITY:.0%} by truth; band: lowest to highest")
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=8)
    save_plot(path, f"Learning curves: {subject}")


def report(table: pd.DataFrame, subject: str, worlds: int, picture: str) -> str:
    """Markdown of a learning curve."""
    return (
        f"{FIRST_LINE}\n\n# Learning curves: {subject}\n\n    {shlex.join(['python', '-m', 'benchmarks.learning_curves', *sys.argv[1:]])}\n\n"
        f"Recall at {CAPACITY:.0%} capacity by truth after the last cut-off of {worlds} world(s) that the prior never saw; in brackets the "
        "lowest and the highest of all runs. Labels are thinned at random by case group. With too few labels to train, “both” is the "
        f"prior alone.\n\n{table_text(table)}\n\n![Learning curves]({picture})\n"
    )


def worlds_of(args: argparse.Namespace, work: Path) -> Iterator[Path]:
    """Folders of the worlds, written first where only their size is given."""
    if args.worlds:
        yield from args.worlds
        return
    for seed in range(args.seed, args.seed + args.seeds):
        folder = work / f"world_{seed}"
        words = ["world", "--out", str(folder), "--seed", str(seed), "--applications", str(args.applications)]
        subprocess.run([sys.executable, "-m", "features.command_line", *words], check=True)
        yield folder


def main() -> None:
    """Print the learning curve of a subject, and write it with its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=Path, nargs="+", help="folders of synthetic worlds; none is made then")
    parser.add_argument("--applications", type=int, default=20_000, help="of each world that is made")
    parser.add_argument("--seeds", type=int, default=1, help="worlds that are made")
    parser.add_argument("--seed", type=int, default=5_001, help="of the first world, and of training")
    parser.add_argument("--positives", type=int, nargs="+", default=POSITIVES)
    parser.add_argument("--repeats", type=int, default=3, help="random thinnings for each number of positives")
    parser.add_argument("--subject", choices=("visa", "entry"), default="visa")
    parser.add_argument("--out", type=Path, default=Path("docs/results"), help="folder of learning-curves.md and .svg")
    args = parser.parse_args()
    rows, count = [], 0
    with tempfile.TemporaryDirectory(prefix="mimamori-curves-") as work:
        for folder in worlds_of(args, Path(work)):
            count += 1
            cases = Cases.of(read_folder(folder), args.subject, read_truth(folder), journeys=True)
            for row in curve(cases, tuple(args.positives), args.seed, args.repeats):
                print(folder.name, *(f"{name} {value:.3g}" for name, value in row.items()), sep="  ", file=sys.stderr)
                rows.append(row)
    table = means(pd.DataFrame(rows))
    name = f"learning-curves-{args.subject}"
    draw_curves(args.out / f"{name}.svg", table, args.subject)
    text = report(table, args.subject, count, f"{name}.svg")
    (args.out / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
