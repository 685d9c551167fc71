"""What is usual is read from cases, stored and verified with the model."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import lightgbm as lgb
import numpy as np
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from features.catalogue import catalogue
from models.bundle import load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.peers import ALL, SMALLEST_GROUP, PeerGroup, Peers, read_peers
from models.scorer import Scorer
from models.storage import copy_bundle
from models.tree_text import BundleRejected, parse_forest

VISA = catalogue("visa")
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def text(booster: lgb.Booster) -> str:
    return booster.model_to_string().partition("end of trees\n")[0] + "end of trees\n"


def saved(folder: Path, text: str, values: NDArray[np.float64], peers: Peers | None) -> Path:
    save_bundle(
        folder, version="1", booster_text=text, catalogue=VISA, calibration=Calibration(), profile=InputProfile.of(values),
        golden_values=values[:5], about={}, key=KEY, peers=peers,
    )  # fmt: skip
    return folder


def test_a_status_with_few_cases_is_compared_with_all(text: str, values: NDArray[np.float64]) -> None:
    scorer = Scorer(parse_forest(text, VISA.names), Calibration())
    few = SMALLEST_GROUP - 1
    statuses = ["student"] * few + ["trainee"] * (len(values) - few)
    peers = Peers.of(scorer, values, statuses)
    assert set(peers.groups) == {ALL, "trainee"}
    name, group = peers.of_status("student")
    assert name == ALL
    shap = scorer.contributions(values)
    np.testing.assert_allclose(group.mean, shap.mean(axis=0), rtol=1e-12)
    every = np.sort(np.where(np.isnan(values[:, 3]), 0.0, values[:, 3]))
    # the smallest value with at least 95 % of all cases at or below it
    assert group.high[3] == every[int(np.ceil(0.95 * len(every))) - 1]
    assert ((group.low <= group.high) | np.isnan(group.low)).all()
    with pytest.raises(ValueError, match="at least one case"):
        Peers.of(scorer, values[:0], [])


def test_what_few_peers_have_at_all_is_not_usual(text: str, values: NDArray[np.float64]) -> None:
    rows = values.copy()
    rows[:, 3], rows[: len(rows) // 25, 3] = np.nan, 1.0
    rows[:3, 3] = 0.0
    group = Peers.of(Scorer(parse_forest(text, VISA.names), Calibration()), rows, ["student"] * len(rows)).groups[ALL]
    assert (group.low[3], group.high[3]) == (0.0, 0.0)


def test_peers_are_stored_signed_copied_and_read_again(tmp_path: Path, text: str, values: NDArray[np.float64]) -> None:
    peers = Peers.of(Scorer(parse_forest(text, VISA.names), Calibration()), values, ["student"] * len(values))
    folder = saved(tmp_path / "b", text, values, peers)
    target = tmp_path / "home" / "champions" / "visa"
    copy_bundle(folder, target)
    bundle = load_bundle(target, trusted=[KEY.public_key()], catalogue=VISA)
    assert bundle.peers is not None
    assert bundle.peers.as_bytes() == peers.as_bytes() == (folder / "peers.json").read_bytes()


def test_a_bundle_without_peers_loads_and_has_none(tmp_path: Path, text: str, values: NDArray[np.float64]) -> None:
    folder = saved(tmp_path / "b", text, values, None)
    assert sorted(path.name for path in folder.iterdir()) == ["golden.json", "manifest.json", "model.txt", "signature"]
    assert load_bundle(folder, trusted=[KEY.public_key()], catalogue=VISA).peers is None


def test_peers_that_were_changed_added_or_taken_away_are_refused(
    tmp_path: Path, text: str, values: NDArray[np.float64]
) -> None:
    group = PeerGroup(np.zeros(len(VISA.names)), np.zeros(len(VISA.names)), np.ones(len(VISA.names)))
    peers = Peers(MappingProxyType({ALL: group}))
    folder, without = saved(tmp_path / "b", text, values, peers), saved(tmp_path / "w", text, values, None)
    content = (folder / "peers.json").read_bytes()
    (without / "peers.json").write_bytes(content)
    with pytest.raises(BundleRejected):
        load_bundle(without, trusted=[KEY.public_key()], catalogue=VISA)
    (folder / "peers.json").write_bytes(content.replace(b"0x1.0", b"0x1.8", 1))
    with pytest.raises(BundleRejected, match="changed"):
        load_bundle(folder, trusted=[KEY.public_key()], catalogue=VISA)
    (folder / "peers.json").unlink()
    with pytest.raises(BundleRejected):
        load_bundle(folder, trusted=[KEY.public_key()], catalogue=VISA)


@pytest.mark.parametrize(
    "groups",
    [
        {}, {"student": {}}, {ALL: {"mean": [], "low": [], "high": []}}, [],
        {ALL: {"mean": ["nan"], "low": ["nan"], "high": ["nan"]}},
        {ALL: {"mean": [(0.0).hex()], "low": ["nan"], "high": [(1.0).hex()]}},
        {ALL: {"mean": [(0.0).hex()], "low": [(2.0).hex()], "high": [(1.0).hex()]}},
        {ALL: {"mean": [(0.0).hex()], "low": ["inf"], "high": ["inf"]}},
        {ALL: {"mean": [0.0], "low": [0.0], "high": [0.0]}},
    ],
)  # fmt: skip
def test_numbers_that_no_training_writes_are_refused(groups: object) -> None:
    with pytest.raises(BundleRejected):
        read_peers(rfc8785.dumps({"groups": groups}), 1)  # type: ignore[dict-item]
