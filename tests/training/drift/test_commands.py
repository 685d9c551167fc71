from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from features.matrix import FeatureMatrix, build_matrix
from features.tables import Records
from synthetic_data.world import generate
from training.drift.commands import drift

CHANGES = {"exploited_share": 0.05, "interview_share": 0.3, "random_share": 0.1}


@pytest.fixture(scope="module")
def records() -> Records:
    return generate(4, 3000, "default", CHANGES)[0]


@pytest.fixture(scope="module")
def matrix(records: Records) -> FeatureMatrix:
    return build_matrix(records, "visa")


class Model:
    """Scores that were drawn, from some case on higher by a half."""

    sha256 = "0" * 64

    def __init__(self, learned_until_us: int, higher_from: int) -> None:
        self.about = {"learned_until_us": str(learned_until_us), "trained_until_us": str(learned_until_us),
                      "data_sha256": "of other records"}  # fmt: skip
        self.higher_from = higher_from

    def explain(self, values: np.ndarray) -> SimpleNamespace:  # type: ignore[type-arg]
        score = np.random.default_rng(0).beta(0.5, 8, len(values))
        score[self.higher_from :] += 0.5
        return SimpleNamespace(score=np.minimum(score, 1.0))


@contextmanager
def nothing_logged(*_: Any, **__: Any) -> Iterator[SimpleNamespace]:
    yield SimpleNamespace(log=lambda metrics: None)


@pytest.mark.parametrize(("moved", "alarmed"), [("nothing", []), ("score", ["score"]), ("typology", ["typology T9"])])
def test_a_strict_comparison_fails_on_scores_and_on_outcomes_alone(
    moved: str, alarmed: list[str], records: Records, matrix: FeatureMatrix, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    half = len(matrix.as_of) // 2
    learned = int(matrix.as_of[half - 1])
    given = records
    if moved == "typology":
        outcomes = lately_another_typology(records["outcomes"], set(matrix.subject_ids[half:]))
        given = replace(records, tables={**records.tables, "outcomes": outcomes})
    model = Model(learned, half if moved == "score" else len(matrix.as_of))
    target = "training.drift.commands"
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path))
    monkeypatch.setattr(f"{target}.champion", lambda settings, subject: model)
    monkeypatch.setattr(f"{target}.read_folder", lambda folder: given)
    monkeypatch.setattr(f"{target}.build_matrix", lambda records, subject: matrix)
    monkeypatch.setattr(f"{target}.feature_drift", lambda names, then, now, growing: [])
    monkeypatch.setattr(f"{target}.Registry", lambda settings: SimpleNamespace(run=nothing_logged))
    text = CliRunner().invoke(
        drift, [str(tmp_path), "--subject", "visa", "--strict", "--out", str(tmp_path)], catch_exceptions=False
    )
    assert text.exit_code == (1 if alarmed else 0), text.output
    result = json.loads((tmp_path / "visa" / "drift" / "drift.json").read_text(encoding="utf-8"))
    assert result["alarmed"] == alarmed
    assert result["alarms"] == len(alarmed)
    assert all(name in text.output for name in alarmed)
    assert text.output.count(str(tmp_path / "visa" / "drift" / "report.html")) == 1
    assert result["then"]["until"] < result["now"]["since"]
    # the first of three thousand cases lie outside the last two years before the cut-off
    assert result["then"]["cases"] < half
    assert result["same_records"] is False


def lately_another_typology(outcomes: pa.Table, lately: set[str]) -> pa.Table:
    """Call the typology of every finding about the given cases another."""
    typology = outcomes.column("typology").to_pylist()
    about = outcomes.column("subject_id").to_pylist()
    named = [at for at, name in enumerate(typology) if name is not None and about[at] in lately]
    for at in named:
        typology[at] = "T9"
    return outcomes.set_column(outcomes.column_names.index("typology"), "typology", pa.array(typology))
