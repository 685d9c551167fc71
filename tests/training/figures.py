"""Constructed evidence: figures with which every line of the policy holds."""

from __future__ import annotations

from typing import Any


def good_evidence() -> dict[str, Any]:
    gain = {"first": 0.6, "second": 0.3, "gain": 0.3, "low": 0.2, "high": 0.4, "positives": 80, "groups": 40}
    result = {"auc": 0.55, "best_within_status": 0.54, "people_within_status": 400, "people": 400}
    return {
        "cases": 5000, "interviewed": 900, "positives": 80, "capacity": 0.02,
        "gain": {"champion": dict(gain), "checklist": dict(gain)},
        "ranking": {"auc": 0.8, "low": 0.7, "high": 0.9, "positives": 80, "groups": 40},
        "random": {"interviews": 300, "effective_size": 250.0},
        "calibration": {
            "positives": 80, "effective_positives": 40.0, "slope": 1.0, "slope_low": 0.8, "slope_high": 1.2,
            "ratio": 1.0, "ratio_low": 0.7, "ratio_high": 1.4,
            "error": 0.02, "error_low": 0.01, "error_high": 0.03, "error_beyond_chance": 0.1,
        },
        "fairness": {"alarms": 0, "comparisons": 20, "practice_alarms": 0, "practice_comparisons": 20, "table": []},
        "proxies": {
            "nationality": {"score": dict(result), "reasons": dict(result)},
            "sex": {"score": dict(result), "reasons": dict(result)},
            "all": [],
        },
        "leak": {"auc": 0.7, "certainty": 0.4, "purest": "a", "feature": "b", "share": 0.1, "positives": 80},
        "trace": {"auc": 0.55, "feature": "b", "certainty": 0.3, "purest": "a", "examined": 900, "others": 4100, "fewer": 900},
        "random_sample": {"interviews": 300, "effective_size": 250.0, "auc": 0.5, "low": 0.47, "high": 0.53},
        "vignettes": {"failed": 0, "checked": 30},
        "monotone": {"violations": 0, "steps": 5000},
        "swaps": {"changed": 0, "cases": 10_000},
        "explanations": {"stability": 0.8, "stability_high": 0.82, "compactness": 10.0, "cases": 2000},
    }  # fmt: skip
