"""Does one feature give rings away, and does history report_seconds more than the form? ``python -m benchmarks.shortcuts DIR``.

Reads a world with its truth, measures the catalogue, and prints: the strongest single features (AUC either way), and what
a model taught with the truth of the first seven tenths reaches in the rest, with all features, the form's own, and
history's. In a world without signal the model must stay within chance. All data are synthetic.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pyarrow.parquet as pq
from scipy.stats import rankdata

from features.catalogue import catalogue
from features.catalogue.measures import CaseField
from features.matrix import build_matrix
from features.tables.folder import read_folder

HIGHEST, CAPACITY, SUBJECTS = 0.80, 0.02, {"visa": "visa_application", "entry": "landing"}
RULES = {"objective": "binary", "num_leaves": 31, "max_depth": 6, "learning_rate": 0.05, "min_data_in_leaf": 100,
         "feature_fraction": 0.5, "lambda_l2": 5.0, "seed": 1, "num_threads": 2, "verbose": -1}  # fmt: skip


def area(score: np.ndarray, exploited: np.ndarray) -> float:  # type: ignore[type-arg]
    """Return the area under the curve."""
    n = int(exploited.sum())
    return float((rankdata(score)[exploited].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def measure(folder: Path, subject: str) -> None:
    """Print single features and models of one subject."""
    matrix = build_matrix(read_folder(folder), subject)
    truth = pq.read_table(folder / "truth.parquet").to_pandas().set_index("subject_id")
    exploited = truth["exploited"].reindex(matrix.subject_ids).to_numpy(dtype=bool)
    ring = truth["ring_id"].reindex(matrix.subject_ids).to_numpy()
    rng = np.random.default_rng(0)
    some = np.flatnonzero(exploited | (rng.random(len(exploited)) < 0.1))
    names, listed = catalogue(subject).names, catalogue(subject).features
    single = []
    for at, name in enumerate(names):
        value = area(np.nan_to_num(matrix.values[some, at], nan=-1e12), exploited[some])
        single.append((max(value, 1 - value), value, name))
    print(f"{subject}: strongest single features (limit {HIGHEST} either way)")
    for folded, value, name in sorted(single, reverse=True)[:8]:
        print(f"  {value:.3f}  {name}{'  ABOVE' if folded > HIGHEST else ''}")
    order = np.argsort(np.asarray(matrix.as_of), kind="stable")
    past, rest = order[: len(order) * 7 // 10], order[len(order) * 7 // 10 :]
    own = np.array([isinstance(item.measure, CaseField) for item in listed])
    for label, columns in (("all features", own | True), ("the form's own", own), ("history's", ~own)):
        used = np.flatnonzero(columns)
        model = lgb.train(RULES, lgb.Dataset(matrix.values[past][:, used], exploited[past]), 150)
        score = np.asarray(model.predict(matrix.values[rest][:, used]))
        value, low, high = _with_interval(score, exploited[rest], ring[rest], rng)
        positive_share = exploited[rest][np.argsort(-score)[: int(len(rest) * CAPACITY)]].sum() / exploited[rest].sum()
        print(
            f"  {label:16}AUC {value:.3f} [{low:.3f}, {high:.3f}]   {positive_share:.1%} of the exploited at {CAPACITY:.0%} capacity"
        )


def _with_interval(score, exploited, ring, rng) -> tuple[float, float, float]:  # type: ignore[no-untyped-def]
    """Return the AUC and its 95 % interval, rings drawn together."""
    honest = rng.choice(score[~exploited], 20_000)
    groups: dict[object, list[float]] = {}
    for item, value in zip(ring[exploited], score[exploited], strict=True):
        groups.setdefault(item, []).append(value)
    members, drawn = list(groups.values()), []
    for _ in range(200):
        recorded = np.concatenate([members[at] for at in rng.integers(0, len(members), len(members))])
        drawn.append(area(np.concatenate([recorded, honest]), np.arange(len(recorded) + len(honest)) < len(recorded)))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return area(score, exploited), float(low), float(high)


def main() -> None:
    """Measure both subjects of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    wanted = parser.parse_args()
    print("Synthetic data; not validated on any real visa record.\n")
    for subject in SUBJECTS:
        measure(wanted.folder, subject)


if __name__ == "__main__":
    main()
