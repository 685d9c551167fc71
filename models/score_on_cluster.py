"""What do the trees say of very many cases? Scores and contributions from the workers of a cluster, calibrated here."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from features.matrix_on_cluster import FolderOnCluster, SharedHistory, values_part
from models.bundle import Bundle, Explained
from models.forest import Forest, raw_scores
from models.shap_values import contributions


def explain_on_cluster(
    there: FolderOnCluster, model: Bundle, *, start: dt.datetime | None = None, end: dt.datetime | None = None
) -> tuple[list[str], NDArray[np.int64], Explained]:
    """Return the ids of the cases, their ``as_of``, and what `Bundle.explain` says of their matrix, bit for bit.

    The trees were checked here and travel as arrays. The calibration is applied here: an exponential is the one step
    in which machines of different make may differ in the last bit.
    """
    ids, as_of, parts = there.map_cases(model.subject, explain_part, model.forest, start=start, end=end)
    raw = np.concatenate([np.empty(0), *(raw for raw, _ in parts)])
    added = np.concatenate([np.empty((0, model.forest.n_features)), *(added for _, added in parts)])
    return ids, as_of, Explained(raw, model.base_value, added, model.calibration.scores(raw))


def explain_part(
    shared: SharedHistory, subject: str, forest: Forest, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the raw scores float64[n] and contributions float64[n, f] of the cases in these rows."""
    values = values_part(shared, subject, rows)
    return raw_scores(forest, values), contributions(forest, values)
