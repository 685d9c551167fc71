"""Covers: quality.probes, people.keys, filing.forms, filing.typing_slips, filing.statements, people.names, geography.addresses.

No short-cuts: what should say nothing about exploitation says nothing, in short form (`world-probes` has the long one).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from features.catalogue import catalogue
from features.matrix import build_matrix
from features.tables import Records
from synthetic_data.world import generate

# 400 exploited applications: the standard error of an AUC is about 0.29 / sqrt(400) = 0.015, and rings make it larger
CHANGES = {"exploited_share": 0.02, "lookalikes_per_exploited": 8}
SLACK = 0.06


def auc(values: np.ndarray, exploited: np.ndarray) -> float:  # type: ignore[type-arg]
    """Mann and Whitney 1947, folded so that 0.5 is the least."""
    rank, n = rankdata(values), int(exploited.sum())
    value = (rank[exploited].sum() - n * (n + 1) / 2) / (n * (len(rank) - n))
    return max(value, 1.0 - value)


Filed = tuple[pd.DataFrame, np.ndarray]  # type: ignore[type-arg]


def files(seed: int, scenario: str) -> Filed:
    records, truth = generate(seed, 20_000, scenario, CHANGES)
    filed = records["visa_applications"].to_pandas()
    return filed, truth.to_pandas().set_index("subject_id").exploited[filed.application_id].to_numpy()


@pytest.fixture(scope="module")
def filed() -> Filed:
    return files(8, "default")


def test_ids_row_order_and_fractions_of_time_say_nothing(filed: Filed) -> None:
    rows, exploited = filed
    number = rows.application_id.str[2:].astype(int)
    seconds = rows.submitted_at.dt.minute * 60 + rows.submitted_at.dt.second
    passport = rows.passport_number.str.extract(r"(\d+)")[0].astype(float).fillna(0)
    for values in (number, number % 97, np.arange(len(rows)), seconds, passport, rows.submitted_at.dt.hour):
        assert auc(np.asarray(values), exploited) < 0.5 + SLACK


def test_empty_fields_say_nothing_within_a_status(filed: Filed) -> None:
    rows, exploited = filed
    optional = ["occupation", "monthly_income_jpy", "applicant_phone", "applicant_email", "home_address", "stay_address",
                "statement_fingerprint", "declared_previous_stays", "agency_id"]  # fmt: skip
    for status in ("temporary_visitor", "spouse_or_child_of_japanese", "entertainer"):
        here = (rows.status_of_residence == status).to_numpy()
        for column in optional:
            assert auc(rows[column].isna().to_numpy()[here], exploited[here]) < 0.5 + 2 * SLACK


@pytest.mark.parametrize(
    "column", ["guarantor_phone", "guarantor_address", "stay_address", "applicant_phone", "guarantor_name"]
)
def test_the_length_of_a_text_says_nothing(filed: Filed, column: str) -> None:
    rows, exploited = filed
    there = rows[column].notna().to_numpy()
    assert auc(rows[column][there].str.len().to_numpy(), exploited[there]) < 0.5 + SLACK


@pytest.mark.parametrize(("scenario", "limit"), [("default", 0.65), ("flat", 0.53 + SLACK / 2)])
def test_nationality_sex_and_post_say_little(scenario: str, limit: float) -> None:
    rows, exploited = files(8, scenario)
    groups = pd.get_dummies(rows[["nationality", "sex", "post"]]).to_numpy(dtype=float)
    chance = cross_val_predict(LogisticRegression(max_iter=500), groups, exploited, cv=4, method="predict_proba")[:, 1]
    assert auc(chance, exploited) < limit


def test_a_phone_with_two_guarantors_is_mostly_honest(filed: Filed) -> None:
    rows, exploited = filed
    digits = (
        rows.guarantor_phone.str.normalize("NFKC")
        .str.replace(r"\D", "", regex=True)
        .str.replace(r"^81", "0", regex=True)
    )
    many = rows.guarantor_birth_date.groupby(digits).transform("nunique") > 1
    assert exploited[many].mean() < 3 * exploited.mean()


def test_no_column_of_a_table_is_always_empty(town: tuple[Records, object]) -> None:
    for name, table in town[0].tables.items():
        for column in table.column_names:
            if column != "port_of_entry":  # optional, and not on the form of those years
                assert table[column].null_count < table.num_rows, (name, column)


def test_no_single_feature_gives_a_ring_away(world: Records) -> None:
    truth = generate(7, 4000)[1].to_pandas().set_index("subject_id").exploited
    matrix = build_matrix(world, "visa")
    exploited = truth[list(matrix.subject_ids)].to_numpy()
    for number, name in enumerate(catalogue("visa").names):
        assert auc(np.nan_to_num(matrix.values[:, number], nan=-1e12), exploited) <= 0.80, name
