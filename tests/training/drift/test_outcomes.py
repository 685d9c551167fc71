from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from training.drift.outcomes import FALSE_ALARM_LEVEL, INDICATIONS, TYPOLOGY, OutcomeDrift, _Test, outcome_drift

CASES = 2000
NOW = np.arange(CASES) >= 1400


def drawn(seed: int) -> pd.DataFrame:
    """Interviews of which one in ten finds one of four typologies, then and now alike."""
    rng = np.random.default_rng(seed)
    label = (rng.random(CASES) < 0.1).astype(float)
    return pd.DataFrame({
        "arm": rng.choice(["random", "targeted", "later_identification"], CASES), "label": label,
        "typology": np.where(label == 1.0, rng.choice(["T1", "T2", "T3", "T4"], CASES), None),
    })  # fmt: skip


def compared(frame: pd.DataFrame, ring: np.ndarray | None = None) -> dict[tuple[str, str], OutcomeDrift]:  # type: ignore[type-arg]
    result = outcome_drift(frame, np.full(CASES, -1) if ring is None else ring, NOW)
    return {(item.question, item.of): item for item in result}


def test_false_alarms_stay_within_the_stated_level() -> None:
    alarmed = sum(any(item.alarm for item in compared(drawn(seed)).values()) for seed in range(60))
    # at 5 % a report, eight or more of sixty come about by chance one time in a hundred
    assert alarmed <= 60 * FALSE_ALARM_LEVEL + 4


def test_a_typology_that_comes_up_raises_the_alarm_and_another_that_goes_does_not() -> None:
    frame = drawn(1)
    frame["typology"] = frame["typology"].where(~((frame["typology"] == "T1") & ~NOW), "T2")
    result = compared(frame)
    assert result[TYPOLOGY, "T1"].positives_then == 0
    assert result[TYPOLOGY, "T1"].alarm
    assert not result[TYPOLOGY, "T2"].alarm


def test_a_ring_of_a_new_typology_is_a_finding() -> None:
    frame = drawn(2)
    frame["typology"] = frame["typology"].where(frame["typology"] != "T4", "T3")
    lately = np.flatnonzero((frame["label"] == 1.0) & NOW & frame["arm"].isin(["random", "targeted"]))[:12]
    frame.loc[lately, "typology"] = "T9"
    ring = np.full(CASES, -1)
    assert compared(frame)[TYPOLOGY, "T9"].alarm
    ring[lately] = 1
    assert not compared(frame, ring)[TYPOLOGY, "T9"].alarm


@pytest.mark.parametrize("kept", [0.2, 1.0])
def test_a_share_of_indications_that_falls_or_rises_raises_the_alarm(kept: float) -> None:
    frame = drawn(3)
    rng = np.random.default_rng(0)
    more = (rng.random(CASES) < 0.2) & NOW & (kept == 1.0)
    fewer = NOW & (rng.random(CASES) > kept)
    frame["label"] = np.where(fewer, 0.0, np.where(more, 1.0, frame["label"]))
    assert compared(frame)[INDICATIONS, "random"].alarm
    assert not compared(drawn(3))[INDICATIONS, "random"].alarm


def test_the_chance_of_a_share_is_that_of_fishers_test() -> None:
    frame = drawn(4)
    known, figures = (frame["arm"] == "random").to_numpy(), (frame["label"] == 1.0).to_numpy()
    table = [[(known & part & item).sum() for item in (figures, ~figures)] for part in (NOW, ~NOW)]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    item = compared(frame)[INDICATIONS, "random"]
    assert item.p_value == pytest.approx(min(2 * min(tails), 1.0), rel=1e-9)
    assert (item.then, item.now) == ((known & ~NOW).sum(), (known & NOW).sum())


def test_a_two_sided_test_alarms_at_half_the_level_each_way() -> None:
    # 60 of 200 then and 9 of 60 now: of all ways to deal out the findings about 1.3 in 100 are as low, 2.5 either way
    people, now = np.ones(260, dtype=bool), np.arange(260) >= 200
    hit = np.concatenate([np.arange(200) < 60, np.arange(60) < 9])
    tried = _Test.of(INDICATIONS, "all", people, hit, now, np.zeros(260, dtype=np.int64), np.arange(260))
    level_each_way = tried.null.lower_tail(tried.counts[-1])
    assert not tried.at(1.5 * level_each_way).alarm
    assert tried.at(2.5 * level_each_way).alarm
