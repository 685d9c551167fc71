from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.training.conftest import CASES, DAY_US
from training.evaluation.capacity import within_capacity
from training.evaluation.comparison import recall_gain
from training.gate.evidence import evidence_hash, write_evidence
from training.gate.sealed_cases import (
    NOT_COMPARED,
    SEALED,
    CannotBeOpened,
    gain_over_champion,
    open_cases,
    seal_cases,
)
from training.submission import Submission

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def test_a_champion_is_not_compared_on_cases_of_days_on_which_it_learned(built: Submission, tmp_path: Path) -> None:
    part = built.part
    frame = part.frame.assign(as_of=part.frame["as_of"] + 1 + np.arange(CASES) % 1000)
    seal_cases(tmp_path / SEALED, frame, part.values, KEY)
    learned = int(frame["as_of"].median())
    label = frame["label"].to_numpy()
    early = (frame["as_of"] // DAY_US <= learned // DAY_US).to_numpy()
    # by rows, as both are asked about the same cases: the champion knows the answers of those from which it learned
    known = {values.tobytes() for values in part.values[early & (label == 1.0)]}

    def champion(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([row.tobytes() in known for row in values]) * 1.0

    arguments = (tmp_path / SEALED, KEY, built.scorer.scores, champion)
    result = gain_over_champion(*arguments, learned_until_us=learned, capacity=0.02)
    assert result["cases"] == (~early).sum()
    assert result["positives"] == int(label[~early].sum())
    assert gain_over_champion(*arguments, learned_until_us=400 * DAY_US, capacity=0.02) == NOT_COMPARED


def test_the_gain_on_sealed_cases_is_that_on_the_cases_as_they_were(built: Submission, tmp_path: Path) -> None:
    part = built.part
    seal_cases(tmp_path / SEALED, part.frame, part.values, KEY)

    # scores without ties, so that arrival within a day decides nothing
    def champion(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([crc32(row.tobytes()) for row in values]) / 2**32

    def challenger(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return built.scorer.scores(values) + champion(values) * 1e-6

    result = gain_over_champion(tmp_path / SEALED, KEY, challenger, champion, learned_until_us=-1, capacity=0.1)
    chosen = [within_capacity(part.frame, scores(part.values), 0.1) for scores in (challenger, champion)]
    gain = recall_gain((chosen[0], chosen[1]), part.frame["case_group"].to_numpy(), np.random.default_rng(1))
    assert gain.first > 2 * gain.second
    assert (result["first"], result["second"], result["groups"]) == pytest.approx(
        (gain.first, gain.second, gain.groups)
    )


def test_times_finer_than_a_day_posts_by_name_and_the_order_of_arrival_are_not_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # one post and one day: the order of rows alone would say whose file is whose
    frame = pd.DataFrame({
        "as_of": 14_000 * DAY_US + np.sort(rng.integers(0, DAY_US, 500)), "week": 2000, "post": "PH-MNL",
        "case_group": np.where(np.arange(500) % 50 == 0, np.arange(500), -1),
    })  # fmt: skip
    seal_cases(tmp_path / SEALED, frame, np.arange(500.0)[:, None], KEY)
    kept, values = open_cases(tmp_path / SEALED, KEY)
    assert list(kept.columns) == ["day", "week", "post", "case_group"]
    assert kept["day"].unique().tolist() == [14_000]
    assert kept["post"].unique().tolist() == [0]
    assert np.array_equal(kept["case_group"], frame["case_group"].iloc[values[:, 0].astype(int)])
    assert sorted(values[:, 0]) == list(range(500))
    # of 500 rows in any order about one is where it was
    assert (values[:, 0] == np.arange(500)).sum() < 10


def test_nobody_opens_the_file_without_the_key_and_the_same_cases_give_the_same_bytes(
    built: Submission, tmp_path: Path
) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    folders = [tmp_path / name for name in ("once", "again", "other")]
    hashes = [
        write_evidence(folder, {}, built.part, key) for folder, key in zip(folders, (KEY, KEY, other), strict=True)
    ]
    assert hashes[0] == hashes[1] != hashes[2]
    assert sorted(path.name for path in folders[0].iterdir()) == [SEALED, "evidence.json"]
    sealed = (folders[0] / SEALED).read_bytes()
    # what Parquet writes in the clear, and what the file would be without a seal
    assert b"PAR1" not in sealed
    assert b"case_group" not in sealed
    with pytest.raises(CannotBeOpened):
        open_cases(folders[0] / SEALED, other)
    (folders[0] / SEALED).write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(CannotBeOpened):
        open_cases(folders[0] / SEALED, KEY)
    (folders[0] / SEALED).unlink()
    assert evidence_hash(folders[0]) == ""
