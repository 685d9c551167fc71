"""The world's dirty writings mean what was meant, or nothing; without the setting no world changes. Covers: synthetic_data.filing.identity_writings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.identity.no_values import no_value_reason
from features.tables import write_folder
from synthetic_data.filing.identity_writings import NO_VALUES, rewrite, rewrite_columns
from synthetic_data.world import generate
from tests.features.tables.folders import faults_of


@pytest.mark.parametrize("field", NO_VALUES)
def test_a_no_value_is_one_of_the_table(field: str) -> None:
    reasons = {text: no_value_reason(text, field) for text in NO_VALUES[field]}
    # telephones of nines, zeros and counted digits, and counted passports, are refused by their own rules
    digits = {text for text in reasons if text.replace("-", "").isdigit()}
    assert [text for text, reason in reasons.items() if reason is None and text not in digits] == []


def test_a_share_of_nothing_rewrites_nothing_and_draws_nothing() -> None:
    columns = {"home_address": np.array(["梅田4-23-25"], dtype=object)}
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    assert rewrite_columns(rng, columns, 0.0) == {}
    assert rng.random() == untouched.random()


def test_every_identity_is_rewritten_and_nothing_else() -> None:
    columns = {name: np.array(["AB1234567", None], dtype=object) for name in (
        "passport_number", "home_address", "guarantor_phone", "inviter_name", "given_names", "coe_number", "agency_id",
    )}  # fmt: skip
    rewritten = rewrite_columns(np.random.default_rng(1), columns, 1.0)
    assert set(rewritten) == set(columns) - {"coe_number", "agency_id"}
    assert all(values[1] is None for values in rewritten.values())


def test_a_part_of_the_texts_becomes_a_no_value() -> None:
    texts = np.full(1000, "090-1787-1028", dtype=object)
    changed = rewrite(np.random.default_rng(2), texts, "phone", 0.5)
    empty = np.isin(changed.astype(str), NO_VALUES["phone"]).mean()
    assert 0.02 < empty < 0.09  # half of a tenth
    assert 0.3 < (changed != texts).mean() < 0.55


def test_a_dirty_world_is_read_without_a_blocking_fault(tmp_path: Path) -> None:
    plain, dirty = (generate(3, 400, changes={"identity_writings": share})[0] for share in (0.0, 0.8))
    assert plain["visa_applications"].num_rows == dirty["visa_applications"].num_rows
    assert plain["outcomes"].equals(dirty["outcomes"])
    assert not plain["landings"].column("passport_number").equals(dirty["landings"].column("passport_number"))
    write_folder(tmp_path / "dirty", dirty)
    assert [fault.sentence() for fault in faults_of(tmp_path / "dirty") if fault.blocking] == []
