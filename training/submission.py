"""What is submitted to the gate? Evidence, signed bundle, card and example, registered as challenger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from features.arrays import Floats
from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Kind
from features.tables.folder import Records
from features.tables.schema import TABLES
from models.bundle import save_bundle
from models.input_profile import InputProfile
from models.mlflow_loader import BUNDLE, SIGNER, SUBJECT
from models.peers import Peers
from models.scorer import Scorer
from training.evaluation.frame import utc_day
from training.gate.evidence import EVIDENCE, EvaluationCases, gather, write_evidence
from training.gate.model_card import first_line, model_card
from training.gate.policy import read_policy
from training.tracking.registry import SERVED, Run

GOLDEN_ROWS = 50
EXAMPLE_ROWS = 3
_COUNTS = ("cases", "interviewed", "positives")
_EXAMPLES = {
    Kind.TEXT: "EXAMPLE", Kind.TIMESTAMP: "2009-04-01T08:30:00Z", Kind.DATE: "1985-04-01", Kind.INTEGER: "0",
    Kind.NUMBER: "0", Kind.BOOLEAN: "False",
}  # fmt: skip
_EXAMPLE_VALUES = {
    "post": "XX-ANY", "nationality": "XXX", "port": "XXX", "intended_stay_days": "30", "permitted_stay_days": "30",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Submission:
    """A trained model with all that its evaluation needs.

    Attributes
    ----------
    text
        The booster, as LightGBM writes it.
    training_values, golden
        float64[k, f]: training rows, and rows whose scores must be the same wherever the bundle is loaded.
    background
        Features of representative training rows, float64[m, f], and the status of residence of each: the peers of a case.
        The evaluation cases if None. No label is read.
    about
        Facts of the training, for manifest and card.
    """

    text: str
    scorer: Scorer
    training_values: Floats
    golden: Floats
    part: EvaluationCases
    about: Mapping[str, str]
    background: tuple[Floats, Sequence[str]] | None = None

    def peers(self) -> Peers:
        """What is usual by status of residence."""
        return Peers.of(self.scorer, *(self.background or (self.part.values, self.part.frame["status"].tolist())))


def submit(
    run: Run, submission: Submission, *, records: Records, catalogue: Catalogue, artifacts: Path,
    key: Ed25519PrivateKey, seed: int, challenger: bool = True,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Gather evidence, sign, log and register; returns the new version and the evidence.

    Parameters
    ----------
    artifacts
        A folder whose other content (plots, reports) is logged too.
    challenger
        Whether the alias ``challenger`` moves to the version.
    """
    part, scorer, peers = submission.part, submission.scorer, submission.peers()
    gathered = gather(part, scorer, records, catalogue, capacity=read_policy().capacity, seed=seed, peers=peers)
    about = {**submission.about, "evidence_sha256": write_evidence(artifacts / "evidence", gathered, part, key)}
    evidence = json.loads((artifacts / "evidence" / EVIDENCE).read_bytes())  # what is not known is None from here on
    sha256 = save_bundle(
        artifacts / SERVED / BUNDLE, version=hashlib.sha256(submission.text.encode()).hexdigest()[:12],
        booster_text=submission.text, catalogue=catalogue, calibration=scorer.calibration,
        profile=InputProfile.of(submission.training_values), golden_values=submission.golden, about=about, key=key,
        peers=peers,
    )  # fmt: skip
    signer = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (artifacts / SERVED / SIGNER).write_bytes(signer)
    (artifacts / SERVED / SUBJECT).write_text(catalogue.subject, encoding="ascii")
    (artifacts / "model_card.md").write_text(model_card(catalogue, evidence, about), encoding="utf-8")
    run.log(
        metrics={name: float(evidence[name]) for name in _COUNTS} | _gains(evidence),
        tags={"catalogue": catalogue.sha256, "bundle_sha256": sha256},
    )
    description = version_description(about, evidence)
    return run.register(
        artifacts, catalogue, example_of(catalogue.subject), description, challenger=challenger
    ), evidence


def version_description(about: Mapping[str, str], evidence: Mapping[str, Any]) -> str:
    """Line that the registry shows of a version."""
    return (
        f"{first_line(about)} Trained on cases until {utc_day(int(about['learned_until_us']))}; evaluated on {evidence['cases']:,} later "
        f"cases, {evidence['interviewed']:,} interviewed, {evidence['positives']:,} positive."
    )


def example_of(subject: str) -> pd.DataFrame:
    """Synthetic records in the shape that the plain MLflow model takes."""
    table = TABLES[TABLE_OF_SUBJECT[subject]]
    rows = []
    for number in range(1, EXAMPLE_ROWS + 1):
        row: dict[str, object] = {}
        for column in table.columns:
            value = column.allowed[0] if column.allowed else _EXAMPLES[column.kind]
            row[column.name] = _EXAMPLE_VALUES.get(column.name, None if column.nullable else value)
        rows.append(row | {table.id_column: f"EXAMPLE-{number}"})
    return pd.DataFrame(rows)


def golden_rows(values: Floats) -> Floats:
    """Up to `GOLDEN_ROWS` rows, evenly spread."""
    return values[np.linspace(0, len(values) - 1, min(GOLDEN_ROWS, len(values))).astype(np.int64)]


def _gains(evidence: Mapping[str, Any]) -> dict[str, float]:
    ends = {"": "gain", "_low": "low", "_high": "high", "_people": "positives"}
    return {
        f"recall_gain_over_{name}{end}": float(gain[figure])
        for name, gain in evidence["gain"].items()
        if gain["positives"]  # otherwise there is no evidence
        for end, figure in ends.items()
    }
