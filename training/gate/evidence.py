"""On what is a model let in? All figures that the gate, the papers and the fairness report read, gathered on one judging part.

The evidence is written next to the model at training; its hash stands in the signed manifest, so that nobody can
better a figure afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rfc8785
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.tables.folder import Records
from models.bundle import Explained
from models.calibration import Calibration
from models.forest import Forest, raw_scores
from models.shap_values import base_value, contributions
from models.signing import Ed25519Key
from training.data.judgement import interviewed
from training.data.labels import UNFLAGGED_FILES
from training.data.lot import check_lot
from training.data.selection import effective_size
from training.evaluation.by_labels import labels_of
from training.evaluation.calibration_check import check_calibration
from training.evaluation.comparison import ranked_above, recall_gain
from training.fairness.disparity import Comparison, compare_groups, compare_practice
from training.fairness.groups import AuditedCases, fairness_table
from training.fairness.proxies import ProxyFigure, audit_proxies
from training.gate.behaviour import check_monotone, check_swaps, explanation_quality
from training.gate.leakage import look_for_leaks, look_for_traces, rank_of_the_lot
from training.gate.sealed_part import SEALED, seal_part

FIRST_LINE = "Synthetic data; not validated on any real visa record."
EVIDENCE = "evidence.json"
EVIDENCE_VERSION = 5
"""Raised when a figure changes its meaning: what was gathered before must not be read by a policy of today."""
EXPLAINED_CASES = 30_000
"""As many as proxies, leaks and the steadiness of explanations are measured on; each measures a sample of these."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgingPart:
    """The cases that a model is judged on.

    Attributes
    ----------
    frame
        n rows of `training.data.judgement.evaluation_frame`, whether interviewed or not, with ``together`` of
        `training.data.kinship.found_together`.
    values
        float64[n, f] in the order of the catalogue.
    rivals
        Name to float64[n]: what other rankings say of the same cases; one is called ``checklist``.
    labelled
        float64[k, f] and float64[k]: every case with a finding, also those learned from; the judging part alone if None.
    looked_at
        float64[l, f] and bool[l]: cases of any part, and whether any outcome is on record; the judging part alone if None.
    """

    frame: pd.DataFrame
    values: Floats
    rivals: Mapping[str, Floats]
    labelled: tuple[Floats, Floats] | None = None
    looked_at: tuple[Floats, NDArray[np.bool_]] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A model before it is signed: trees and calibration."""

    forest: Forest
    calibration: Calibration

    def raw(self, values: Floats) -> Floats:
        """Return the raw scores, float64[n]."""
        return raw_scores(self.forest, values)

    def scores(self, values: Floats) -> Floats:
        """Return the calibrated scores, float64[n]."""
        return self.calibration.scores(self.raw(values))

    def explain(self, values: Floats) -> Explained:
        """Score float64[n, f] and say why, as `models.bundle.Bundle.explain` does."""
        raw = self.raw(values)
        told = contributions(self.forest, values)
        return Explained(raw, base_value(self.forest), told, self.calibration.scores(raw))


def gather(
    part: JudgingPart, model: Judged, records: Records, catalogue: Catalogue, *, capacity: float, seed: int
) -> dict[str, Any]:
    """Return the evidence on a model as JSON-ready nested figures; without a champion, who is met at promotion."""
    rng = np.random.default_rng(seed)
    score = model.scores(part.values)
    frame = part.frame
    told = np.sort(rng.choice(len(frame), min(len(frame), EXPLAINED_CASES), replace=False))
    explained = model.explain(part.values[told])
    weight = frame["weight"].to_numpy(dtype=np.float64)
    finding = np.where(weight > 0, frame["label"].to_numpy(dtype=np.float64), np.nan)
    together = frame["together"].to_numpy(dtype=np.int64)
    chosen = interviewed(frame, score, capacity)
    audited = AuditedCases.of(frame, chosen)
    # the alarm asks the score and not the posts' hours, so the same number is chosen among everybody of a week
    everywhere = interviewed(frame.assign(post="everywhere"), score, capacity)
    comparisons, practice = compare_groups(replace(audited, chosen=everywhere)), compare_practice(audited)
    known_values, known = (part.values, finding) if part.labelled is None else part.labelled
    arm = frame["arm"].to_numpy(dtype=np.str_)
    any_values, looked_at = (part.values, arm != "none") if part.looked_at is None else part.looked_at
    nothing_found = frame["label"].to_numpy() != 1.0
    innocent = (finding == 0.0 if audited.exploited is None else ~audited.exploited)[told]
    proxies = audit_proxies(
        explained.raw_score[innocent],
        explained.contributions[innocent],
        {name: audited.groups[name][told][innocent] for name in ("nationality", "sex")},
        frame["like"].to_numpy(dtype=np.str_)[told][innocent],
        rng,
    )
    by_lot = (arm == "random") & ~np.isnan(finding)
    drawn = weight[by_lot]
    # a lot of unflagged files was drawn from those whom officers had not chosen, and stands for these alone
    anybody = nothing_found & ((frame["lot"] != UNFLAGGED_FILES).to_numpy() | (arm != "targeted"))
    swaps = check_swaps(model.explain, records, catalogue.subject, rng)
    calibration = check_calibration(score, finding, weight, rng, together=together)
    return {
        "first_line": FIRST_LINE,
        "evidence_version": EVIDENCE_VERSION,
        "subject": catalogue.subject,
        "catalogue": catalogue.sha256,
        "capacity": capacity,
        "cases": len(frame),
        "interviewed": int((~np.isnan(finding)).sum()),
        "positives": int((finding == 1.0).sum()),
        "truth_known": audited.exploited is not None,
        "random": {
            "interviews": len(drawn),
            "effective_size": effective_size(drawn),
            "lot": asdict(check_lot(labels_of(frame), frame["as_of"].to_numpy(dtype=np.int64))),
        },
        "gain": {
            name: asdict(recall_gain((chosen, interviewed(frame, rival, capacity)), together, rng))
            for name, rival in part.rivals.items()
        },
        "ranking": asdict(ranked_above(score, together, nothing_found)),
        "calibration": {} if calibration is None else asdict(calibration),
        "fairness": {
            "alarms": sum(one.alarm != "none" for one in comparisons),
            "comparisons": sum(one.seen_from is not None for one in comparisons),
            "practice_alarms": sum(one.alarm != "none" for one in practice),
            "practice_comparisons": sum(one.seen_from is not None for one in practice),
            "alarmed": ", ".join(_words(one) for one in comparisons if one.alarm != "none") or "none",
            "practice_alarmed": ", ".join(_words(one) for one in practice if one.alarm != "none") or "none",
            "by_post_hours": [_words(one) for one in compare_groups(audited) if one.alarm != "none"],
            "compared": [asdict(one) | {"ratio": one.ratio} for one in (*comparisons, *practice)],
            "table": [cell.as_json() for cell in fairness_table(audited)],
        },
        "proxies": _largest(proxies),
        "leak": asdict(look_for_leaks(known_values, known, explained.contributions, names=catalogue.names)),
        "trace": asdict(look_for_traces(any_values, looked_at, names=catalogue.names)),
        "lot": asdict(rank_of_the_lot(score, by_lot & nothing_found, anybody, weight)),
        "monotone": asdict(check_monotone(model.raw, part.values, catalogue, rng)),
        "swaps": asdict(swaps),
        "explanations": asdict(explanation_quality(part.values[told], explained.contributions, rng)),
    }


def write_evidence(folder: Path, evidence: Mapping[str, Any], part: JudgingPart, key: Ed25519Key) -> str:
    """Write the evidence, and the judging part as later comparisons need it, sealed to a key, into a folder.

    Returns
    -------
    str
        The sha256 over both files, for the signed manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seal_part(folder / SEALED, part.frame, part.values, key)
    (folder / EVIDENCE).write_bytes(rfc8785.dumps(_plain(evidence)))
    return evidence_hash(folder)


def evidence_hash(folder: Path) -> str:
    """Return the sha256 over the evidence and the sealed judging part in a folder; nothing where one is missing."""
    paths = [folder / name for name in (EVIDENCE, SEALED)]
    if not all(path.exists() for path in paths):
        return ""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _largest(figures: list[ProxyFigure]) -> dict[str, Any]:
    """Return for each attribute and way of telling the group that is told best, and the best within a status."""
    found: dict[str, Any] = {"all": [asdict(one) for one in figures]}
    for one in sorted(figures, key=lambda figure: figure.auc):
        before = found.setdefault(one.attribute, {}).get(one.told_by, {})
        within = {
            "best_within_status": one.auc_within_status, "group_within_status": one.group, "people_within_status": one.people,
        }  # fmt: skip
        if before and before["best_within_status"] > one.auc_within_status:
            within = {name: before[name] for name in within}
        found[one.attribute][one.told_by] = asdict(one) | within
    return found


def _words(one: Comparison) -> str:
    return f"{one.group} {one.alarm} ({one.metric.replace('_', ' ')}, {one.ratio:.2f} times as often as its like)"


def _plain(value: Any) -> Any:
    """Return the same with plain Python numbers, lists and no NaN, as JSON wants them."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
