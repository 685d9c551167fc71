"""Drawn cases for the fairness report and its alarms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.fairness.groups import AuditedCases


def drawn(seed: int, count: int = 3000) -> AuditedCases:
    """A world in which nobody's group matters for anything."""
    rng = np.random.default_rng(seed)
    finding = np.where(rng.random(count) < 0.2, np.nan, (rng.random(count) < 0.15).astype(float))
    return AuditedCases(
        chosen=rng.random(count) < 0.1,
        finding=finding,
        weight=rng.choice([1.0, 7.5], count),
        groups={
            "nationality": rng.choice(["PHL", "THA", "VNM"], count, p=[0.5, 0.3, 0.2]),
            "sex": rng.choice(["F", "M"], count),
            "age_band": rng.choice(["18-24", "25-34"], count),
            "status": rng.choice(["student", "entertainer"], count),
            "post": rng.choice(["PH-MNL", "TH-BKK"], count),
        },
        exploited=rng.random(count) < 0.1,
        arm=rng.choice(["none", "random", "targeted"], count),
    )


def single_group(
    chosen: NDArray[np.bool_], *, exploited: NDArray[np.bool_], ring: NDArray[np.int64] | None = None
) -> AuditedCases:
    """Cases of one group of everything, nobody of them interviewed."""
    n = len(chosen)
    groups = dict.fromkeys(("nationality", "sex", "age_band", "status", "post"), np.full(n, "one"))
    return AuditedCases(chosen, np.full(n, np.nan), np.zeros(n), groups, exploited=exploited, ring=ring)
