"""How are very many cases scored? Raw scores and contributions from the workers of a cluster, calibrated here."""

from __future__ import annotations

import datetime as dt

import numpy as np

from features.arrays import Floats, Ints
from features.matrix_on_cluster import FolderOnCluster, SharedHistory, values_part
from models.bundle import Bundle
from models.scorer import Explanation, Scorer


def explain_on_cluster(
    there: FolderOnCluster, model: Bundle, *, start: dt.datetime | None = None, end: dt.datetime | None = None
) -> tuple[list[str], Ints, Explanation]:
    """Ids, ``as_of`` and explanation of the cases, bit for bit those of `Bundle.explain`.

    Calibration is applied here: an exponential is the one step in which processors may differ in the last bit.
    """
    ids, as_of, parts = there.map_cases(model.subject, explain_part, model.scorer, start=start, end=end)
    raw = np.concatenate([np.empty(0), *(part[0] for part in parts)])
    shap = np.concatenate([np.empty((0, model.scorer.forest.n_features)), *(part[1] for part in parts)])
    return ids, as_of, model.scorer.explanation(raw, shap)


def explain_part(shared: SharedHistory, subject: str, scorer: Scorer, rows: Ints) -> tuple[Floats, Floats]:
    """Raw scores float64[n] and contributions float64[n, f] of the cases in these rows."""
    values = values_part(shared, subject, rows)
    return scorer.raw_scores(values), scorer.contributions(values)
