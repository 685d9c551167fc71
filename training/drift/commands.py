"""Command about drift: today against the time that the champion learned from, as a report and as metrics in MLflow."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.command_line import Problem
from features.commands import FOLDER, SUBJECT
from features.matrix import FeatureMatrix, build_matrix
from features.settings import Settings
from features.tables.folder import Records, read_folder
from models.bundle import Bundle
from models.commands import champion
from training.data.judgement import audit_table, day, evaluation_frame, interviewed
from training.data.labels import ALL_FILES, ARMS
from training.data.outcomes import findings
from training.data.selection import inverse_propensity
from training.drift.outcomes import connected, outcome_drift
from training.drift.pictures import draw_inputs, draw_quarters
from training.drift.reference import growing, reference
from training.drift.report import INPUTS, QUARTERS, alarm_in_words, sections, title
from training.drift.stability import (
    LEAST_CASES,
    by_quarter,
    expected_performance,
    feature_drift,
    score_drift,
    shift_limit,
)
from training.drift.words import number_of
from training.gate.policy import read_policy
from training.reporting.sections import FIRST_LINE, markdown, write
from training.tracking.provenance import data_hash
from training.tracking.registry import Registry


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the report goes; default: reports in MIMAMORI_HOME.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 if anything drifted.")
def drift(folder: Path, subject: str, out: Path | None, strict: bool) -> None:
    """Compare inputs, scores and outcomes since the champion learned with those it learned from."""
    settings = Settings.from_environment()
    model = champion(settings, subject)
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    matrix = build_matrix(records, subject)
    learned = int(str(model.about.get("learned_until_us", model.about["trained_until_us"])))
    then, now = matrix.as_of <= learned, matrix.as_of > learned
    if min(then.sum(), now.sum()) < LEAST_CASES:
        raise Problem(
            f"{int(then.sum())} cases up to {day(learned)} and {int(now.sum())} after it; "
            f"at least {LEAST_CASES} of either are needed to compare"
        )
    found = compared(model, records, matrix, then, now)
    place = (out or settings.home / "reports") / subject / "drift"
    draw_quarters(place / QUARTERS, found["quarters"])
    draw_inputs(place / INPUTS, found["features"], found["limit"])
    write(place, title(found), sections(found))
    (place / "drift.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    with Registry(settings).run(subject, tags={"kind": "drift", "model_sha256": model.sha256}) as run:
        run.log(metrics=metrics_of(found))
    click.echo(markdown(title(found), sections(found)))
    click.echo(f"written to {place / 'report.html'}; report.md and drift.json beside it")
    if strict and found["alarms"]:
        named = "; ".join(alarm_in_words(one) for one in found["alarmed"])
        raise Problem(f"{number_of(found['alarms'], 'alarm')} of drift: {named}")


def compared(
    model: Bundle, records: Records, matrix: FeatureMatrix, then: NDArray[np.bool_], now: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the whole comparison, JSON-ready: inputs and scores with the reference, outcomes with all that came before."""
    before = reference(matrix.as_of, int(matrix.as_of[then].max()), LEAST_CASES)
    names = matrix.catalogue.names
    features = feature_drift(names, matrix.values[before], matrix.values[now], growing(matrix.catalogue))
    taught_by = model.about.get("data_sha256")
    score = model.explain(matrix.values).score
    lot = str(model.about.get("lot", ALL_FILES))
    outcomes = findings(records["outcomes"], matrix.subject, matrix.subject_ids, matrix.as_of, lot)
    labels = outcomes.known_before()
    audit = audit_table(records, matrix.subject, matrix.subject_ids, outcomes)
    frame = evaluation_frame(audit, matrix.as_of, labels, inverse_propensity(labels, now), score)
    capacity = read_policy().capacity
    current = frame[now].reset_index(drop=True)
    expected = expected_performance(score[now], interviewed(current, score[now], capacity), np.random.default_rng(0))
    moved = score_drift(score[before], score[now])
    outcomes_moved = outcome_drift(frame, connected(records, matrix.subject, frame), now)
    alarmed = [
        *(f"feature {one.feature}" for one in features if one.alarm),
        *(["score"] if moved.alarm else []),
        *(f"{one.question} {one.of}" for one in outcomes_moved if one.alarm),
    ]
    return {
        "first_line": FIRST_LINE,
        "subject": matrix.subject,
        "model_sha256": model.sha256,
        "same_records": None if taught_by is None else taught_by == data_hash(records),
        "then": _time(matrix.as_of[before]),
        "now": _time(matrix.as_of[now]),
        "limit": shift_limit(int(before.sum()), int(now.sum()), len(names)),
        "alarms": len(alarmed),
        "alarmed": alarmed,
        "features": [asdict(one) for one in features],
        "score": asdict(moved),
        "outcomes": _outcomes(frame, then, now),
        "outcome_tests": [asdict(one) for one in outcomes_moved],
        "quarters": by_quarter(frame, then, now),
        "expected": {"capacity": capacity, **asdict(expected)},
    }


def metrics_of(found: dict[str, Any]) -> dict[str, float]:
    """Return the figures of a comparison as MLflow metrics."""
    return {
        "drift/alarms": float(found["alarms"]),
        "drift/outcome_alarms": float(sum(one["alarm"] for one in found["outcome_tests"])),
        "drift/score_stability_index": found["score"]["stability_index"],
        "drift/expected_precision": found["expected"]["precision"],
        "drift/expected_recall": found["expected"]["recall"],
        **{
            f"drift/expected_{name}_{end}": found["expected"][f"{name}_{end}"]
            for name in ("precision", "recall")
            for end in ("low", "high")
        },
        "drift/unit_slips": float(sum(one["slip"] is not None for one in found["features"])),
        "drift/score_mean_then": found["score"]["mean_then"],
        "drift/score_mean_now": found["score"]["mean_now"],
        **{f"drift/stability_index/{one['feature']}": one["stability_index"] for one in found["features"]},
        **{f"drift/missing_share/{one['feature']}": one["missing_now"] for one in found["features"]},
        **{f"drift/unit_slip/{one['feature']}": float(one["slip"] is not None) for one in found["features"]},
        **{
            f"drift/indications_share/{one['arm']}": one["share_now"]
            for one in found["outcomes"]
            if one["share_now"] is not None
        },
    }


def _time(as_of: NDArray[np.int64]) -> dict[str, object]:
    return {"cases": len(as_of), "since": day(int(as_of.min())), "until": day(int(as_of.max()))}


def _outcomes(frame: pd.DataFrame, then: NDArray[np.bool_], now: NDArray[np.bool_]) -> list[dict[str, Any]]:
    rows = []
    for arm in ARMS[1:]:
        known = (frame["arm"] == arm).to_numpy() & frame["label"].notna().to_numpy()
        if not known.any():
            continue
        shares = [
            float(frame["label"].to_numpy()[known & part].mean()) if (known & part).any() else None
            for part in (then, now)
        ]
        rows.append({
            "arm": arm, "then": int((known & then).sum()), "share_then": shares[0],
            "now": int((known & now).sum()), "share_now": shares[1],
        })  # fmt: skip
    return rows
