"""Can what the demonstration starts with be learnt from, whatever the seed?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.settings import Settings
from serving.demo import DEMO_WORLD, demo, gate_summary, promote
from serving.registry.mlflow_registry import ModelVersion
from synthetic_data.world import generate
from training.labels.outcomes import case_outcomes
from training.labels.splits import last_split

SIZE = next(option.default for option in demo.params if option.name == "applications")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_subjects_have_enough_findings_in_each_part(seed: int) -> None:
    records, _ = generate(seed, SIZE, changes=DEMO_WORLD)
    for subject, table, key, time in (
        ("visa", "visa_applications", "application_id", "submitted_at"),
        ("entry", "landings", "landing_id", "landed_at"),
    ):
        at = records[table].column(time).cast(pa.int64()).to_numpy()
        order = np.argsort(at, kind="stable")
        ids = records[table].column(key).take(pa.array(order)).to_pylist()
        # raises where a part has too few
        assert last_split(case_outcomes(records["outcomes"], subject, ids, at[order])).labels.counts["positive"] >= 10


def _line(outcome: str, before: str) -> dict[str, str]:
    return {"outcome": outcome, "before_waiver": before}


def test_the_gate_summary_counts_lines_and_reads_like_no_error() -> None:
    holds, lacking, beyond = _line("holds", "holds"), _line("waived", "no evidence"), _line("waived", "fails")
    summary = gate_summary([holds, lacking, lacking, beyond])
    assert "of 4 gate lines 1 hold, 2 have too little evidence, 1 is beyond" in summary
    assert gate_summary([holds, holds]) == "model let in, all 2 gate lines hold"


@pytest.mark.parametrize(
    ("code", "model", "expected"),
    [(0, True, "entry: model let in"), (1, True, "in order of arrival: entry was not"), (1, False, "no model was trained")],
)  # fmt: skip
def test_promotion_is_reported_in_a_single_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, model: bool, expected: str
) -> None:
    challenger = (
        ModelVersion("1", "run", None, None, "passed", None, lines=[_line("holds", "holds")]) if model else None
    )
    done = subprocess.CompletedProcess([], code, "holds x\nholds y\n", "comparing …\nError: entry was not promoted\n")
    monkeypatch.setattr("serving.demo.version_by_alias", lambda *_: challenger)
    monkeypatch.setattr("serving.demo.subprocess.run", lambda *_, **__: done)
    promote(Settings(Path(), None, "", Path(), Path()), "entry")
    [line] = capsys.readouterr().out.splitlines()
    assert expected in line
    assert "Error" not in line
