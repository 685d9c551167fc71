"""A reason is a finding that an officer at a counter could say: exact, present, unusual. Covers: findings, finding_texts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import lightgbm as lgb
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from features.catalogue import catalogue
from features.catalogue.findings import FINDING_OF_FEATURE, FINDINGS, FOR_THE_PERSON, ORGANISER_MATCH, RAISES
from features.evidence import Record
from features.languages import LANGUAGES
from models.bundle import Bundle, load_bundle, save_bundle
from models.calibration import Calibration
from models.finding_texts import NO_BOUND, Bound, Fact, sentence, usual
from models.findings import MIN_DIFFERENCE, FindingsExplanation, explain_by_findings
from models.input_profile import InputProfile
from models.peers import ALL, PeerGroup, Peers
from models.scorer import Scorer
from models.tree_text import parse_forest

VISA = catalogue("visa")
N = len(VISA.names)
AT = {name: column for column, name in enumerate(VISA.names)}
KEY = Ed25519PrivateKey.generate()
KEYS = {"introducer_phone": "090-…-1234", "guarantor_phone": "080-…-9876"}
NAN = math.nan


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, booster: lgb.Booster, values: NDArray[np.float64]) -> Bundle:
    folder: Path = tmp_path_factory.mktemp("bundle") / "b"
    text = booster.model_to_string().partition("end of trees\n")[0] + "end of trees\n"
    scorer = Scorer(parse_forest(text, VISA.names), Calibration())
    peers = Peers.of(scorer, values, ["student" if row % 3 else "trainee" for row in range(len(values))])
    save_bundle(
        folder, version="1", booster_text=text, catalogue=VISA, calibration=Calibration(), profile=InputProfile.of(values),
        golden_values=values[:5], about={}, key=KEY, peers=peers,
    )  # fmt: skip
    return load_bundle(folder, trusted=[KEY.public_key()], catalogue=VISA)


def flat(bundle: Bundle, **high: float) -> Bundle:
    """The bundle with peers of whom nobody has anything, but for these upper (and lower) ends."""
    group = PeerGroup(np.zeros(N), np.zeros(N), np.zeros(N))
    for name, value in high.items():
        group.low[AT[name]] = group.high[AT[name]] = value
    return replace(bundle, peers=Peers(MappingProxyType({ALL: group})))


def explained(
    bundle: Bundle, facts: dict[str, tuple[float, float]], behind: dict[str, Iterable[str]] | None = None
) -> FindingsExplanation:
    """Explanation of a case with these values and contributions by feature, all else absent."""
    values, added = np.zeros(N), np.zeros(N)
    for name, (value, contribution) in facts.items():
        values[AT[name]], added[AT[name]] = value, contribution
    records = behind or {}
    raw = bundle.scorer.base_value + float(added.sum())
    return explain_by_findings(
        bundle, values, added, raw, status="student",
        evidence=lambda name: [Record("visa_applications", number) for number in records.get(name, [name])],
    )  # fmt: skip


def drawn_records(numbers: dict[str, list[int]], feature: str) -> list[Record]:
    return [Record("landings", f"L{number}") for number in numbers[feature]]


def codes(explanation: FindingsExplanation) -> list[str]:
    return [item.finding.code for item in explanation.shown]


def test_the_sum_is_exact_on_500_cases_and_every_headline_keeps_the_rules(
    bundle: Bundle, values: NDArray[np.float64]
) -> None:
    assert bundle.peers is not None
    result = bundle.explain(values[:500])
    rng = np.random.default_rng(4)
    shown = 0
    for row in range(500):
        status = ("student", "trainee", "entertainer")[row % 3]
        name, group = bundle.peers.of_status(status)
        assert name == (status if row % 3 < 2 else ALL)
        numbers = {feature: rng.integers(0, 40, 3).tolist() for feature in VISA.names}
        got = explain_by_findings(
            bundle, values[row], result.contributions[row], float(result.raw_score[row]), status=status,
            evidence=partial(drawn_records, numbers),
        )  # fmt: skip
        total = got.peer_base_value + sum(got.contributions.values()) + got.remainder
        assert abs(total - result.raw_score[row]) < 1e-12
        # the remainder is what features without a finding add, and nothing else
        difference = result.contributions[row] - group.mean
        outside = sum(difference[AT[feature]] for feature in VISA.names if feature not in FINDING_OF_FEATURE)
        assert abs(got.remainder - outside) < 1e-9
        sides: dict[str, set[Record]] = {RAISES: set(), FOR_THE_PERSON: set()}
        for item in got.shown:
            shown += 1
            sign = 1 if item.finding.direction == RAISES else -1
            assert item.contribution == math.fsum(item.differences.values())
            if item.finding.code != ORGANISER_MATCH:
                assert sign * item.contribution > sign * MIN_DIFFERENCE
            assert item.clauses
            for clause in item.clauses:
                fact, column = clause.fact, AT[clause.fact.feature]
                assert not math.isnan(fact.value)
                assert fact.value != 0 or fact.feature in item.finding.most
                if item.finding.direction == RAISES and item.finding.code != ORGANISER_MATCH:
                    assert not group.low[column] <= fact.value <= group.high[column]
                if item.finding.code != ORGANISER_MATCH:
                    assert clause.difference * sign > (0 if sign > 0 else -MIN_DIFFERENCE)
            sides[item.finding.direction] |= set(item.records)
        assert not sides[RAISES] & sides[FOR_THE_PERSON]
        for side in (RAISES, FOR_THE_PERSON):
            assert sum(item.finding.direction == side for item in got.shown) <= 3
    assert shown > 200


def test_what_is_absent_usual_or_small_is_no_reason(bundle: Bundle) -> None:
    name = "introducer_phone_findings_ever_count"
    assert codes(explained(flat(bundle), {name: (2.0, 1.0)})) == ["introducer_history"]
    assert codes(explained(flat(bundle), {name: (0.0, 1.0)})) == []
    assert codes(explained(flat(bundle), {name: (NAN, 1.0)})) == []
    assert codes(explained(flat(bundle, **{name: 2.0}), {name: (2.0, 1.0)})) == []
    assert codes(explained(flat(bundle), {name: (2.0, 0.05)})) == []
    # the finding raises, but its only unusual fact lowers
    other = "introducer_phone_missing_or_overstay_ever_count"
    assert codes(explained(flat(bundle), {name: (2.0, -0.1), other: (0.0, 1.0)})) == []


def test_a_value_is_remarkable_on_its_own_side_only(bundle: Bundle) -> None:
    peers = flat(bundle, courtship_days=300.0)
    assert codes(explained(peers, {"courtship_days": (5.0, 1.0)})) == ["thin_marriage"]
    assert codes(explained(peers, {"courtship_days": (4000.0, 1.0)})) == []


def test_what_is_favourable_is_said_even_where_usual_unless_it_clearly_adds(bundle: Bundle) -> None:
    name = "own_completed_stays_count"
    peers = flat(bundle, **{name: 5.0})
    [item] = explained(peers, {name: (3.0, 0.0)}).shown
    assert item.finding.code == "own_returns"
    # a usual value needs no usual range beside it
    assert set(item.as_json("visa", all_statuses=True, keys={})["usual"].values()) == {""}  # type: ignore[attr-defined]
    assert codes(explained(peers, {name: (3.0, 2 * MIN_DIFFERENCE)})) == []
    assert codes(explained(peers, {name: (0.0, -1.0)})) == []
    # a good share is favourable, a poor one is not
    share = "agency_departures_on_time_365d_share"
    assert codes(explained(flat(bundle), {share: (0.97, -0.2)})) == ["agency_record"]
    assert codes(explained(flat(bundle), {share: (0.5, -0.2)})) == []


def test_a_fact_needs_a_record_unless_the_own_file_states_it(bundle: Bundle) -> None:
    name = "network_missing_or_overstay_count"
    assert codes(explained(flat(bundle), {name: (3.0, 1.0)}, {name: []})) == []
    peers = flat(bundle, courtship_days=300.0)
    assert codes(explained(peers, {"courtship_days": (5.0, 1.0)}, {"courtship_days": []})) == ["thin_marriage"]


def test_a_host_with_more_places_than_people_is_not_crowded(bundle: Bundle) -> None:
    name = "host_applications_entertainer_365d_per_capacity_ratio"
    assert codes(explained(flat(bundle), {name: (0.9, 1.0)})) == []
    assert codes(explained(flat(bundle), {name: (1.5, 1.0)})) == ["crowded_or_acted_on_host"]


def test_no_record_is_on_both_sides(bundle: Bundle) -> None:
    facts = {"introducer_phone_findings_ever_count": (2.0, 2.0), "guarantor_departures_on_time_ever_count": (9.0, -1.0)}
    first, second = facts
    both = explained(flat(bundle), facts, {first: ["A", "B"], second: ["B", "C"]})
    assert codes(both) == ["introducer_history", "sponsor_record"]
    assert [[record.id for record in item.records] for item in both.shown] == [["A", "B"], ["C"]]
    assert codes(explained(flat(bundle), facts, {first: ["A", "B"], second: ["B"]})) == ["introducer_history"]
    facts[second] = (9.0, -3.0)
    assert codes(explained(flat(bundle), facts, {first: ["B"], second: ["B", "C"]})) == ["sponsor_record"]
    # a statement of the case's own file has no record that could be on both sides
    facts = {"courtship_days": (5.0, 1.0), "kin_guarantor_flag": (1.0, -1.0)}
    peers = flat(bundle, courtship_days=300.0)
    peers.peers.groups[ALL].high[AT["kin_guarantor_flag"]] = 0.0  # type: ignore[union-attr]
    assert codes(explained(peers, facts, {"courtship_days": [], "kin_guarantor_flag": []})) == [
        "thin_marriage",
        "kin_sponsor",
    ]


def test_an_organisers_match_is_always_among_the_three_and_first_only_where_it_is_the_strongest(bundle: Bundle) -> None:
    facts = {
        "watchlist_sponsor_count": (1.0, 0.0), "introducer_phone_findings_ever_count": (2.0, 3.0),
        "network_missing_or_overstay_count": (2.0, 2.0), "same_statement_persons_365d_count": (2.0, 1.0),
        "stay_address_findings_ever_count": (1.0, 1.0), "own_completed_stays_count": (8.0, -9.0),
    }  # fmt: skip
    shown = codes(explained(flat(bundle), facts, {name: ["A"] for name in facts}))
    assert shown == ["connected_people", "introducer_history", ORGANISER_MATCH]
    stronger = codes(explained(flat(bundle), {**facts, "watchlist_sponsor_count": (1.0, 4.0)}))
    assert stronger[0] == ORGANISER_MATCH
    assert ORGANISER_MATCH not in codes(explained(flat(bundle), {**facts, "watchlist_sponsor_count": (0.0, 0.0)}))


@pytest.mark.parametrize("met_days_before", [10.0, 900.0])
def test_a_link_has_one_sum_and_is_shown_for_the_person_where_it_lowers_the_score(
    bundle: Bundle, met_days_before: float
) -> None:
    added = 1.0 if met_days_before < 365 else -1.0
    facts = {
        "courtship_days": (met_days_before, added), "no_common_language_flag": (0.0, 0.0),
        "guarantor_missing_or_overstay_ever_count": (2.0, 2.0), "kin_guarantor_flag": (1.0, -0.5),
    }  # fmt: skip
    got = explained(flat(bundle, courtship_days=300.0), facts, {"guarantor_missing_or_overstay_ever_count": ["A"]})
    shown = {item.finding.code: item for item in got.shown}
    marriage = "thin_marriage" if added > 0 else "lasting_marriage"
    assert set(shown) == {marriage, "sponsor_history", "kin_sponsor"}
    assert shown[marriage].contribution == got.contributions["thin_marriage"] == added
    stated = [clause.fact.feature for clause in shown[marriage].clauses]
    assert stated == (["courtship_days"] if added > 0 else ["courtship_days", "no_common_language_flag"])
    sides = shown["sponsor_history"].contribution, shown["kin_sponsor"].contribution
    assert (*sides, got.contributions["sponsor_history"]) == (2.0, -0.5, 1.5)
    assert "kin_sponsor" not in got.contributions
    assert [shown[code].weight for code in (marriage, "sponsor_history", "kin_sponsor")] == [
        "moderate",
        "strong",
        "moderate",
    ]


def test_a_bundle_without_peers_is_refused_here(bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="no peers"):
        explained(replace(bundle, peers=None), {})


def fact(feature: str, value: float, bound: float = 0.0) -> Fact:
    return Fact(feature, value, Bound(bound, feature in FINDING_OF_FEATURE[feature].low))


SENTENCES = [
    ([("introducer_phone_spouse_applications_person_365d_count", 4), ("declared_meetings_count", 2)],
     "The introducer's phone 090-…-1234 appears in 4 other spouse applications in the past year; the couple declared 2 meetings before the marriage.",
     "紹介者の電話番号（090-…-1234）が、過去1年間に配偶者としての他の申請4件に記載されています。婚姻前に会った回数は、申告によれば2回です。"),
    ([("introducer_phone_spouse_applications_person_365d_count", 1)],
     "The introducer's phone 090-…-1234 appears in 1 other spouse application in the past year.",
     "紹介者の電話番号（090-…-1234）が、過去1年間に配偶者としての他の申請1件に記載されています。"),
    ([("guarantor_findings_ever_count", 2)],
     "2 earlier cases with the same guarantor showed indications of trafficking.",
     "同じ身元保証人の過去の案件のうち2件で、人身取引の兆候が認められています。"),
    ([("guarantor_phone_missing_or_overstay_365d_count", 3)],
     "The records of the past year show 3 missing reports or overstays of people whose applications gave the guarantor's phone 080-…-9876.",
     "身元保証人の電話番号（080-…-9876）が記載された申請で来日した方に、過去1年間の行方不明又は不法残留の記録が3件あります。"),
    ([("guarantor_phone_missing_or_overstay_365d_count", 1)],
     "The records of the past year show 1 missing report or overstay of people whose applications gave the guarantor's phone 080-…-9876.",
     "身元保証人の電話番号（080-…-9876）が記載された申請で来日した方に、過去1年間の行方不明又は不法残留の記録が1件あります。"),
    ([("courtship_days", 5), ("no_common_language_flag", 1)],
     "The couple married 5 days after they first met; the couple have no common language, by their own statement.",
     "知り合ってから婚姻までの期間は5日です。夫婦に共通の言語がないと申告されています。"),
    ([("same_statement_guarantors_365d_count", 12)],
     "The same statement was submitted in applications with 12 other guarantors in the past year.",
     "同じ文面の申述書が、過去1年間に他の身元保証人12人の申請でも提出されています。"),
    ([("stay_address_moved_to_person_365d_count", 6)],
     "6 other people moved to the address of stay in the past year.",
     "滞在先には、過去1年間に他の6人が転入しています。"),
    ([("host_applications_entertainer_365d_per_capacity_ratio", 2.5)],
     "Relative to the host establishment's capacity, 2.5 entertainers applied per place in the past year.",
     "受入れ機関の定員1人当たり、過去1年間に2.5人の興行の申請があります。"),
    ([("person_applications_passport_ever_count", 1)],
     "The same person applied with 1 other passport.",
     "同じ人物が、別の旅券1冊で申請しています。"),
    ([("parent_applications_person_ever_count", 3)],
     "The parent who acknowledged the child is also named in the applications of 3 other people.",
     "認知した親が、他の3人の申請にも記載されています。"),
    ([("booking_phone_landings_person_30d_count", 4)],
     "4 other travellers landed in the past month on bookings that gave the phone.",
     "予約の電話番号を使って、過去1か月間に他の4人が上陸しています。"),
    ([("watchlist_sponsor_count", 1)],
     "A sponsor's details match 1 entry for a perpetrator or broker in the Trafficking in Persons Database.",
     "身元保証人等の情報が、人身取引データベースの加害者・仲介者の登録1件と一致しています。"),
    ([("kin_guarantor_flag", 1), ("guarantor_departures_on_time_ever_share", 0.995)],
     "The guarantor is a close relative; of the departures of people whom the guarantor sponsored, more than 99% were within the permitted stay.",
     "身元保証人は近い親族です。身元保証人が保証した方の出国のうち、99%超が在留期間内です。"),
    ([("guarantor_spouse_applications_last_days", 0.2), ("own_completed_stays_count", 1)],
     "The guarantor last sponsored another person applying as a spouse less than 1 day ago; the person left Japan after 1 earlier stay.",
     "同じ身元保証人が配偶者としての他の申請で前回保証してから、1日未満が経過しています。本人の過去の滞在のうち1回で、出国が記録されています。"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "en", "ja"), SENTENCES)
def test_a_sentence_reads_as_an_officer_would_write_it(facts: list[tuple[str, float]], en: str, ja: str) -> None:
    got = sentence([Fact(name, float(value), NO_BOUND) for name, value in facts], KEYS)
    assert (got["en"], got["ja"]) == (en, ja)


USUAL = [
    (fact("introducer_phone_spouse_applications_person_365d_count", 4, 1), "at most 1 other spouse application", "1件以下"),
    (fact("introducer_phone_findings_ever_count", 4, 0), "none", "なし"),
    (fact("courtship_days", 5, 180), "at least 180 days", "180日以上"),
    (fact("no_common_language_flag", 1, 0), "no", "該当なし"),
    (fact("undeclared_stays_count", 1, NAN), "nothing on record", "記録なし"),
    (fact("guarantor_address_applications_guarantor_ever_count", 4, 2), "at most 2 other guarantors", "2人以下"),
    (fact("guarantor_departures_on_time_ever_share", 1, 0.9), "at most 90%", "90%以下"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "en", "ja"), USUAL)
def test_what_is_usual_stands_beside_it(given: Fact, en: str, ja: str) -> None:
    got, plain = sentence([given], {}), sentence([replace(given, bound=NO_BOUND)], {})
    assert got["en"] == plain["en"].removesuffix(".") + f" (usual: {en})."
    assert got["ja"] == plain["ja"].removesuffix("。") + f"（通常：{ja}）。"
    assert usual([given], "visa", all_statuses=False)["en"].startswith("“Usual” means")
    assert not any(usual([replace(given, bound=NO_BOUND)], "visa", all_statuses=False).values())


def test_a_long_time_reads_in_years() -> None:
    got = [sentence([Fact("agency_applications_first_days", days, NO_BOUND)], {}) for days in (729.0, 731.0, 3546.0)]
    assert ["729 days" in got[0]["en"], "2 years" in got[1]["en"], "10 years" in got[2]["en"]] == [True] * 3
    assert "10年" in got[2]["ja"]


def test_a_count_is_said_with_among_how_many_and_only_once(bundle: Bundle) -> None:
    facts = {
        "network_findings_count": (2.0, 2.0), "network_missing_or_overstay_count": (3.0, 1.0),
        "network_persons_count": (280.0, -0.5),
    }  # fmt: skip
    [item] = explained(flat(bundle), facts, {"network_persons_count": []}).shown
    shown = str(item.as_json("visa", all_statuses=True, keys={})["en"])
    assert shown.count("280 other people") == 1
    assert shown.endswith("connect this case with 280 other people.")
    [alone] = explained(flat(bundle), {"network_findings_count": (2.0, 2.0)}).shown
    assert [fact.feature for fact in alone.facts] == ["network_findings_count"]


def test_scales_follow_their_clauses_and_go_with_them(bundle: Bundle) -> None:
    harm, phone = "guarantor_missing_or_overstay_ever_count", "guarantor_phone_findings_by_phone_ever_count"
    sponsored, gave = "guarantor_applications_person_ever_count", "guarantor_phone_applications_person_365d_count"
    for first, second in ((3.0, 2.0), (2.0, 3.0)):
        facts = {harm: (2.0, first), phone: (2.0, second), sponsored: (1.0, 0.0), gave: (2.0, 0.0)}
        [item] = explained(flat(bundle), facts).shown
        ordered = [harm, phone, sponsored, gave] if first > second else [phone, harm, gave, sponsored]
        assert [fact.feature for fact in item.facts] == ordered
    # the records of one clause are on the other, stronger side: the clause goes, and its scale with it
    facts |= {"own_completed_stays_count": (4.0, -9.0)}
    behind = {harm: ["A"], phone: ["B"], "own_completed_stays_count": ["A"]}
    shown = {item.finding.code: item for item in explained(flat(bundle), facts, behind).shown}
    assert [fact.feature for fact in shown["sponsor_history"].facts] == [phone, gave]


@pytest.mark.parametrize(
    "feature", [name for name, finding in FINDING_OF_FEATURE.items() if name not in finding.context]
)
def test_every_clause_renders_for_extreme_values(feature: str) -> None:
    for value in (1e-9, 0.3, 1.0, 2.0, 1e12, -3.0):
        for keys in ({}, dict.fromkeys(KEYS, "090-…-0000")):
            got = sentence([fact(feature, value)], keys)
            for code in LANGUAGES:
                assert got[code]
                assert not set("{}[]|") & set(got[code]), got[code]
                assert "nan" not in got[code]
        for bound in (NAN, 0.0, 1e-9, 5.0, -2.0):
            assert not set("{}[]|") & set(sentence([fact(feature, value, bound)], {})["en"])


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.code)
def test_every_finding_is_shown_in_every_language(finding, bundle: Bundle) -> None:  # type: ignore[no-untyped-def]
    names = [name for name in finding.features if name in AT and name not in finding.context]
    if not names:
        pytest.skip("of landings alone")
    sign = 1.0 if finding.direction == RAISES else -1.0
    peers = flat(bundle, **{name: 100.0 if name in finding.low else 0.0 for name in names})
    [item] = explained(peers, {name: (max(3.0, finding.least.get(name, 0.0)), sign) for name in names}).shown
    shown = item.as_json("visa", all_statuses=True, keys=KEYS)
    assert shown["code"] == finding.code
    for code in LANGUAGES:
        assert shown[code]
        assert all(shown[part][code] for part in ("name", "weight", "question"))  # type: ignore[index]
        assert bool(shown["usual"][code]) == (finding.direction == RAISES)  # type: ignore[index]
        assert bool(shown["resembles"][code]) == (finding.direction == RAISES)  # type: ignore[index]
    assert len(item.clauses) == min(3, sum(any(name in names for name in theme) for theme in finding.themes))
    assert shown["evidence"]
