"""Correctly signed and still wrong: what a careless or captured trainer could sign must not serve."""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from features.catalogue import catalogue
from models import shap_tables, shap_values
from models.bundle import Bundle, BundleRejected, load_bundle, save_bundle
from models.calibration import Calibration
from models.input_profile import InputProfile
from models.shap_tables import tables_of
from models.tree_text import parse_forest

KEY = Ed25519PrivateKey.generate()
KNOWN = catalogue("visa")
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, booster: lgb.Booster, values: NDArray[np.float64]) -> Path:
    built = tmp_path_factory.mktemp("bundle") / "bundle"
    text = booster.model_to_string(num_iteration=8).partition("end of trees\n")[0] + "end of trees\n"
    save_bundle(
        built, version="1", booster_text=text, catalogue=KNOWN, calibration=Calibration(1.2, -0.4),
        profile=InputProfile.of(values), golden_values=values[:5], about={"seed": "1"}, key=KEY,
    )  # fmt: skip
    return built


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    built = tmp_path / "bundle"
    built.mkdir()
    for path in original.iterdir():
        (built / path.name).write_bytes(path.read_bytes())
    return built


def load(folder: Path) -> Bundle:
    return load_bundle(folder, trusted=[KEY.public_key()], catalogue=KNOWN)


def signed(folder: Path, manifest: dict[str, Any], **files: bytes) -> None:
    """Puts files and a manifest there as the holder of the key could."""
    import hashlib  # noqa: PLC0415

    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        manifest["files"][path.name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    content = rfc8785.dumps(manifest)
    (folder / "manifest.json").write_bytes(content)
    (folder / "signature").write_bytes(KEY.sign(content).hex().encode())


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_bytes())  # type: ignore[no-any-return]


def test_the_same_manifest_signed_again_is_accepted(folder: Path) -> None:
    signed(folder, manifest_of(folder))
    assert load(folder).scorer.calibration == Calibration(1.2, -0.4)


def test_a_new_bundle_is_explained_by_tables_and_one_from_before_them_by_the_walk(
    folder: Path, values: NDArray[np.float64]
) -> None:
    manifest, new = manifest_of(folder), load(folder).scorer
    assert manifest.pop("explanation") == "tables"
    assert new.contributions(values).tobytes() == shap_tables.contributions(tables_of(new.forest), values).tobytes()
    signed(folder, manifest)
    old = load(folder).scorer
    assert old.tables is None
    assert old.contributions(values).tobytes() == shap_values.contributions(old.forest, values).tobytes()


def test_a_forest_too_large_for_tables_is_saved_without_them_and_refused_with_them(
    folder: Path, tmp_path: Path, values: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shap_tables, "LARGEST_BYTES", 1000)
    with pytest.raises(BundleRejected, match="too large"):
        load(folder)
    save_bundle(
        tmp_path / "large", version="1", booster_text=(folder / "model.txt").read_text("ascii"), catalogue=KNOWN,
        calibration=Calibration(), profile=InputProfile.of(values), golden_values=values[:5], about={}, key=KEY,
    )  # fmt: skip
    assert "explanation" not in manifest_of(tmp_path / "large")
    assert load(tmp_path / "large").scorer.tables is None


def test_a_manifest_from_before_there_was_a_floor_is_accepted_and_has_none(folder: Path) -> None:
    manifest = manifest_of(folder)
    del manifest["calibration"]["floor"]
    signed(folder, manifest)
    assert load(folder).scorer.calibration == Calibration(1.2, -0.4, 0.0)


@pytest.mark.parametrize(
    "number",
    ["nan", "inf", "-inf", "0x0.0p+0", "-0x1.0000000000000p+0", "0x1.0000000000000p+99", "1.2", 1.2, None, "", [], "x"],
)
def test_a_signed_slope_that_is_no_sensible_number_is_refused(folder: Path, number: object) -> None:
    manifest = manifest_of(folder)
    manifest["calibration"]["slope"] = number
    signed(folder, manifest)
    with pytest.raises(BundleRejected, match="calibration"):
        load(folder)


EDITS: dict[str, Edit] = {
    "no intercept": lambda m: m["calibration"].pop("intercept"),
    "more calibration": lambda m: m["calibration"].update(power="0x1.0p+0"),
    "endless intercept": lambda m: m["calibration"].update(intercept="inf"),
    "floor of all": lambda m: m["calibration"].update(floor=(1.0).hex()),
    "floor below nought": lambda m: m["calibration"].update(floor=(-0.1).hex()),
    "floor in words": lambda m: m["calibration"].update(floor="none"),
    "no calibration": lambda m: m.update(calibration=None),
    "empty profile": lambda m: m.update(profile={"low": [], "high": [], "missing": []}),
    "no profile": lambda m: m.update(profile={}),
    "short profile": lambda m: m["profile"]["low"].pop(),
    "profile of NaN": lambda m: m["profile"]["high"].__setitem__(0, "nan"),
    "profile upside down": lambda m: m["profile"].update(low=m["profile"]["high"], high=m["profile"]["low"]),
    "share above one": lambda m: m["profile"]["missing"].__setitem__(0, (2.0).hex()),
    "wrong subject": lambda m: m.update(subject="entry"),
    "unknown field": lambda m: m.update(threshold="0.5"),
    "missing field": lambda m: m.pop("about"),
    "version no text": lambda m: m.update(version=1),
    "version with a path": lambda m: m.update(version="../../x"),
    "about no object": lambda m: m.update(about=["x"]),
    "about with numbers": lambda m: m.update(about={"seed": 1}),
    "features in another order": lambda m: m["features"].reverse(),
    "one feature less": lambda m: m["features"].pop(),
    "another catalogue": lambda m: m.update(catalogue="0" * 64),
    "a third file": lambda m: m["files"].update({"more.py": {"sha256": "0" * 64, "size": 1}}),
    "files no object": lambda m: m.update(files=[]),
    "explained in another way": lambda m: m.update(explanation="walk"),
    "explanation no text": lambda m: m.update(explanation=None),
    "no hash": lambda m: m["files"]["model.txt"].pop("sha256"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_a_signed_manifest_of_another_structure_is_refused(folder: Path, edit: str) -> None:
    manifest = manifest_of(folder)
    EDITS[edit](manifest)
    signed(folder, manifest)
    with pytest.raises(BundleRejected):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"[" * 100_000, b'"\xff"', b'{"a": NaN}', b"{} "])
@pytest.mark.parametrize("name", ["manifest.json", "golden_json"])
def test_a_signed_file_that_is_no_such_json_is_refused(folder: Path, name: str, content: bytes) -> None:
    if name == "golden_json":
        signed(folder, manifest_of(folder), golden_json=content)
    else:
        (folder / name).write_bytes(content)
        (folder / "signature").write_bytes(KEY.sign(content).hex().encode())
    with pytest.raises(BundleRejected):
        load(folder)


@pytest.mark.parametrize("column", ["raw_scores", "scores", "contribution_sums"])
def test_golden_rows_pin_raw_score_score_and_the_contributions_sum(folder: Path, column: str) -> None:
    golden = json.loads((folder / "golden.json").read_bytes())
    golden[column][0] = (float.fromhex(golden[column][0]) + 1e-6).hex()
    signed(folder, manifest_of(folder), golden_json=rfc8785.dumps(golden))
    with pytest.raises(BundleRejected, match="golden rows"):
        load(folder)


def test_a_calibration_that_is_not_that_of_the_golden_rows_is_refused(folder: Path) -> None:
    manifest = manifest_of(folder)
    manifest["calibration"]["slope"] = (1.3).hex()
    signed(folder, manifest)
    with pytest.raises(BundleRejected, match="golden rows"):
        load(folder)


@pytest.mark.parametrize("golden", [{"values": []}, {"values": [["0x0.0p+0"]]}, {"raw_scores": []}, {"scores": None}])
def test_golden_rows_of_another_shape_are_refused(folder: Path, golden: dict[str, object]) -> None:
    given = json.loads((folder / "golden.json").read_bytes()) | golden
    signed(folder, manifest_of(folder), golden_json=rfc8785.dumps(given))
    with pytest.raises(BundleRejected):
        load(folder)


def replaced(name: str, value: str) -> Callable[[str], str]:
    """Replaces the first line of that name."""

    def edit(text: str) -> str:
        lines = text.split("\n")
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{name}="))
        lines[at] = f"{name}={value}"
        return "\n".join(lines)

    return edit


TEXT_EDITS: dict[str, Callable[[str], str]] = {
    "another last feature": replaced("max_feature_idx", "3"),
    "sizes of zero": replaced("tree_sizes", " ".join(["0"] * 8)),
    "a size too few": lambda text: text.replace("tree_sizes=", "tree_sizes=1 "),
    "an objective that only begins so": replaced("objective", "binary_but_not sigmoid:1"),
    "another sigmoid": replaced("objective", "binary sigmoid:2"),
    "another label": replaced("label_index", "1"),
    "more classes": replaced("num_class", "2"),
    "fewer feature infos": replaced("feature_infos", "none"),
    "wrong constraints": lambda text: text.replace("feature_infos=", "monotone_constraints=2\nfeature_infos=", 1),
    "a tree twice": lambda text: text.replace("Tree=1\n", "Tree=0\n", 1),
    "a tree left out": lambda text: text[: text.index("Tree=3\n")] + text[text.index("Tree=4\n") :],
    "no end": lambda text: text.replace("end of trees", "end of trees?"),
    "a line twice": lambda text: text.replace("is_linear=0\n", "is_linear=0\nis_linear=0\n", 1),
    "an unknown line": lambda text: text.replace("is_linear=0\n", "is_linear=0\nleaf_const=1\n", 1),
    "linear": replaced("is_linear", "1"),
    "a category": replaced("num_cat", "1"),
    "an endless leaf": lambda text: replaced("leaf_value", "inf " + text.split("leaf_value=")[1].split("\n")[0].split(" ", 1)[1])(text),
    "a leaf that is no number": lambda text: replaced("leaf_value", "nan " + text.split("leaf_value=")[1].split("\n")[0].split(" ", 1)[1])(text),
    "digits parted by underscores": lambda text: replaced("split_feature", "0_0 " + text.split("split_feature=")[1].split("\n")[0].split(" ", 1)[1])(text),
    "tabs": lambda text: text.replace("left_child=", "left_child=\t", 1),
    "a long number": replaced("num_leaves", "9" * 5000),
    "too many leaves": replaced("num_leaves", "65"),
    "no leaf": replaced("num_leaves", "0"),
    "a cyclic tree": lambda text: replaced("left_child", " ".join(["0"] * len(text.split("left_child=")[1].split("\n")[0].split())))(text),
    "a feature beyond": lambda text: replaced("split_feature", " ".join(["999"] * len(text.split("split_feature=")[1].split("\n")[0].split())))(text),
    "a shrinkage that is no number": replaced("shrinkage", "nan"),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "a NUL": lambda text: text.replace("is_linear=0", "is_linear=0\x00", 1),
}  # fmt: skip


def resized(text: str) -> str:
    """Puts the right sizes back, so that only the edit itself can be what is refused."""
    body = text[text.index("\nTree=0\n") + 1 : text.index("end of trees")]
    starts = [0, *(at + 3 for at in range(len(body)) if body.startswith("\n\n\nTree=", at)), len(body)]
    return replaced("tree_sizes", " ".join(str(b - a) for a, b in itertools.pairwise(starts)))(text)


@pytest.mark.parametrize("edit", TEXT_EDITS)
def test_a_signed_model_text_of_another_structure_is_refused(folder: Path, edit: str) -> None:
    text = (folder / "model.txt").read_text(encoding="ascii")
    assert resized(text) == text
    edited = TEXT_EDITS[edit](text)
    assert edited != text
    signed(folder, manifest_of(folder), model_txt=edited.encode())
    with pytest.raises(BundleRejected, match=r"model\.txt|head|tree"):
        load(folder)


def test_random_edits_of_structure_are_refused_or_leave_finite_trees(original: Path) -> None:
    """Lines dropped, doubled, swapped or moved, numbers exchanged: the reader answers or refuses, and never breaks."""
    from models.forest import raw_scores  # noqa: PLC0415

    lines = (original / "model.txt").read_text(encoding="ascii").split("\n")
    odd = ["-1", "0", "1e999", "nan", "-99999999999999999999", "64", "1_0", "0x1", "", "\x00", "²", "+1", "1e-400"]
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(600):
        edited = list(lines)
        at, other = (int(item) for item in rng.integers(0, len(lines), 2))
        kind = int(rng.integers(0, 5))
        if kind == 0:
            del edited[at]
        elif kind == 1:
            edited.insert(other, edited[at])
        elif kind == 2:
            edited[at], edited[other] = edited[other], edited[at]
        else:
            name, equals, value = edited[at].partition("=")
            parts = value.split(" ")
            parts[int(rng.integers(0, len(parts)))] = odd[int(rng.integers(0, len(odd)))]
            edited[at] = name + equals + " ".join(parts)
        text = "\n".join(edited)
        try:
            forest = parse_forest(resized(text) if kind == 4 and "\nTree=0\n" in text else text, KNOWN.names)
        except BundleRejected:
            refused += 1
        except (ValueError, StopIteration):
            assert kind == 4  # of this test's own resizing
        else:
            assert np.isfinite(raw_scores(forest, np.zeros((1, len(KNOWN.names))))).all()
    assert refused > 300


@pytest.mark.parametrize("name", ["model.txt", "manifest.json", "signature", "golden.json"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_plain_file_is_refused_at_once(folder: Path, tmp_path: Path, name: str, kind: str) -> None:
    path = folder / name
    path.rename(tmp_path / name)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / name)
    else:
        path.mkdir()
    outcome: list[object] = []

    def attempt() -> None:
        try:
            outcome.append(load(folder))
        except BundleRejected as error:
            outcome.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "the loader hangs"
    assert isinstance(outcome[0], BundleRejected)
