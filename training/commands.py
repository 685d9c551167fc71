"""Commands about models: train a challenger, promote it to champion."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import click
import numpy as np

from features.catalogue import catalogue
from features.command_line import Problem
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.folder import Records, read_folder
from models.bundle import BundleRejected, copy_bundle, load_bundle, save_bundle
from models.calibration import Calibration
from models.forest import raw_scores
from models.input_profile import InputProfile
from models.shap_values import contributions
from models.signing import load_or_create_key
from models.tree_text import parse_forest
from training.evaluate import evaluate
from training.fit import fit
from training.gate import judge
from training.labels import RefusalColumn, findings
from training.papers import model_card
from training.plots import draw_all
from training.registry import CHALLENGER, CHAMPION, NoSuchModel, Registry
from training.splits import TooFewLabels, split_by_time

GOLDEN_ROWS = 50


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
    registry = Registry(settings)
    failed = []
    for one in ("visa", "entry") if subject == "both" else (subject,):
        try:
            _train_one(records, one, registry, settings, seed=seed, threads=threads)
        except (TooFewLabels, RefusalColumn) as error:
            click.echo(f"{one}: not trained: {error}", err=True)
            failed.append(one)
    if failed:
        raise Problem(f"no model for {', '.join(failed)}; see above")


def _train_one(
    records: Records, subject: str, registry: Registry, settings: Settings, *, seed: int, threads: int
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
    tested = matrix.values[split.test]
    score = calibration.scores(raw_scores(forest, tested))
    metrics = evaluate(score, labels.positive[split.test], np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as place:
        artifacts = Path(place)
        sha256 = save_bundle(
            artifacts / "bundle",
            version=hashlib.sha256(fitted.text.encode()).hexdigest()[:12],
            booster_text=fitted.text,
            catalogue=matrix.catalogue,
            calibration=calibration,
            profile=InputProfile.of(matrix.values[split.fit]),
            golden_values=matrix.values[_golden(matrix)],
            about={
                "trained_until_us": str(int(matrix.as_of[split.fit].max())),
                "data": "see datasheet",
                "seed": str(seed),
            },
            key=load_or_create_key(settings.signing_key_path),
        )
        draw_all(
            artifacts / "plots", names=matrix.catalogue.names, values=tested, contributions=contributions(forest, tested),
            score=score, positive=labels.positive[split.test], as_of=matrix.as_of, split=split,
        )  # fmt: skip
        (artifacts / "model_card.md").write_text(
            model_card(matrix.catalogue, metrics, labels.counts, fitted.rounds), encoding="utf-8"
        )
        version = registry.log_run(
            subject,
            parameters={**fitted.parameters, "rounds": fitted.rounds, "gap_days": split.gap_days},
            metrics=metrics,
            tags={"catalogue": matrix.catalogue.fingerprint, "bundle_sha256": sha256},
            artifacts=artifacts,
        )
    click.echo(
        f"{subject}: challenger version {version}, {fitted.rounds} trees, "
        f"AUC {metrics['auc']:.3f} [{metrics['auc_low']:.3f}, {metrics['auc_high']:.3f}], "
        f"precision at 5 % capacity {metrics['precision_at_5_0pct']:.3f} (chance {metrics['chance_precision']:.3f})"
    )


def _golden(matrix: FeatureMatrix) -> np.ndarray:  # type: ignore[type-arg]
    return np.linspace(0, len(matrix.values) - 1, min(GOLDEN_ROWS, len(matrix.values))).astype(np.int64)


@click.command()
@click.argument("model", metavar="MODEL")
@click.option("--waiver", metavar="WHO: WHY", help="Let it serve although a condition fails; kept with the model.")
def promote(model: str, waiver: str | None) -> None:
    """Judge MODEL (visa, entry, visa@VERSION …) and let it serve as champion if every condition holds."""
    if waiver is not None and not all(part.strip() for part in (waiver.partition(":")[0], waiver.partition(":")[2])):
        raise click.UsageError("--waiver needs a name and a reason: 'WHO: WHY'")
    subject, _, which = model.partition("@")
    if subject not in {"visa", "entry"}:
        raise click.UsageError("MODEL is visa or entry, with @challenger or @VERSION if need be")
    settings = Settings.from_environment()
    registry = Registry(settings)
    try:
        version, metrics = registry.find(subject, which or CHALLENGER)
    except NoSuchModel as error:
        raise Problem(str(error)) from None
    try:
        champion = registry.find(subject, CHAMPION)[1]
    except NoSuchModel:
        champion = None
    lines = judge(metrics, champion)
    for line in lines:
        click.echo(f"{'holds ' if line.holds else 'FAILS '} {line.condition}: {line.figures}")
    if waiver is None and not all(line.holds for line in lines):
        raise Problem(f"{subject} version {version} was not promoted; the champion is unchanged")
    with tempfile.TemporaryDirectory() as place:
        bundle = registry.download(subject, version, Path(place))
        key = load_or_create_key(settings.signing_key_path).public_key()
        try:
            trusted = load_bundle(bundle, trusted=[key], catalogue=catalogue(subject))
        except BundleRejected as error:
            raise Problem(f"{subject} version {version} was not promoted: {error}") from None
        copy_bundle(bundle, settings.home / "champions" / subject)
        # every model that ever served is kept, so that its decisions can be recomputed
        kept = settings.home / "kept" / trusted.sha256
        if not kept.exists():
            copy_bundle(bundle, kept)
    registry.crown(subject, version, waiver)
    click.echo(f"{subject} version {version} is champion")
