from __future__ import annotations

from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from features.catalogue import catalogue
from features.evidence import Record
from models.bundle import BundleRejected, load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.reasons import choose_reasons
from tests.proof_size import cases

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def folder(tmp_path: Path, booster: lgb.Booster, values: NDArray[np.float64]) -> Path:
    built = tmp_path / "bundle"
    text = booster.model_to_string().partition("end of trees\n")[0] + "end of trees\n"
    save_bundle(
        built, version="1", booster_text=text, catalogue=catalogue("visa"), calibration=Calibration(1.2, -0.4),
        profile=InputProfile.of(values), golden_values=values[:20], about={}, key=KEY,
    )  # fmt: skip
    return built


def test_a_saved_bundle_scores_as_the_booster_does(
    folder: Path, booster: lgb.Booster, values: NDArray[np.float64]
) -> None:
    bundle = load_bundle(folder, trusted=[KEY.public_key()], catalogue=catalogue("visa"))
    explained = bundle.explain(values[:100])
    assert explained.raw_score.tobytes() == booster.predict(values[:100], raw_score=True).tobytes()
    assert ((explained.score > 0) & (explained.score < 1)).all()


@pytest.mark.proof
@pytest.mark.timeout(1500)
def test_a_bundle_with_any_byte_changed_is_refused(folder: Path) -> None:
    rng = np.random.default_rng(2)
    files = sorted(folder.iterdir())
    for turn in range(cases(5_000, 300)):
        path = files[turn % len(files)]
        content = path.read_bytes()
        path.write_bytes(edited(rng, content))
        with pytest.raises(BundleRejected):
            load_bundle(folder, trusted=[KEY.public_key()], catalogue=catalogue("visa"))
        path.write_bytes(content)
    load_bundle(folder, trusted=[KEY.public_key()], catalogue=catalogue("visa"))


def edited(rng: np.random.Generator, content: bytes) -> bytes:
    """Change one byte, or leave one out, put one in, cut the end off, exchange two parts."""
    at, kind = int(rng.integers(0, len(content))), int(rng.integers(0, 8))
    if kind == 0:
        return content[:at] + content[at + 1 :]
    if kind == 1:
        return content[:at] + bytes([int(rng.integers(0, 256))]) + content[at:]
    if kind == 2:
        return content[:at]
    if kind == 3 and content[at:] + content[:at] != content:
        return content[at:] + content[:at]
    return content[:at] + bytes([content[at] ^ int(rng.integers(1, 256))]) + content[at + 1 :]


def test_a_bundle_of_another_signer_subject_or_with_an_extra_file_is_refused(folder: Path) -> None:
    with pytest.raises(BundleRejected, match="no trusted key"):
        load_bundle(folder, trusted=[Ed25519PrivateKey.generate().public_key()], catalogue=catalogue("visa"))
    with pytest.raises(BundleRejected, match="another subject"):
        load_bundle(folder, trusted=[KEY.public_key()], catalogue=catalogue("entry"))
    (folder / "more.py").write_text("")
    with pytest.raises(BundleRejected, match="other files"):
        load_bundle(folder, trusted=[KEY.public_key()], catalogue=catalogue("visa"))


def test_reasons_name_at_most_five_with_another_that_counts_against() -> None:
    known = catalogue("visa")
    added = np.zeros(len(known.names))
    added[:6] = (6.0, 5.0, 4.0, 3.0, 2.0, 1.5)
    added[7] = -1.0
    chosen = choose_reasons(known, np.ones(len(known.names)), added, lambda name: [Record("visa_applications", name)])
    assert [reason.code for reason in chosen] == [*known.names[:4], known.names[7]]
    assert chosen[-1].direction == "lowers"
    assert all("{value}" not in reason.sentence["en"] + reason.sentence["ja"] for reason in chosen)


def test_a_missing_value_is_shown_as_not_on_record() -> None:
    known = catalogue("visa")
    added = np.zeros(len(known.names))
    added[5] = 1.0
    [reason] = choose_reasons(known, np.full(len(known.names), np.nan), added, lambda _: [])
    assert reason.sentence["en"].startswith("Nothing is on record for")
