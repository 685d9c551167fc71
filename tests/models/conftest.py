from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from numpy.typing import NDArray

from features.catalogue import catalogue


@pytest.fixture(scope="session")
def values() -> NDArray[np.float64]:
    """Rows with zeros, missing, huge and tiny values."""
    rng = np.random.default_rng(0)
    built = rng.normal(size=(1500, len(catalogue("visa").names)))
    built[rng.random(built.shape) < 0.2] = np.nan
    built[rng.random(built.shape) < 0.2] = 0.0
    built[:, 2] = np.nan_to_num(built[:, 2])
    return built


@pytest.fixture(scope="session")
def booster(values: NDArray[np.float64]) -> lgb.Booster:
    positive = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, 1]) * np.nan_to_num(values[:, 2]) > 0.3
    names = list(catalogue("visa").names)
    parameters = {"objective": "binary", "max_depth": 6, "num_leaves": 31, "verbosity": -1, "num_threads": 2}
    return lgb.train(parameters, lgb.Dataset(values, positive, feature_name=names), 60)
