from __future__ import annotations

from pathlib import Path

import pytest

from features.tables import Records, write_folder
from tests.training.cases import matrix
from training.experiments.full_report import evaluate_elsewhere
from training.fit.trainer import TrainingConfig
from training.labels.splits import NothingToEvaluate


def test_a_folder_without_applications_is_named_before_anything_is_evaluated_there(
    tmp_path: Path, small_records: Records
) -> None:
    none = {name: small_records[name].slice(0, 0) for name in ("visa_applications", "outcomes")}
    write_folder(tmp_path / "empty", Records({**small_records.tables, **none}))
    with pytest.raises(NothingToEvaluate, match="empty: 0 visa_applications"):
        evaluate_elsewhere(tmp_path / "empty", None, matrix(10), TrainingConfig(), lambda _: None)  # type: ignore[arg-type]
