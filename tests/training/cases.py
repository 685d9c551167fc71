"""Small made-up cases: a matrix in which one feature tells, and outcomes of some of them, in order of time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.matrix import FeatureMatrix
from training.data.labels import ARMS, DAY_US, Findings

TELLING = "guarantor_findings_ever_count"


def matrix(n: int = 3000, seed: int = 0) -> FeatureMatrix:
    """One case a day; `TELLING` runs from 0 to 4, all other features are noise."""
    rng = np.random.default_rng(seed)
    visa = catalogue("visa")
    values = rng.integers(0, 5, (n, len(visa.names))).astype(float)
    return FeatureMatrix("visa", [f"A{row}" for row in range(n)], np.arange(n) * DAY_US, values, visa)


def exploited(made: FeatureMatrix, seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed + 1)
    told = made.values[:, made.catalogue.names.index(TELLING)]
    return (told + rng.normal(size=len(told)) > 4.5).astype(float)


def outcomes(made: FeatureMatrix, *, seed: int = 0, share: float = 1.0, delay_days: int = 30) -> Findings:
    """A share of the cases was interviewed at random and recorded after some days."""
    rng = np.random.default_rng(seed + 2)
    rows = np.flatnonzero(rng.random(len(made.as_of)) < share)
    return Findings(
        made.as_of, rows, made.as_of[rows] + delay_days * DAY_US, exploited(made, seed)[rows],
        np.full(len(rows), ARMS.index("random")), np.full(len(rows), share), np.full(len(rows), None, dtype=object),
    )  # fmt: skip


def audit(made: FeatureMatrix, *, truth: bool = True) -> pd.DataFrame:
    n = len(made.as_of)
    return pd.DataFrame(
        {
            "subject_id": made.subject_ids, "post": "XX-ANY", "nationality": "XXX", "sex": np.where(np.arange(n) % 2, "F", "M"),
            "age_band": "25-34", "minor": "adult", "status": "student", "like": "student", "typology": "T1",
            "truth": exploited(made) if truth else np.nan, "ring": np.full(n, None, dtype=object),
        }
    )  # fmt: skip
