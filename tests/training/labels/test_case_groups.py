from __future__ import annotations

import numpy as np
import pandas as pd

from features.tables import Records
from training.labels.case_groups import LINK_KEYS, case_groups, confirmed_case_groups, link_keys, persons


def test_findings_that_share_a_key_are_a_ring_also_in_two_steps() -> None:
    keys = {"phone": np.array([5, 5, 0, 0, 5]), "guarantor": np.array([0, 7, 7, 0, 0])}
    recorded = case_groups(keys, np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    assert recorded[0] == recorded[1] == recorded[2]  # 0 and 1 by phone, 1 and 2 by guarantor
    assert recorded[3] not in {-1, recorded[0]}  # alone: an empty key connects nobody
    assert recorded[4] == -1  # no indications, no ring, whatever the phone


def test_nobody_identified_makes_no_ring() -> None:
    assert case_groups({"phone": np.array([5, 5])}, np.array([0.0, np.nan])).tolist() == [-1, -1]


def test_a_person_has_a_number_and_an_unknown_person_has_none() -> None:
    recorded = persons({"person": np.array([9, 4, 9, 0])})
    assert recorded[0] == recorded[2] != recorded[1]
    assert recorded[3] == -1


def test_keys_are_read_in_the_order_of_the_cases(world: Records) -> None:
    ids = world["visa_applications"]["application_id"].to_pylist()[:50]
    there, back = link_keys(world, "visa", ids), link_keys(world, "visa", ids[::-1])
    assert set(there) == set(LINK_KEYS["visa"])
    assert np.array_equal(there["person"], back["person"][::-1])


def test_people_confirmed_who_share_a_phone_are_a_finding_and_others_do_not_join_them(world: Records) -> None:
    table = world["visa_applications"]
    keys = link_keys(world, "visa", table["application_id"].to_pylist())["guarantor_phone"]
    shared = next(key for key, count in zip(*np.unique(keys[keys != 0], return_counts=True), strict=True) if count >= 3)
    pair, alone = np.flatnonzero(keys == shared)[:3], np.flatnonzero(keys == 0)[:1]
    ids = table["application_id"].take([*pair.tolist(), *alone.tolist()]).to_pylist()
    frame = pd.DataFrame({"subject_id": ids, "confirmed": [True, True, False, True]})
    case_group = confirmed_case_groups(world, "visa", frame)
    assert case_group[0] == case_group[1] >= 0
    assert case_group[2] == -1
    assert case_group[3] not in {-1, case_group[0]}
    nobody = confirmed_case_groups(world, "visa", frame.assign(confirmed=False))
    assert nobody.tolist() == [-1] * 4


def test_what_links_people_identified_is_what_the_rules_name() -> None:
    # whoever introduced several applicants connects them, as a guarantor or a common stay does
    assert set(LINK_KEYS["visa"]) == {"person", "guarantor", "guarantor_phone", "introducer_phone", "stay_phone"}
    assert set(LINK_KEYS["entry"]) == {"person", "stay_phone", "booking_phone"}
