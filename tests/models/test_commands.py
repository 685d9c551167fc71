"""`mimamori score` writes a row per case, whose contributions add up."""

from __future__ import annotations

from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from features.arrays import Floats
from features.catalogue import catalogue
from features.tables.folder import write_folder
from models.bundle import save_bundle
from models.calibration import Calibration
from models.commands import score
from models.input_profile import InputProfile
from models.signatures import load_or_create_key, public_path
from synthetic_data.world import generate


def test_every_case_gets_a_score_whose_contributions_add_up(
    tmp_path: Path, booster: lgb.Booster, values: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, _ = generate(5, 60)
    write_folder(tmp_path / "world", records)
    key = load_or_create_key(tmp_path / "keys" / "signing.pem")
    text = booster.model_to_string(num_iteration=8).partition("end of trees\n")[0] + "end of trees\n"
    save_bundle(
        tmp_path / "bundle", version="1", booster_text=text, catalogue=catalogue("visa"), calibration=Calibration(),
        profile=InputProfile.of(values), golden_values=values[:5], about={}, key=key,
    )  # fmt: skip
    monkeypatch.setenv("MIMAMORI_HOME", str(tmp_path))
    monkeypatch.setenv("MIMAMORI_TRUSTED_KEYS", str(public_path(tmp_path / "keys" / "signing.pem")))
    words = [str(tmp_path / "world"), "--subject", "visa", "--bundle", str(tmp_path / "bundle")]
    done = CliRunner().invoke(score, [*words, "--out", str(tmp_path / "scores.parquet")])
    assert done.exit_code == 0, done.output
    table = pd.read_parquet(tmp_path / "scores.parquet")
    assert len(table) == 60
    sums = table["base_value"] + table.filter(like="shap_").sum(axis=1)
    assert np.allclose(sums, table["raw_score"], rtol=0, atol=1e-9)
    # in steps: the same bits, and a line for each
    monkeypatch.setattr("models.commands._CASES_A_STEP", 25)
    again = CliRunner().invoke(score, [*words, "--out", str(tmp_path / "again.parquet")])
    assert [line for line in again.stderr.splitlines() if line[0].isdigit()] == [
        f"{done} of 60 cases scored …" for done in (0, 25, 50)
    ]
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "again.parquet"), table, check_exact=True)
    nothing = CliRunner().invoke(score, [*words, "--from", "2099-01-01", "--out", str(tmp_path / "none.parquet")])
    assert nothing.exit_code == 0, nothing.output
    assert list(pd.read_parquet(tmp_path / "none.parquet").columns) == list(table.columns)
