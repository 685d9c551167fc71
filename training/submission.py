"""What is handed in for the gate? Evidence, signed bundle, card and example, put together and registered as challenger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.matrix import TABLE_OF_SUBJECT
from features.tables.definition import Kind
from features.tables.folder import Records
from features.tables.schema import TABLES
from models.bundle import save_bundle
from models.input_profile import InputProfile
from models.plain_client import BUNDLE, SIGNER, SUBJECT
from training.data.judgement import day
from training.gate.evidence import FIRST_LINE, Judged, JudgingPart, gather, write_evidence
from training.gate.model_card import model_card
from training.gate.policy import read_policy
from training.tracking.registry import SERVED, Run

GOLDEN_ROWS = 50
EXAMPLE_ROWS = 3
_FIGURES = ("cases", "interviewed", "positives")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Submission:
    """A trained model with all that is needed to judge it.

    Attributes
    ----------
    text
        The booster, as LightGBM writes it.
    taught, golden
        float64[k, f]: the rows it learned from, and rows whose scores must come out the same wherever it is loaded.
    about
        What the card says of the making; ``learned_until_us`` is the time of the last case that it or its
        calibration learned from.
    """

    text: str
    judged: Judged
    taught: Floats
    golden: Floats
    part: JudgingPart
    about: Mapping[str, str]


def submit(
    run: Run,
    made: Submission,
    *,
    records: Records,
    catalogue: Catalogue,
    artifacts: Path,
    key: Ed25519PrivateKey,
    seed: int,
) -> tuple[str, dict[str, Any]]:
    """Gather evidence, sign, describe, log and register.

    Parameters
    ----------
    artifacts
        A folder whose other content (plots, reports) is logged too.

    Returns
    -------
    str, dict
        The new version, and the evidence.
    """
    evidence = gather(made.part, made.judged, records, catalogue, capacity=read_policy().capacity, seed=seed)
    about = {
        **made.about,
        "evidence_sha256": write_evidence(artifacts / "evidence", evidence, made.part, key),
    }
    sha256 = save_bundle(
        artifacts / SERVED / BUNDLE,
        version=hashlib.sha256(made.text.encode()).hexdigest()[:12],
        booster_text=made.text,
        catalogue=catalogue,
        calibration=made.judged.calibration,
        profile=InputProfile.of(made.taught),
        golden_values=made.golden,
        about=about,
        key=key,
    )
    signer = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (artifacts / SERVED / SIGNER).write_bytes(signer)
    (artifacts / SERVED / SUBJECT).write_text(catalogue.subject, encoding="ascii")
    (artifacts / "model_card.md").write_text(model_card(catalogue, evidence, about), encoding="utf-8")
    run.log(
        metrics={name: float(evidence[name]) for name in _FIGURES} | _gains(evidence),
        tags={"catalogue": catalogue.sha256, "bundle_sha256": sha256},
    )
    return run.register(artifacts, catalogue, example_of(catalogue.subject), described(about, evidence)), evidence


def described(about: Mapping[str, str], evidence: Mapping[str, Any]) -> str:
    """Say in one line what the registry shows of a version; first of all what data it was taught with."""
    until = day(int(about["learned_until_us"]))
    return (
        f"{FIRST_LINE} Taught with cases until {until}; judged on {evidence['cases']:,} later cases, of which "
        f"{evidence['interviewed']:,} were interviewed, {evidence['positives']:,} with indications."
    )


def example_of(subject: str) -> pd.DataFrame:
    """Return a few made-up records in the shape that the plain MLflow model takes; nobody's values are in them."""
    table = TABLES[TABLE_OF_SUBJECT[subject]]
    made = {
        Kind.TEXT: "EXAMPLE",
        Kind.TIMESTAMP: "2009-04-01T08:30:00Z",
        Kind.DATE: "1985-04-01",
        Kind.INTEGER: "0",
        Kind.NUMBER: "0",
        Kind.BOOLEAN: "False",
    }
    rows = []
    for number in range(EXAMPLE_ROWS):
        row: dict[str, object] = {}
        for column in table.columns:
            value: object = None
            if not column.nullable:
                value = column.allowed[0] if column.allowed else made[column.kind]
            if column.name == table.id_column:
                value = f"EXAMPLE-{number + 1}"
            row[column.name] = _FITTING.get(column.name, value)
        rows.append(row)
    return pd.DataFrame(rows)


_FITTING = {
    "post": "XX-ANY",
    "nationality": "XXX",
    "port": "XXX",
    "intended_stay_days": "30",
    "permitted_stay_days": "30",
}


def golden_rows(values: Floats) -> Floats:
    """Return up to `GOLDEN_ROWS` rows, evenly spread."""
    return values[np.linspace(0, len(values) - 1, min(GOLDEN_ROWS, len(values))).astype(np.int64)]


def _gains(evidence: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"recall_gain_over_{name}{end}": float(gain[figure])
        for name, gain in evidence["gain"].items()
        for end, figure in (("", "gain"), ("_low", "low"), ("_high", "high"), ("_people", "positives"))
    }
