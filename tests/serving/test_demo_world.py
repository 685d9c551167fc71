"""Can what the demonstration starts with be learnt from, whatever the seed?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.settings import Settings
from serving.commands import DEMO_WORLD, demo, let_in, verdict_in_short
from serving.registered import Registered
from synthetic_data.world import generate
from training.data.outcomes import findings
from training.data.splits import last_split

SIZE = next(one.default for one in demo.params if one.name == "applications")


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
        assert last_split(findings(records["outcomes"], subject, ids, at[order])).labels.counts["positive"] >= 10


def _line(outcome: str, before: str) -> dict[str, str]:
    return {"outcome": outcome, "before_waiver": before}


def test_how_a_demonstrations_model_was_let_in_is_one_line_that_looks_like_no_error() -> None:
    holds, lacking, beyond = _line("holds", "holds"), _line("waived", "no evidence"), _line("waived", "fails")
    said = verdict_in_short([holds, lacking, lacking, beyond])
    assert "of 4 lines of the gate 1 hold, 2 have too little evidence in so small a world and 1 is beyond" in said
    assert verdict_in_short([holds, holds]) == "the model is let in: all 2 lines of the gate hold"


@pytest.mark.parametrize(
    ("code", "model", "expected"),
    [(0, True, "entry: the model is let in"), (1, True, "in order of arrival: entry was not"), (1, False, "no model was made")],
)  # fmt: skip
def test_the_demonstration_says_in_one_line_what_became_of_a_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, model: bool, expected: str
) -> None:
    found = Registered("1", "run", None, None, "passed", None, lines=[_line("holds", "holds")]) if model else None
    done = subprocess.CompletedProcess([], code, "holds x\nholds y\n", "comparing …\nError: entry was not promoted\n")
    monkeypatch.setattr("serving.commands.find", lambda *_: found)
    monkeypatch.setattr("serving.commands.subprocess.run", lambda *_, **__: done)
    let_in(Settings(Path(), None, "", Path(), Path()), "entry")
    [line] = capsys.readouterr().out.splitlines()
    assert expected in line
    assert "Error" not in line
