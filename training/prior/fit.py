"""How are the prior's trees fitted? On the truth of many worlds, with the constraints of every model."""

from __future__ import annotations

import json
from pathlib import Path

from features.catalogue import catalogue
from training.fit.columns import gain_factors, monotone_constraints
from training.fit.missing_values import missing_without_sign, without_missing
from training.fit.trees import boosted
from training.prior.worlds import NEGATIVES, POSITIVE_MASS, PriorRows

PARAMETERS: dict[str, object] = {
    "objective": "binary", "num_leaves": 16, "max_depth": 5, "min_data_in_leaf": 60, "lambda_l2": 5.0, "bagging_fraction": 0.7,
    "bagging_freq": 1, "feature_fraction": 0.4, "learning_rate": 0.06, "deterministic": True, "force_row_wise": True, "verbosity": -1,
}  # fmt: skip
ROUNDS = 400


def fit_prior(rows: PriorRows, subject: str, *, seed: int, threads: int) -> str:
    """Return the text of trees fitted on the truth; only features with a finding are split on."""
    features = catalogue(subject)
    parameters = PARAMETERS | {
        "seed": seed, "num_threads": threads, "monotone_constraints": monotone_constraints(features),
        "feature_contri": gain_factors(features, prior=True),
    }  # fmt: skip
    values = without_missing(rows.values, features)
    text = boosted(values, rows.positive.astype(float), rows.weight, features.names, parameters, ROUNDS)
    return missing_without_sign(text, features)


def write_prior(text: str, rows: PriorRows, subject: str, folder: Path, about: dict[str, str]) -> None:
    """Write trees and description, the files that `training.fit.prior_trees.load_prior` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    described = about | {
        "note": "Trained on synthetic worlds and their truth alone; validated on no real visa record.",
        "catalogue": catalogue(subject).sha256, "cases": str(len(rows.positive)), "exploited": str(int(rows.positive.sum())),
        "negatives_kept": f"{NEGATIVES:.4f}", "positive_mass": str(POSITIVE_MASS), "trees": str(ROUNDS),
    }  # fmt: skip
    path = folder / f"prior_{subject}.txt"
    path.write_text(text, encoding="ascii", newline="\n")
    path.with_suffix(".json").write_text(json.dumps(described, indent=1, sort_keys=True) + "\n", encoding="utf-8")
