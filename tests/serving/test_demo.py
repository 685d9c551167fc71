"""Can what the demonstration starts with be learnt from, and does its model serve with an approval for a demonstration?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.settings import Settings
from models.approval import DEMONSTRATION, read_approval
from models.signatures import trusted_keys
from serving.demo import DEMO_WORLD, demo, serve_reference, with_log_key
from serving.registry.loaded_models import LoadedModels
from synthetic_data.world import generate
from training.labels.outcomes import case_outcomes
from training.labels.splits import last_split

SIZE = next(option.default for option in demo.params if option.name == "applications")


@pytest.mark.parametrize("seed", [1, 2])
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


def test_the_reference_models_serve_a_demonstration(tmp_path: Path) -> None:
    settings = Settings(tmp_path, None, "", tmp_path / "keys" / "signing.pem", tmp_path / "keys" / "data.key")
    for subject in ("visa", "entry"):
        bundle = serve_reference(settings, subject, tmp_path / f"adopted_{subject}")
        approval = read_approval(
            tmp_path,
            subject,
            bundle.sha256,
            trusted=trusted_keys(settings.trusted),
            today=dt.datetime.now(dt.UTC).date(),
        )
        assert approval.mode == DEMONSTRATION
    loaded = LoadedModels(settings)
    loaded.reload()
    assert set(loaded.bundles) == {"visa", "entry"}, loaded.refused


def test_a_demonstration_has_a_key_of_the_log_beside_its_home(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home", None, "", tmp_path / "signing.pem", tmp_path / "data.key")
    office = tmp_path / "home-log"
    (office / "checkpoints").mkdir(parents=True)
    given = with_log_key(settings)
    assert (given.log_key_path, given.checkpoint_folder) == (office / "log.pem", office / "checkpoints")
    # the log of a demonstration before is no part of this one
    assert not office.exists()
    own = replace(settings, log_key_path=tmp_path / "own.pem")
    assert with_log_key(own) is own
