from __future__ import annotations

from pathlib import Path

import pytest

from features.tables import Records, write_folder
from tests.training.cases import matrix
from training.fitting.making import How
from training.reporting.full_report import NothingToJudge, judged_elsewhere


def test_a_folder_without_applications_is_named_before_anything_is_judged_there(
    tmp_path: Path, small_records: Records
) -> None:
    none = {name: small_records[name].slice(0, 0) for name in ("visa_applications", "outcomes")}
    write_folder(tmp_path / "empty", Records({**small_records.tables, **none}))
    with pytest.raises(NothingToJudge, match="empty: 0 visa_applications"):
        judged_elsewhere(tmp_path / "empty", None, matrix(10), How(), lambda _: None)  # type: ignore[arg-type]
