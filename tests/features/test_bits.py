"""The features of release 0.1 keep every bit, but those that the file lists as changed, with the reason.

Covers: matrix, under the names of `features.catalogue.renames`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from features.catalogue.renames import present_names
from features.matrix import build_matrix
from synthetic_data.world import generate
from tests.proof_size import cases

KEPT = json.loads((Path(__file__).parent / "bits_of_release_0_1.json").read_text(encoding="utf-8"))


@pytest.mark.proof
@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_values_are_those_of_the_release(subject: str) -> None:
    applications = cases(20_000, 2_000)
    matrix = build_matrix(generate(1, applications)[0], subject)
    columns = [matrix.catalogue.names.index(name) for name in present_names(KEPT["columns"][subject])]
    values = np.ascontiguousarray(matrix.values[:, columns])
    assert hashlib.sha256(values.tobytes()).hexdigest() == KEPT["sha256"][f"{subject}-{applications}"]
