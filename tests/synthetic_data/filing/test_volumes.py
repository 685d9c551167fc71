"""Covers: filing.volumes, filing.plan, filing.form_codes, geography.countries, geography.establishments, travel.landings, travel.residence, people.marriages, people.children, people.earlier_residents.

Nothing happens before it can, or after it cannot.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

from features.tables import Records
from synthetic_data.filing.volumes import ENTERTAINER_CRITERIA
from synthetic_data.typologies.neighbourhoods import draw_spans, yearly_weights

World = tuple[Records, pa.Table]
BIOMETRICS = pd.Timestamp("2007-11-20", tz="UTC")
END = pd.Timestamp("2013-01-01", tz="UTC")


def test_people_leave_after_they_land_and_nothing_is_reported_after_they_left(town: World) -> None:
    records, _ = town
    stays = records["departures"].to_pandas().merge(records["landings"].to_pandas(), on="landing_id")
    assert (stays.departed_at > stays.landed_at).all()
    events = records["residence_events"].to_pandas().merge(records["landings"].to_pandas(), on="landing_id")
    assert (events.occurred_at > events.landed_at).all()
    events = events.merge(records["departures"].to_pandas(), on="landing_id")
    assert (events.occurred_at.dt.floor("D") <= events.departed_at).all()


def test_nobody_lands_before_applying_or_is_known_after_the_ten_years(town: World) -> None:
    records, _ = town
    landed = records["landings"].to_pandas().merge(records["visa_applications"].to_pandas(), on="application_id")
    assert (landed.landed_at > landed.submitted_at).all()
    for name in ("residence_events", "outcomes", "employment_reports", "establishment_actions"):
        assert (records[name].to_pandas().known_at < END).all()


def test_biometrics_begin_in_november_2007_and_are_not_taken_from_children(town: World) -> None:
    landings = town[0]["landings"].to_pandas()
    assert landings[landings.landed_at < BIOMETRICS].biometric_id.isna().all()
    late = landings[landings.landed_at >= BIOMETRICS]
    age = (late.landed_at.dt.tz_localize(None) - pd.to_datetime(late.birth_date)).dt.days / 365.25
    assert late[age < 15.9].biometric_id.isna().all()
    assert late[age > 16.1].biometric_id.notna().all()


def test_the_law_changes_when_it_did(town: World) -> None:
    filed = town[0]["visa_applications"].to_pandas()
    year = filed.submitted_at.dt.year
    intern = filed[filed.status_of_residence == "technical_intern"]
    assert intern.submitted_at.min() >= pd.Timestamp("2010-07-01", tz="UTC")
    stage = year[filed.status_of_residence == "entertainer"].value_counts()
    # 134,879 entered in 2004 and 48,249 in 2006: a fall to about a third
    assert 0.2 < stage[2006] / stage[2004] < 0.55
    citizens = filed[filed.child_nationality_acquired_on.notna()]
    lately = citizens.submitted_at.dt.year >= 2009
    with_child = filed[filed.child_birth_date.notna()].submitted_at.dt.year >= 2009
    assert lately.sum() / with_child.sum() > 1.5 * (~lately).sum() / (~with_child).sum()


def test_rings_leave_the_stage_for_marriage_after_2005() -> None:
    begun = {}
    for typology in (1, 5):
        start, _ = draw_spans(np.random.default_rng(0), yearly_weights(typology, 0), (12, 42), 2000)
        begun[typology] = (start < ENTERTAINER_CRITERIA).mean()
    # at least half of the stage's rings, and under a third of the marriages', are at work before the route closes
    assert begun[5] > 0.5
    assert begun[1] < 1 / 3


def test_dates_of_a_marriage_are_in_order(town: World) -> None:
    filed = town[0]["visa_applications"].to_pandas()
    wives = filed[filed.married_on.notna() & filed.first_met_on.notna()]
    assert (wives.first_met_on <= wives.married_on).all()
    assert (pd.to_datetime(wives.married_on).dt.date <= wives.submitted_at.dt.date).all()
    assert isinstance(wives.married_on.iloc[0], dt.date)
