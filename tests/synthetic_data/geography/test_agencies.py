"""Covers: geography.agencies, geography.district.

Clients per agency and year as measured in real filings: median 1-2, p90 8-53, p99 33-258, largest 105-465.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic_data.people.keys import NONE
from synthetic_data.people.population import settle_district
from tests.synthetic_data.conftest import small_district


@pytest.fixture(scope="module")
def files() -> pd.DataFrame:
    plan = settle_district(small_district(60_000))[0]
    year = pd.to_datetime(plan["day"], unit="D").year
    return pd.DataFrame({"year": year, "agency": plan["agency"], "exploited": plan["exploited"]}).query(
        f"agency != {NONE}"
    )


def test_agencies_have_as_many_clients_a_year_as_measured(files: pd.DataFrame) -> None:
    for _, of_year in files.groupby("year"):
        clients = np.sort(of_year.agency.value_counts().to_numpy())
        assert 1 <= np.median(clients) <= 2
        assert 8 <= np.quantile(clients, 0.9) <= 53
        assert 33 <= np.quantile(clients, 0.99) <= 258
        assert 105 <= clients[-1] <= 465
        assert 0.13 <= clients[-10:].sum() / clients.sum() <= 0.36


def test_large_agencies_are_no_riskier_than_others(files: pd.DataFrame) -> None:
    size = files.groupby("agency").year.transform("size")
    rate = files.exploited.groupby(size > 300).agg(["sum", "size"])
    low, high = rate.loc[False], rate.loc[True]
    # counts of rare events: three standard errors of their difference
    error = 3 * np.sqrt(low["sum"] / low["size"] ** 2 + high["sum"] / high["size"] ** 2)
    assert high["sum"] / high["size"] < low["sum"] / low["size"] + error
