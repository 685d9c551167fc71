from __future__ import annotations

import math
import re

import numpy as np
import pytest

from features.catalogue import Feature, catalogue
from features.evidence import Record, agreement_of, agreement_text
from features.identity.birth_dates import SAME
from features.identity.name_comparison import TYPING_ERROR
from features.watchlist.matches import Similarity
from models.reasons import by_language, choose_reasons, feature_sentence, formatted_value, record_json

ALL = [feature for subject in ("visa", "entry") for feature in catalogue(subject).features]
VALUES = {"count": 3.0, "days": 12.0, "share": 0.25, "ratio": 1.5, "yen": 200000.0, "years": 2.0, "flag": 1.0}


def visa(name: str) -> Feature:
    return catalogue("visa").by_name(name)


@pytest.mark.parametrize("feature", ALL, ids=lambda feature: feature.name)
@pytest.mark.parametrize("value", ["some", "none", "missing"])
def test_a_reason_that_lowers_never_reads_like_another_that_raises(feature: Feature, value: str) -> None:
    given = {"some": VALUES[feature.unit], "none": 0.0, "missing": math.nan}[value]
    raises, lowers = (feature_sentence(feature, given, raises=item) for item in (True, False))
    assert raises["ja"] != lowers["ja"]
    assert raises["en"] != lowers["en"]
    assert lowers["en"].startswith("Speaks against an interview")
    assert lowers["ja"].startswith("面接の必要を低める事情")
    for text in (raises, lowers):
        assert "{" not in text["ja"] + text["en"]
        assert text["ja"].endswith("。")
        assert text["en"].endswith(".")
        assert not re.search(r"-0\b|fraud|refus|拒否|偽装", text["en"] + text["ja"])
    # the value and the meaning are still told
    assert by_language(feature.meaning)["ja"] in lowers["ja"]


@pytest.mark.parametrize(
    ("value", "unit", "ja", "en"),
    [
        (-0.0, "count", "0", "0"), (-0.3, "days", "0", "0"), (0.3, "days", "1未満", "less than 1"), (1234.0, "count", "1,234", "1,234"),
        (-7.0, "days", "-7", "-7"), (0.0, "share", "0%", "0%"), (0.004, "share", "1%未満", "less than 1%"), (0.005, "share", "1%未満", "less than 1%"),
        (0.996, "share", "99%超", "more than 99%"), (1.0, "share", "100%", "100%"), (0.5, "share", "50%", "50%"), (0.04, "ratio", "0.1未満", "less than 0.1"),
        (-0.0, "ratio", "0.0", "0.0"), (1.25, "ratio", "1.2", "1.2"), (1.0, "flag", "はい", "yes"), (0.0, "flag", "いいえ", "no"),
    ],
)  # fmt: skip
def test_a_value_is_formatted_for_people(value: float, unit: str, ja: str, en: str) -> None:
    output = formatted_value(value, unit)
    assert (output["ja"], output["en"]) == (ja, en)


def test_a_share_is_never_stated_as_nothing_when_there_is_something() -> None:
    for value in np.linspace(1e-6, 1 - 1e-6, 2001).tolist():
        assert formatted_value(value, "share")["en"] not in {"0%", "100%"}


def test_nothing_recorded_reads_as_a_sentence() -> None:
    result = feature_sentence(visa("guarantor_missing_or_overstay_ever_count"), 0.0, raises=True)
    assert (
        result["en"]
        == "Missing reports or overstays under this guarantor so far: none; this weighs towards an interview."
    )
    assert (
        result["ja"]
        == "同じ身元保証人に係る行方不明の届出又は不法残留は、これまでにありません（面接の必要を高める方向に働いています）。"
    )


def test_no_percent_that_raises_says_which_way_it_weighs() -> None:
    share = next(feature for feature in ALL if feature.unit == "share")
    nothing, some = (feature_sentence(share, value, raises=True) for value in (0.0, 0.25))
    assert nothing["en"].endswith("; this weighs towards an interview.")
    assert nothing["ja"].endswith("（面接の必要を高める方向に働いています）。")
    assert "towards" not in some["en"]


def test_the_strongest_come_first_and_what_hardly_weighs_is_left_out() -> None:
    known = catalogue("visa")
    added = np.zeros(len(known.names))
    added[[3, 9, 20]] = (0.5, -2.0, 0.01)
    chosen = choose_reasons(known, np.ones(len(known.names)), added, lambda name: [Record("landings", name)] * 30)
    assert [(item.code, item.direction) for item in chosen] == [
        (known.names[9], "lowers"), (known.names[3], "raises"),
    ]  # fmt: skip
    assert all(len(item.evidence) == 10 for item in chosen)
    assert chosen[0].as_json()["evidence"] == [{"table": "landings", "id": known.names[9]}] * 10


def test_without_any_contribution_there_is_no_reason() -> None:
    known = catalogue("visa")
    zeros = np.zeros(len(known.names))
    assert choose_reasons(known, zeros, zeros, lambda _: []) == []


def test_a_match_is_shown_by_field_and_holds_no_value_of_the_entry() -> None:
    agreement = agreement_of(Similarity(TYPING_ERROR, SAME, passport=False, phone=True, address=False))
    shown = record_json(Record("tip_database", "T1", agreement_text(agreement), agreement))
    assert shown == {
        "table": "tip_database", "id": "T1",
        "match": {
            "ja": "類似：氏名は1字違い、生年月日一致、電話番号一致",
            "en": "near match: name differs by one typing error, birth date same, phone same",
        },
        "agreement": {"grade": "near", "name": "typing_error", "birth_date": "same", "phone": "same"},
    }  # fmt: skip
    assert record_json(Record("landings", "L1")) == {"table": "landings", "id": "L1"}
