"""Covers: people.population, people.ordinary, people.repeat_applicants, people.applicants, output.district_records."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from features.tables import Records
from synthetic_data.filing.plan import Plan
from synthetic_data.people.population import settle_district
from synthetic_data.typologies.table import SHARES
from synthetic_data.world import generate
from tests.synthetic_data.conftest import small_district

World = tuple[Records, pa.Table]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return settle_district(small_district(30_000))[0]


def test_a_district_has_exactly_as_many_applications_as_it_shall(plan: Plan) -> None:
    assert len(plan) == 30_000
    assert (np.diff(plan["day"]) >= 0).all()


def test_three_in_a_thousand_are_exploited_and_every_typology_is_there(plan: Plan) -> None:
    assert int(plan["exploited"].sum()) == 90  # 0.003 of 30,000
    assert set(plan["typology"]) == {0, *SHARES}


def test_each_typology_has_twenty_look_alikes_for_each_exploited_application(plan: Plan) -> None:
    for typology in SHARES:
        exploited = int((plan["typology"] == typology).sum())
        assert int(((plan["kind"] == typology) & ~plan["exploited"]).sum()) >= 20 * exploited


@pytest.mark.parametrize("applications", [1500, 4000])
def test_small_worlds_hold_all_typologies_rings_and_findings(applications: int) -> None:
    records, truth = generate(2, applications)
    known = truth.to_pandas()
    mine = known[known.exploited & (known.subject == "visa_application")]
    assert len(mine) == min(72, round(0.06 * applications))
    assert mine.typology.nunique() == 12
    assert mine.ring_id.nunique() >= 12
    result = records["outcomes"].to_pandas()
    for subject in ("visa_application", "landing"):
        positive = result[(result.subject == subject) & result.finding.isin(["indications", "victim_identified"])]
        assert len(positive) >= 12


def test_people_come_again_exploited_or_not() -> None:
    # 600 are exploited, of whom about a tenth come again
    records, truth = generate(3, 20_000, changes={"exploited_share": 0.03, "lookalikes_per_exploited": 5})
    filed = records["visa_applications"].to_pandas()
    exploited = filed.application_id.isin(truth.to_pandas().query("exploited").subject_id)
    again = filed.passport_number.duplicated(keep=False)
    assert 0.1 < again[~exploited].mean() < 0.5
    assert 0.05 < again[exploited].mean() < 0.4


def test_truth_has_its_fixed_columns_and_one_row_for_each_case(town: World) -> None:
    records, truth = town
    assert truth.column_names == ["subject", "subject_id", "exploited", "typology", "ring_id"]
    count = records["visa_applications"].num_rows + records["landings"].num_rows
    assert truth.num_rows == count == len(set(truth["subject_id"].to_pylist()))
    known = truth.to_pandas()
    assert (known.typology.notna() == known.exploited).all()
    assert (known.ring_id.notna() == known.exploited).all()


def test_the_shift_brings_male_labour_only_in_the_last_two_years() -> None:
    records, truth = generate(2, 6000, "shift")
    mine = truth.to_pandas().query("typology == 'T11' and subject == 'visa_application'")
    filed = records["visa_applications"].to_pandas().merge(mine, left_on="application_id", right_on="subject_id")
    assert len(filed) > 3
    assert filed.submitted_at.dt.year.min() >= 2011
