"""Covers: typologies.neighbourhoods, typologies.table, filing.drafts, filing.empty_fields.

In the enriched world no route, and so no field that a route fills, is the exploited's own.
"""

from __future__ import annotations

import pandas as pd
import pytest

from synthetic_data.world import generate

# of about 1,800 exploited a share has a standard error of at most 0.012, and rings of a dozen widen it
APART = 0.06


@pytest.fixture(scope="module")
def filed() -> pd.DataFrame:
    records, truth = generate(4, 60_000, changes={"exploited_share": 0.03, "lookalikes_per_exploited": 3})
    rows = records["visa_applications"].to_pandas()
    rows["exploited"] = rows.application_id.isin(truth.to_pandas().query("exploited").subject_id)
    return rows


def test_each_status_is_about_as_frequent_among_the_exploited_as_among_all(filed: pd.DataFrame) -> None:
    shares = pd.crosstab(filed.status_of_residence, filed.exploited, normalize="columns")
    assert (shares[True] - shares[False]).abs().max() < APART
    assert (shares[True] - shares[False]).abs().sum() / 2 < 2 * APART


@pytest.mark.parametrize(
    "column",
    [
        "coe_number", "guarantor_name", "inviter_name", "introducer_name", "host_establishment_id", "agency_id", "married_on",
        "child_birth_date", "acknowledging_parent_name", "other_names", "occupation", "monthly_income_jpy",
    ],
)  # fmt: skip
def test_each_part_of_the_form_is_filled_about_as_often_by_the_exploited(filed: pd.DataFrame, column: str) -> None:
    filled = filed[column].notna().groupby(filed.exploited).mean()
    assert abs(filled[True] - filled[False]) < APART
