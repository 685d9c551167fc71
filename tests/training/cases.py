"""Small made-up cases: a matrix in which one feature tells, and outcomes of some of them, in order of time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.matrix import FeatureMatrix
from features.tables.times import DAY_US
from training.labels.labels import ARMS, Outcomes

TELLING = "guarantor_findings_ever_count"


def matrix(n: int = 3000, seed: int = 0) -> FeatureMatrix:
    """One case a day; `TELLING` runs from 0 to 4, all other features are noise."""
    rng = np.random.default_rng(seed)
    visa = catalogue("visa")
    values = rng.integers(0, 5, (n, len(visa.names))).astype(float)
    return FeatureMatrix("visa", [f"A{row}" for row in range(n)], np.arange(n) * DAY_US, values, visa)


def exploited(built: FeatureMatrix, seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    rng = np.random.default_rng(seed + 1)
    result = built.values[:, built.catalogue.names.index(TELLING)]
    return (result + rng.normal(size=len(result)) > 4.5).astype(float)


def outcomes(built: FeatureMatrix, *, seed: int = 0, share: float = 1.0, delay_days: int = 30) -> Outcomes:
    """A share of the cases was interviewed at random and recorded after some days."""
    rng = np.random.default_rng(seed + 2)
    rows = np.flatnonzero(rng.random(len(built.as_of)) < share)
    return Outcomes(
        built.as_of, rows, built.as_of[rows] + delay_days * DAY_US, exploited(built, seed)[rows],
        np.full(len(rows), ARMS.index("random")), np.full(len(rows), share), np.full(len(rows), None, dtype=object),
    )  # fmt: skip


def audit(built: FeatureMatrix, *, truth: bool = True) -> pd.DataFrame:
    n = len(built.as_of)
    return pd.DataFrame(
        {
            "subject_id": built.subject_ids, "post": "XX-ANY", "nationality": "XXX", "sex": np.where(np.arange(n) % 2, "F", "M"),
            "age_band": "25-34", "minor": "adult", "status": "student", "stratum": "student", "typology": "T1",
            "truth": exploited(built) if truth else np.nan, "ring": np.full(n, None, dtype=object),
        }
    )  # fmt: skip
