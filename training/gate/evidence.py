"""Which figures decide about a model? The evidence read by gate, card and papers, from the evaluation cases.

It is written beside the model at training; its hash is in the signed manifest, so that no figure can be improved afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.arrays import Bools, Floats, Ints
from features.catalogue import Catalogue
from features.tables.folder import Records
from models.bundle import unsigned_bundle
from models.input_profile import InputProfile
from models.peers import Peers
from models.scorer import Explanation, Scorer
from models.vignettes.evaluation import check_vignettes
from training.evaluation.calibration import check_calibration
from training.evaluation.capacity import within_capacity
from training.evaluation.comparison import grouped_auc, recall_gain
from training.evaluation.health import Health
from training.evaluation.label_estimates import labels_of
from training.evaluation.score_parts import ScoreParts
from training.fairness.disparity import Comparison, compare_groups, compare_practice
from training.fairness.groups import AuditedCases, fairness_table
from training.fairness.proxies import ProxyFigure, audit_proxies
from training.gate.behaviour import check_monotone, check_swaps, explanation_quality
from training.gate.leakage import find_leaks, find_traces, random_sample_auc
from training.gate.sealed_cases import SEALED, seal_cases
from training.labels.labels import UNFLAGGED_FILES
from training.sampling.random_sample_frame import check_sample_frame
from training.statistics.intervals import kish_size

FIRST_LINE = "Synthetic data; not validated on any real visa record."
EVIDENCE = "evidence.json"
EVIDENCE_VERSION = 7
"""Increased when a figure changes its meaning, so that a policy never reads older evidence."""
EXPLAINED_CASES = 30_000
"""Upper limit of cases for proxies, leaks and explanations; each takes a sample of these."""


@dataclass(frozen=True, slots=True)
class EvaluationCases:
    """Cases that evaluate a model.

    Attributes
    ----------
    frame
        n rows of the evaluation frame, with ``case_group`` of `training.labels.case_groups.confirmed_case_groups`.
    values
        float64[n, f] in the order of the catalogue.
    rivals
        Name to float64[n]: scores of other rankings; one is called ``checklist``.
    labelled
        float64[k, f] and float64[k]: every labelled case, training rows too; ``frame`` alone if None.
    examined
        float64[l, f] and bool[l]: any cases, and whether an outcome is on record; ``frame`` alone if None.
    health, parts
        Computed once at training; the latter where a prior is part of the score.
    """

    frame: pd.DataFrame
    values: Floats
    rivals: Mapping[str, Floats]
    labelled: tuple[Floats, Floats] | None = None
    examined: tuple[Floats, Bools] | None = None
    health: Health | None = None
    parts: ScoreParts | None = None


def gather(
    part: EvaluationCases, model: Scorer, records: Records, catalogue: Catalogue, *, capacity: float, seed: int,
    peers: Peers | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Evidence on a model as nested figures; the gain over the champion is added at promotion.

    Parameters
    ----------
    peers
        Those of the bundle; the evaluation cases if not given. Conditions of vignettes on findings are checked with them.
    """
    rng = np.random.default_rng(seed)
    frame, score = part.frame, model.scores(part.values)
    some = np.sort(rng.choice(len(frame), min(len(frame), EXPLAINED_CASES), replace=False))
    explained = model.explain(part.values[some])
    weight = frame["weight"].to_numpy(dtype=np.float64)
    finding = np.where(weight > 0, frame["label"].to_numpy(dtype=np.float64), np.nan)
    case_group, arm = frame["case_group"].to_numpy(dtype=np.int64), frame["arm"].to_numpy(dtype=np.str_)
    chosen = within_capacity(frame, score, capacity)
    audited = AuditedCases.of(frame, chosen)
    fairness = _fairness(audited, within_capacity(frame.assign(post="everywhere"), score, capacity))
    negative = frame["label"].to_numpy() != 1.0
    honest = (finding == 0.0 if audited.exploited is None else ~audited.exploited)[some]
    proxies = _proxies(audited, frame, explained, some, honest, rng)
    sampled = (arm == "random") & ~np.isnan(finding)
    # a sample of unflagged files represents untargeted cases alone
    anybody = negative & ((frame["sample_frame"] != UNFLAGGED_FILES).to_numpy() | (arm != "targeted"))
    swaps = check_swaps(model.explain, records, catalogue.subject, rng)
    calibration = check_calibration(score, finding, weight, rng, case_group=case_group)
    labelled, examined = part.labelled or (part.values, finding), part.examined or (part.values, arm != "none")
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
            "interviews": int(sampled.sum()),
            "effective_size": kish_size(weight[sampled]),
            "sample_frame": asdict(check_sample_frame(labels_of(frame), frame["as_of"].to_numpy(dtype=np.int64))),
        },
        "gain": {
            name: asdict(recall_gain((chosen, within_capacity(frame, rival, capacity)), case_group, rng))
            for name, rival in part.rivals.items()
        },
        "health": None if part.health is None else part.health.as_json(),
        "score_parts": None if part.parts is None else asdict(part.parts),
        "ranking": asdict(grouped_auc(score, case_group, negative)),
        "calibration": {} if calibration is None else asdict(calibration),
        "fairness": fairness,
        "proxies": proxies,
        "leak": asdict(find_leaks(labelled[0], labelled[1], explained.contributions, names=catalogue.names)),
        "trace": asdict(find_traces(*examined, names=catalogue.names)),
        "random_sample": asdict(random_sample_auc(score, sampled & negative, anybody, weight)),
        "monotone": asdict(check_monotone(model.raw_scores, part.values, catalogue, rng)),
        "swaps": asdict(swaps),
        "vignettes": _vignettes(part, model, catalogue, peers),
        "explanations": asdict(explanation_quality(part.values[some], explained.contributions, rng)),
    }


def write_evidence(folder: Path, evidence: Mapping[str, Any], part: EvaluationCases, key: Ed25519PrivateKey) -> str:
    """Write the evidence, and the evaluation cases sealed to a key, into a folder; returns their sha256 for the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    seal_cases(folder / SEALED, part.frame, part.values, key)
    (folder / EVIDENCE).write_bytes(rfc8785.dumps(_plain(evidence)))
    return evidence_hash(folder)


def evidence_hash(folder: Path) -> str:
    """sha256 over the evidence and the sealed cases in a folder; empty where a file is missing."""
    paths = [folder / name for name in (EVIDENCE, SEALED)]
    if not all(path.exists() for path in paths):
        return ""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _vignettes(part: EvaluationCases, model: Scorer, catalogue: Catalogue, peers: Peers | None) -> dict[str, Any]:
    """Conditions of the stories checked and failed."""
    peers = peers or Peers.of(model, part.values, part.frame["status"].tolist())
    return check_vignettes(unsigned_bundle(model, catalogue, InputProfile.of(part.values), peers)).figures


def _fairness(audited: AuditedCases, everywhere: Bools) -> dict[str, Any]:
    """Fairness figures; alarms compare the score at a single threshold, with as many cases of a week among all posts."""
    model, practice = compare_groups(replace(audited, chosen=everywhere)), compare_practice(audited)
    alarms, practice_alarms, by_post_hours = (
        [_sentence(compared) for compared in comparisons if compared.alarm != "none"]
        for comparisons in (model, practice, compare_groups(audited))
    )
    return {
        "alarms": len(alarms),
        "comparisons": sum(compared.detectable_ratio is not None for compared in model),
        "practice_alarms": len(practice_alarms),
        "practice_comparisons": sum(compared.detectable_ratio is not None for compared in practice),
        "alarmed": ", ".join(alarms) or "none",
        "practice_alarmed": ", ".join(practice_alarms) or "none",
        "by_post_hours": by_post_hours,
        "compared": [asdict(compared) | {"ratio": compared.ratio} for compared in (*model, *practice)],
        "table": [cell.as_json() for cell in fairness_table(audited)],
    }


def _proxies(
    audited: AuditedCases,
    frame: pd.DataFrame,
    explained: Explanation,
    some: Ints,
    honest: Bools,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Figures of all groups, and by attribute and source the group with the largest AUC, overall and within a status."""
    groups = {name: audited.groups[name][some][honest] for name in ("nationality", "sex")}
    stratum = frame["stratum"].to_numpy(dtype=np.str_)[some][honest]
    raw, contributions = explained.raw_score[honest], explained.contributions[honest]
    figures = audit_proxies(raw, contributions, groups, stratum, rng)
    largest: dict[str, Any] = {"all": [asdict(figure) for figure in figures]}
    for attribute, source in {(figure.attribute, figure.source): None for figure in figures}:
        own = [figure for figure in figures if (figure.attribute, figure.source) == (attribute, source)]
        largest.setdefault(attribute, {})[source] = asdict(max(own, key=attrgetter("auc"))) | _within(
            max(own, key=attrgetter("auc_within_status"))
        )
    return largest


def _within(figure: ProxyFigure) -> dict[str, Any]:
    return {
        "best_within_status": figure.auc_within_status, "group_within_status": figure.group,
        "people_within_status": figure.people,
    }  # fmt: skip


def _sentence(compared: Comparison) -> str:
    metric = compared.metric.replace("_", " ")
    return f"{compared.group} {compared.alarm} ({metric}, {compared.ratio:.2f} times the rate of comparable cases)"


def _plain(value: Any) -> Any:
    """Plain Python numbers and lists without NaN, for JSON."""
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
