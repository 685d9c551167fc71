from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import lightgbm as lgb
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from features.catalogue import catalogue
from features.cluster import open_cluster
from features.matrix import build_matrix
from features.matrix_on_cluster import digests_of, put_on_cluster
from features.tables.folder import write_folder
from models.bundle import load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.score_on_cluster import explain_on_cluster
from synthetic_data.world import generate


def test_scores_and_contributions_from_a_cluster_are_the_bits_of_a_machine(
    scheduler: str, booster: lgb.Booster, values: NDArray[np.float64], tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    save_bundle(
        tmp_path / "bundle", version="1", booster_text=booster.model_to_string(), catalogue=catalogue("visa"),
        calibration=Calibration(0.8, -0.1), profile=InputProfile.of(values), golden_values=values[:5], about={}, key=key,
    )  # fmt: skip
    model = load_bundle(tmp_path / "bundle", trusted=[key.public_key()], catalogue=catalogue("visa"))
    records = generate(13, 600)[0]
    write_folder(tmp_path / "records", records)
    matrix = build_matrix(records, "visa")
    here = model.explain(matrix.values)
    with open_cluster(scheduler, ("features", "models")) as cluster:
        there = put_on_cluster(cluster, tmp_path / "records", records, digests_of(tmp_path / "records"))
        ids, as_of, explained = explain_on_cluster(there, model)
    assert ids == matrix.subject_ids
    assert np.array_equal(as_of, matrix.as_of)
    for ours, theirs in zip(astuple(here), astuple(explained), strict=True):
        assert np.asarray(ours).tobytes() == np.asarray(theirs).tobytes()
    assert len(np.unique(explained.score)) > 100
