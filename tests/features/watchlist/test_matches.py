"""Which parties of a case match the Trafficking in Persons Database, when, and with which words. Covers: features.watchlist.matches, features.watchlist.parties, features.evidence."""

from __future__ import annotations

import pyarrow as pa
import pytest

from features.catalogue import catalogue
from features.evidence import records_behind
from features.facts.table_facts import facts_of_records
from features.kernel.view import View
from features.matrix import make_view, values_of
from features.tables import empty_records, rows_to_table
from tests.features.tables.folders import Row, good, typed

# lodged on 2009-04-01 08:30 by Grace Reyes, born 1985-05-01, passport P1
CASE = good(
    "visa_applications", family_name="Reyes", given_names="Grace", birth_date="1985-05-01", passport_number="P1",
    applicant_phone="+63 917 123 4567", home_address="Quezon City 12",
    guarantor_name="渡辺 浩", guarantor_birth_date="1960-10-11", guarantor_phone="090-1787-1028",
    guarantor_address="東京都足立区梅田4丁目23番25号", introducer_name="Maria Dela Cruz", introducer_phone="090-5555-0000",
    acknowledging_parent_name="Suzuki Makoto", acknowledging_parent_birth_date="1955-02-03",
)  # fmt: skip
OTHER = {"family_name": "Kim", "given_names": "Wei"}


def table(name: str, *rows: Row) -> pa.Table:
    records, faults = rows_to_table(name, [typed(name, row) for row in rows])
    assert not faults, faults[0].sentence()
    return records


def entry(**written: str) -> Row:
    return {"entry_id": "T1", "listed_at": "2007-01-01T00:00:00Z", "role": "facilitator", **OTHER, **written}


def view(*entries: Row, subject: str = "visa", case: Row = CASE) -> View:
    tables = dict(empty_records().tables)
    tables["visa_applications"] = table("visa_applications", case)
    tables["landings"] = table("landings", good("landings"))
    tables["tip_database"] = table("tip_database", *entries)
    facts = facts_of_records(tables)
    return make_view(facts, facts["visa_applications" if subject == "visa" else "landings"], subject)


def counts(seen: View) -> dict[str, int]:
    counts_by_match = {
        what: int(seen.watch_list.counts(what)[0]) for what in ("traveller", "sponsor", "phone", "address")
    }
    return {what: count for what, count in counts_by_match.items() if count}


MATCHING = [
    # the traveller
    ({"family_name": "REYES", "given_names": "grace", "birth_date": "1985-05-01"}, {"traveller": 1},
     "exact match: name same, birth date same"),
    ({"family_name": "Grace", "given_names": "Reyes", "birth_date": "1985-01-05"}, {"traveller": 1},
     "near match: name same, birth date with day and month exchanged"),
    ({"family_name": "Reyes", "given_names": "Grase", "birth_date": "1985-05-01"}, {"traveller": 1},
     "near match: name in another spelling, birth date same"),
    ({"family_name": "Reyes", "given_names": "Grace", "birth_date": "1985-05-02"}, {}, ""),
    ({"family_name": "Reyes", "given_names": "Grace", "birth_date": "1985-06-12"}, {}, ""),
    ({"family_name": "Cruz", "given_names": "Ana", "birth_date": "1985-05-01"}, {}, ""),
    ({"passport_number": "p 1", "birth_date": "1949-12-24"}, {"traveller": 1}, "near match: name differs, birth date differs, passport number same"),
    # a namesake without a birth date is nobody, until something else is the same
    ({"family_name": "Reyes", "given_names": "Grace"}, {}, ""),
    ({"family_name": "Reyes", "given_names": "Grace", "phone": "+639171234567"}, {"traveller": 1, "phone": 1},
     "near match: name same, birth date not recorded, phone same"),
    # those who stand beside the traveller
    ({"family_name": "Watanabe", "given_names": "Hiroshi", "birth_date": "1960-10-11"}, {"sponsor": 1},
     "exact match: name same, birth date same"),
    ({"family_name": "Watanabi", "given_names": "Hirosi", "birth_date": "1960-11-10", "phone": "+81 90 1787 1028"},
     {"sponsor": 1, "phone": 1}, "near match: name in another spelling, birth date with day and month exchanged, phone same"),
    ({"family_name": "鈴木", "given_names": "Makoto", "birth_date": "1955-02-03"}, {"sponsor": 1},
     "exact match: name same, birth date same"),
    ({"family_name": "Dela Cruz", "given_names": "Maria"}, {}, ""),
    ({"family_name": "Dela Cruz", "given_names": "Maria", "birth_date": "1970-01-01", "phone": "09055550000"},
     {"sponsor": 1, "phone": 1}, "near match: name same, birth date not recorded, phone same"),
    # what they share
    ({"phone": "０９０－1787－1028"}, {"phone": 1}, "exact match: phone same"),
    ({"address": "Tokyo-to Adachi-ku Umeda4-23-25"}, {"address": 1}, "exact match: address same"),
]  # fmt: skip


def similarity_words(seen: View) -> str:
    texts = set()
    for feature in catalogue("visa").features:
        if feature.name.startswith("watchlist_"):
            records = records_behind(seen, feature.measure)
            texts |= {record.match.en for record in records if record.match is not None}
    assert len(texts) <= 1
    return texts.pop() if texts else ""


@pytest.mark.parametrize(("written", "expected", "words"), MATCHING)
def test_an_entry_matches_and_the_similarity_is_worded(written: Row, expected: dict[str, int], words: str) -> None:
    seen = view(entry(**written))
    assert counts(seen) == expected
    assert similarity_words(seen) == words


@pytest.mark.parametrize("written", [written for written, expected, _ in MATCHING if expected])
def test_an_entry_holds_after_its_listing_and_until_its_delisting(written: Row) -> None:
    at, before, after = "2009-04-01T08:30:00Z", "2009-04-01T08:29:59.999999Z", "2009-04-01T08:30:00.000001Z"
    assert counts(view(entry(**written, listed_at=before)))
    assert not counts(view(entry(**written, listed_at=at)))
    assert not counts(view(entry(**written, delisted_at=at)))
    assert not counts(view(entry(**written, delisted_at=before)))
    assert counts(view(entry(**written, delisted_at=after)))


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_entries_of_victims_move_no_feature_and_protect_the_traveller_only(subject: str) -> None:
    case = {**CASE, "application_id": "A1"}
    victims = [entry(**written, role="victim", entry_id=f"V{at}") for at, (written, _, _) in enumerate(MATCHING)]
    others = [entry(**MATCHING[2][0], entry_id="P1"), entry(**MATCHING[10][0], entry_id="P2")]
    without, crowded = (view(*rows, subject=subject, case=case) for rows in (others, [*others, *victims]))
    assert values_of(crowded, subject).tobytes() == values_of(without, subject).tobytes()
    assert counts(without)
    assert not without.watch_list.victims()[0]
    assert crowded.watch_list.victims()[0]
    beside = [entry(**written, role="victim") for written, expected, _ in MATCHING if "traveller" not in expected]
    for row in beside:
        assert not view(row, subject=subject, case=case).watch_list.victims()[0]


def test_a_landing_is_matched_by_its_own_traveller_and_the_sponsors_of_its_application() -> None:
    traveller = entry(family_name="Reyes", given_names="Grase", birth_date="1985-05-01")
    guarantor = entry(entry_id="T2", family_name="Watanabi", given_names="Hiroshi", birth_date="1960-10-11")
    assert counts(view(traveller, guarantor, subject="entry")) == {"traveller": 1, "sponsor": 1}
    late = {**CASE, "submitted_at": "2009-05-01T10:00:00Z"}
    # an application recorded at the very moment of landing is not visible to it
    assert counts(view(traveller, guarantor, subject="entry", case=late)) == {"traveller": 1}


def test_a_guarantor_named_twice_is_a_single_entry() -> None:
    twice = {**CASE, "inviter_name": "Watanabe Hiroshi", "inviter_birth_date": "1960-10-11"}
    row = entry(family_name="渡辺", given_names="浩", birth_date="1960-10-11")
    assert counts(view(row, case=twice)) == {"sponsor": 1}


def test_the_similarity_is_worded_in_japanese_too() -> None:
    seen = view(entry(family_name="Watanabi", given_names="Hirosi", birth_date="1960-11-10", phone="090-1787-1028"))
    measure = catalogue("visa").by_name("watchlist_sponsor_count").measure
    (record,) = records_behind(seen, measure)
    assert record.match is not None
    assert record.match.ja == "類似：氏名は表記の違いのみ、生年月日は月日が逆、電話番号一致"
    assert record.agreement == {"grade": "near", "name": "spelling", "birth_date": "exchanged", "phone": "same"}
