"""Whose ring a record is about. Covers: benchmarks.explanations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.explanations import ring_of_records
from features.tables.folder import read_folder
from tests.conftest import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rings") / "world"
    run("world", "--out", str(out), "--applications", "3000", "--set", "exploited_share=0.02", home=out.parent)
    return out


def test_records_of_exploited_people_and_of_their_organisers_are_of_their_ring(folder: Path) -> None:
    rings, truth = ring_of_records(folder), pd.read_parquet(folder / "truth.parquet")
    exploited = truth[truth["exploited"]].set_index("subject_id")["ring_id"].astype(str)
    tables = {"visa_application": "visa_applications", "landing": "landings"}
    for subject, subject_id, ring in truth[truth["exploited"]][["subject", "subject_id", "ring_id"]].itertuples(
        index=False
    ):
        assert rings[tables[subject], subject_id] == str(ring)
    listed = read_folder(folder)["tip_database"].to_pandas().set_index("entry_id")["role"]
    organisers = {
        ring for (table, record_id), ring in rings.items()
        if table == "tip_database" and listed[record_id] != "victim"
    }  # fmt: skip
    assert organisers
    assert organisers <= set(exploited)
