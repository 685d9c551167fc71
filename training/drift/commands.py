"""`mimamori drift`: today against the time that the champion learned from, as a report and as MLflow metrics."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from features.arrays import Bools, Floats, Ints
from features.command_line import Problem
from features.commands import FOLDER, SUBJECT
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.folder import Records, read_folder
from models.bundle import Bundle
from models.commands import champion
from training.drift.outcomes import connected, outcome_drift
from training.drift.plots import draw_inputs, draw_quarters
from training.drift.population_stability import (
    MIN_CASES,
    by_quarter,
    expected_performance,
    feature_drift,
    score_drift,
    shift_limit,
)
from training.drift.reference import growing, reference
from training.drift.report import INPUTS, QUARTERS, alarm_label, number_of, sections, title
from training.evaluation.capacity import within_capacity
from training.evaluation.frame import audit_table, evaluation_frame, utc_day
from training.evaluation.health import Health
from training.gate.policy import read_policy
from training.labels.case_groups import confirmed_case_groups
from training.labels.labels import ALL_FILES, ARMS
from training.labels.outcomes import case_outcomes
from training.report.sections import FIRST_LINE, markdown, write
from training.sampling.weights import inverse_propensity
from training.tracking.provenance import data_hash
from training.tracking.registry import Registry


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Folder of the report; default: reports in MIMAMORI_HOME.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 1 on any alarm.")
def drift(folder: Path, subject: str, out: Path | None, strict: bool) -> None:
    """Compare inputs, scores and outcomes since the champion learned with those before."""
    settings = Settings.from_environment()
    model = champion(settings, subject)
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    matrix = build_matrix(records, subject)
    learned = int(model.about["learned_until_us"])
    then, now = matrix.as_of <= learned, matrix.as_of > learned
    if min(then.sum(), now.sum()) < MIN_CASES:
        raise Problem(
            f"{int(then.sum())} cases up to {utc_day(learned)} and {int(now.sum())} after it; a comparison needs {MIN_CASES} of "
            "either"
        )
    result = compared(model, records, matrix, then, now)
    target = (out or settings.home / "reports") / subject / "drift"
    draw_quarters(target / QUARTERS, result["quarters"])
    draw_inputs(target / INPUTS, result["features"], result["limit"])
    write(target, title(result), sections(result))
    (target / "drift.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    with Registry(settings).run(subject, tags={"kind": "drift", "model_sha256": model.sha256}) as run:
        run.log(metrics=metrics_of(result))
    click.echo(markdown(title(result), sections(result)))
    click.echo(f"written to {target / 'report.html'}; report.md and drift.json beside it")
    if strict and result["alarms"]:
        raise Problem(
            f"{number_of(result['alarms'], 'alarm')} of drift: {'; '.join(map(alarm_label, result['alarmed']))}"
        )


def compared(model: Bundle, records: Records, matrix: FeatureMatrix, then: Bools, now: Bools) -> dict[str, Any]:
    """Comparison as JSON: inputs and scores with the reference, outcomes with all cases before."""
    before = reference(matrix.as_of, int(matrix.as_of[then].max()), MIN_CASES)
    names = matrix.catalogue.names
    features = feature_drift(names, matrix.values[before], matrix.values[now], growing(matrix.catalogue))
    score = model.explain(matrix.values).score
    scores = score_drift(score[before], score[now])
    frame = _frame(model, records, matrix, now, score)
    outcomes = outcome_drift(frame, connected(records, matrix.subject, frame), now)
    alarmed = [
        *(f"feature {drifted.feature}" for drifted in features if drifted.alarm),
        *(["score"] if scores.alarm else []),
        *(f"{drifted.question} {drifted.of}" for drifted in outcomes if drifted.alarm),
    ]
    capacity, data = read_policy().capacity, model.about.get("data_sha256")
    since = frame[now].reset_index(drop=True)
    since = since.assign(case_group=confirmed_case_groups(records, matrix.subject, since))
    chosen = within_capacity(since, score[now], capacity)
    return {
        "first_line": FIRST_LINE,
        "subject": matrix.subject,
        "model_sha256": model.sha256,
        "same_records": None if data is None else data == data_hash(records),
        "then": _time(matrix.as_of[before]),
        "now": _time(matrix.as_of[now]),
        "limit": shift_limit(int(before.sum()), int(now.sum()), len(names)),
        "alarms": len(alarmed),
        "alarmed": alarmed,
        "features": [asdict(drifted) for drifted in features],
        "score": asdict(scores),
        "health": Health.of(since, score[now]).as_json(),
        "outcomes": _outcomes(frame, then, now),
        "outcome_tests": [asdict(drifted) for drifted in outcomes],
        "quarters": by_quarter(frame, then, now),
        "expected": {
            "capacity": capacity,
            **asdict(expected_performance(score[now], chosen, np.random.default_rng(0))),
        },
    }


def metrics_of(result: dict[str, Any]) -> dict[str, float]:
    """MLflow metrics of a comparison."""
    expected, score = result["expected"], result["score"]
    names = [f"{name}{end}" for name in ("precision", "recall") for end in ("", "_low", "_high")]
    metrics = {
        "alarms": float(result["alarms"]),
        "outcome_alarms": float(sum(row["alarm"] for row in result["outcome_tests"])),
        "scale_slips": float(sum(row["slip"] is not None for row in result["features"])),
        "score_stability_index": score["stability_index"],
        "score_mean_then": score["mean_then"],
        "score_mean_now": score["mean_now"],
        **{f"expected_{name}": expected[name] for name in names},
    }
    for row in result["features"]:
        metrics[f"stability_index/{row['feature']}"] = row["stability_index"]
        metrics[f"missing_share/{row['feature']}"] = row["missing_now"]
        metrics[f"scale_slip/{row['feature']}"] = float(row["slip"] is not None)
    shares = {f"indications_share/{row['arm']}": row["share_now"] for row in result["outcomes"]}
    metrics |= {name: share for name, share in shares.items() if share is not None}
    health = Health.read(result["health"])
    metrics |= {} if health is None else health.metrics()
    return {f"drift/{name}": value for name, value in metrics.items()}


def _frame(model: Bundle, records: Records, matrix: FeatureMatrix, now: Bools, score: Floats) -> pd.DataFrame:
    """Evaluation frame with scores and without truth, weighted to the cases since the model learned."""
    sample_frame = model.about.get("random_sample_frame", ALL_FILES)
    outcomes = case_outcomes(records["outcomes"], matrix.subject, matrix.subject_ids, matrix.as_of, sample_frame)
    labels = outcomes.known_before()
    audit = audit_table(records, matrix.subject, matrix.subject_ids, outcomes)
    return evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels, now), score)


def _time(as_of: Ints) -> dict[str, object]:
    return {"cases": len(as_of), "since": utc_day(int(as_of.min())), "until": utc_day(int(as_of.max()))}


def _outcomes(frame: pd.DataFrame, then: Bools, now: Bools) -> list[dict[str, Any]]:
    rows = []
    label = frame["label"].to_numpy(dtype=np.float64)
    for arm in ARMS[1:]:
        known = (frame["arm"] == arm).to_numpy() & ~np.isnan(label)
        if known.any():
            row: dict[str, Any] = {"arm": arm}
            for name, part in (("then", known & then), ("now", known & now)):
                row |= {name: int(part.sum()), f"share_{name}": float(label[part].mean()) if part.any() else None}
            rows.append(row)
    return rows
