"""How long do exact SHAP values take? Ours from tables, the walk through the trees, and LightGBM's ``pred_contrib``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import lightgbm as lgb
import numpy as np

from features.arrays import Floats
from features.catalogue import catalogue
from models import shap_tables, shap_values
from models.forest import Forest
from models.shap_tables import tables_of
from models.tree_text import parse_forest

REFERENCE = Path(__file__).parent.parent / "models" / "reference"
ROWS, SINGLE, REPEATS = 10_000, 200, 3


def measure(subject: str) -> Iterator[tuple[str, float, float]]:
    """Contender, and microseconds of processor time a row: one row a call, and all rows in a call."""
    text = (REFERENCE / subject / "model.txt").read_text(encoding="ascii")
    forest, booster = parse_forest(text, catalogue(subject).names), lgb.Booster(model_str=text)
    rows, tables = _rows(forest), tables_of(forest)
    if tables is None:
        raise RuntimeError(f"{subject}: too large for tables")
    contenders: dict[str, Callable[[Floats], object]] = {
        "tables": lambda values: shap_tables.contributions(tables, values),
        "walk": lambda values: shap_values.contributions(forest, values),
        "LightGBM": lambda values: booster.predict(values, pred_contrib=True, num_threads=1),
    }
    for name, explain in contenders.items():
        explain(rows[:1])
        # processor time of all threads, as other work may share the machine
        alone = min(_seconds(explain, np.split(rows[:SINGLE], SINGLE)) for _ in range(REPEATS))
        yield name, alone / SINGLE * 1e6, _seconds(explain, [rows]) / ROWS * 1e6


def _rows(forest: Forest) -> Floats:
    """Rows on both sides of the thresholds of each feature, with zeros and missing values."""
    rng, rows = np.random.default_rng(0), np.zeros((ROWS, forest.n_features))
    for column in range(forest.n_features):
        at = forest.threshold[forest.feature == column]
        rows[:, column] = rng.choice(np.concatenate([at - 1e-3, at + 1e-3, [0.0, np.nan]]), ROWS)
    return rows


def _seconds(explain: Callable[[Floats], object], calls: list[Floats]) -> float:
    begin = time.process_time()
    for values in calls:
        explain(values)
    return time.process_time() - begin
