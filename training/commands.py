"""Commands about models: train a challenger, promote it to champion."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.command_line import Problem
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.folder import Records, read_folder
from models.calibration import Calibration
from models.forest import raw_scores
from models.shap_values import contributions
from models.signing import load_or_create_key
from models.tree_text import parse_forest
from training.evaluate import evaluate
from training.evidence import Judged, JudgingPart
from training.fit import fit
from training.judgement import audit_table, evaluation_frame
from training.labels import Findings, Labels, RefusalColumn, findings
from training.plots import draw_all
from training.promotion_commands import promote, rollback
from training.registry import DataSeen, Registry
from training.selection import inverse_propensity
from training.splits import TooFewLabels, split_by_time
from training.submission import Submission, data_hash, golden_rows, submit


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--subject", type=click.Choice(["visa", "entry", "both"]), default="both", show_default=True)
@click.option("--seed", default=1, show_default=True, help="Seed of everything random.")
@click.option(
    "--threads",
    default=2,
    show_default=True,
    help="Threads of LightGBM; the model's bytes do not depend on it.",
)
@click.option("--cluster", metavar="ADDR", help="A Dask scheduler (tcp://…).")
def train(folder: Path, subject: str, seed: int, threads: int, cluster: str | None) -> None:
    """Fit, evaluate, log to MLflow and register a challenger."""
    if cluster:
        raise Problem("--cluster is not there yet; without it training runs on this machine")
    settings = Settings.from_environment()
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    truth = pq.read_table(folder / "truth.parquet") if (folder / "truth.parquet").exists() else None
    registry = Registry(settings)
    failed = []
    for one in ("visa", "entry") if subject == "both" else (subject,):
        try:
            _train_one(records, one, registry, settings, truth=truth, seed=seed, threads=threads)
        except (TooFewLabels, RefusalColumn) as error:
            click.echo(f"{one}: not trained: {error}", err=True)
            failed.append(one)
    if failed:
        raise Problem(f"no model for {', '.join(failed)}; see above")


def _train_one(
    records: Records,
    subject: str,
    registry: Registry,
    settings: Settings,
    *,
    truth: pa.Table | None,
    seed: int,
    threads: int,
) -> None:
    click.echo(f"{subject}: computing features …", err=True)
    matrix = build_matrix(records, subject)
    found = findings(records["outcomes"], subject, matrix.subject_ids, matrix.as_of)
    labels = found.known_before(found.last_known_at(), window_us=found.window_us())
    split = split_by_time(matrix.as_of, labels.positive, found.window_us())
    if split.shared:
        click.echo(f"{subject}: findings are few, so one part both calibrates and judges: figures flatter", err=True)
    click.echo(f"{subject}: growing trees on {len(split.fit):,} labelled cases …", err=True)
    fitted = fit(matrix.values, labels.positive, split, matrix.catalogue, seed=seed, threads=threads)
    forest = parse_forest(fitted.text, matrix.catalogue.names)
    calibration = Calibration.fit(
        raw_scores(forest, matrix.values[split.calibrate]), labels.positive[split.calibrate] == 1.0
    )
    judged = Judged(forest, calibration)
    rows = np.flatnonzero(matrix.as_of >= matrix.as_of[split.test].min())
    part = JudgingPart(
        _frame(records, subject, matrix, found, labels, rows, truth),
        matrix.values[rows],
        {"arrival": -np.arange(len(rows), dtype=np.float64)},
    )
    tested = matrix.values[split.test]
    score = calibration.scores(raw_scores(forest, tested))
    metrics = evaluate(score, labels.positive[split.test], np.random.default_rng(seed))
    learned = np.concatenate([split.fit, split.calibrate])
    about = {
        "trained_until_us": str(int(matrix.as_of[split.fit].max())),
        "learned_until_us": str(int(matrix.as_of[learned].max())),
        "data_sha256": data_hash(records),
        "seed": str(seed),
    }
    with (
        tempfile.TemporaryDirectory() as place,
        registry.run(subject, tags={"data_sha256": about["data_sha256"]}) as run,
    ):
        artifacts = Path(place)
        draw_all(
            artifacts / "plots", names=matrix.catalogue.names, values=tested, contributions=contributions(forest, tested),
            score=score, positive=labels.positive[split.test], as_of=matrix.as_of, split=split,
        )  # fmt: skip
        run.log(
            parameters={**fitted.parameters, "rounds": fitted.rounds, "gap_days": split.gap_days},
            metrics=metrics,
        )
        for name, part_rows in (("fit", split.fit), ("calibrate", split.calibrate), ("judging", rows)):
            run.saw(DataSeen(f"{subject} cases", about["data_sha256"], len(part_rows), name), matrix.catalogue)
        made = Submission(fitted.text, judged, matrix.values[split.fit], golden_rows(matrix.values), part, about)
        version, _ = submit(
            run, made, records=records, catalogue=matrix.catalogue, artifacts=artifacts,
            key=load_or_create_key(settings.signing_key_path), seed=seed,
        )  # fmt: skip
    click.echo(
        f"{subject}: challenger version {version}, {fitted.rounds} trees, "
        f"AUC {metrics['auc']:.3f} [{metrics['auc_low']:.3f}, {metrics['auc_high']:.3f}], "
        f"precision at 5 % capacity {metrics['precision_at_5_0pct']:.3f} (chance {metrics['chance_precision']:.3f})"
    )


def _frame(
    records: Records, subject: str, matrix: FeatureMatrix, found: Findings, labels: Labels, rows: NDArray[np.int64],
    truth: pa.Table | None,
) -> pd.DataFrame:  # fmt: skip
    among = np.zeros(len(matrix.as_of), dtype=bool)
    among[rows] = True
    audit = audit_table(records, subject, matrix.subject_ids, found, truth)
    frame = evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels, among))
    return frame.iloc[rows].reset_index(drop=True)


__all__ = ["promote", "rollback", "train"]
