from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from features.tables.folder import Records
from training.labels.journeys import with_journeys
from training.labels.labels import ARMS, Labels
from training.labels.outcomes import case_outcomes

DAY = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)
LANDINGS = pa.table({"landing_id": ["L1", "L2", "L3"], "application_id": ["A1", "A1", None]})


def outcome(subject: str, subject_id: str, finding: str, day: int, arm: str = "targeted") -> dict[str, object]:
    at = DAY + dt.timedelta(days=day)
    return {"subject": subject, "subject_id": subject_id, "finding": finding, "known_at": at, "arm": arm,
            "inclusion_probability": 0.1 if arm == "random" else None, "typology": "T1" if finding == "indications" else None}  # fmt: skip


def labels(rows: list[dict[str, object]], subject: str, ids: list[str], before_day: int = 1000) -> Labels:
    schema = pa.schema([
        ("subject", pa.string()), ("subject_id", pa.string()), ("finding", pa.string()), ("known_at", pa.timestamp("us", "UTC")),
        ("arm", pa.string()), ("inclusion_probability", pa.float64()), ("typology", pa.string()),
    ])  # fmt: skip
    records = Records({"landings": LANDINGS, "outcomes": pa.Table.from_pylist(rows, schema)})
    own = case_outcomes(records["outcomes"], subject, ids, np.zeros(len(ids), dtype=np.int64))
    cutoff = int((DAY + dt.timedelta(days=before_day)).timestamp() * 1e6)
    return with_journeys(own, records, subject, ids).known_before(cutoff)


def test_a_finding_about_an_application_is_a_label_of_each_of_its_landings() -> None:
    known = labels([outcome("visa_application", "A1", "indications", 5)], "entry", ["L1", "L2", "L3"])
    np.testing.assert_array_equal(known.positive, [1.0, 1.0, np.nan])


def test_a_finding_about_a_landing_is_a_label_of_its_application() -> None:
    known = labels([outcome("landing", "L2", "no_indication", 5)], "visa", ["A0", "A1"])
    np.testing.assert_array_equal(known.positive, [np.nan, 0.0])


def test_it_counts_from_when_it_became_known() -> None:
    rows = [outcome("visa_application", "A1", "indications", 5)]
    assert np.isnan(labels(rows, "entry", ["L1"], before_day=5).positive).all()  # a tie is not visible
    assert labels(rows, "entry", ["L1"], before_day=6).positive[0] == 1.0


def test_a_carried_outcome_was_not_sampled_and_represents_nobody() -> None:
    rows = [outcome("visa_application", "A1", "indications", 5, "random")]
    known = labels(rows, "entry", ["L1"])
    assert not known.in_random_sample[0]
    assert known.arm[0] == ARMS.index("later_identification")
    assert known.confirmed is not None
    assert not known.confirmed[0]  # an interview's indications stay that


def test_the_own_outcome_keeps_its_arm_beside_a_carried_one() -> None:
    rows = [outcome("landing", "L1", "no_indication", 3, "random"), outcome("visa_application", "A1", "indications", 5)]
    known = labels(rows, "entry", ["L1"])
    assert known.positive[0] == 1.0
    assert known.in_random_sample[0]
    assert known.finding[0] == 0.0
