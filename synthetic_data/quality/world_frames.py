"""Frames of a world's tables, of its first districts where it is very large."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

DISTRICTS_READ_LIMIT = 17
"""About a million applications: what is read of a world, however large it is. Every district is written as one group."""
Frame = Any


@dataclass(frozen=True, slots=True)
class WorldFrames:
    """The tables of a world that its quality report needs, one row per record; ``read`` of ``districts`` districts are here."""

    filed: Frame
    landed: Frame
    events: Frame
    outcomes: Frame
    actions: Frame
    read: int
    districts: int


def read_world(folder: Path) -> WorldFrames:
    """Read a world; ``exploited``, ``typology`` and ``ring_id`` of the truth stand beside applications and landings."""
    truth = _frame(folder, "truth").set_index("subject_id")[["exploited", "typology", "ring_id"]]
    filed, landed = _frame(folder, "visa_applications"), _frame(folder, "landings")
    groups = pq.ParquetFile(folder / "visa_applications.parquet").num_row_groups
    return WorldFrames(
        filed.join(truth, on="application_id"),
        landed.join(truth, on="landing_id"),
        _frame(folder, "residence_events"),
        _frame(folder, "outcomes"),
        _frame(folder, "establishment_actions"),
        min(groups, DISTRICTS_READ_LIMIT),
        groups,
    )


def _frame(folder: Path, name: str) -> Frame:
    file = pq.ParquetFile(folder / f"{name}.parquet")
    table = file.read_row_groups(range(min(file.num_row_groups, DISTRICTS_READ_LIMIT)))
    frame = table.to_pandas(date_as_object=False)
    return frame.reset_index(drop=True) if isinstance(frame, pd.DataFrame) else frame
