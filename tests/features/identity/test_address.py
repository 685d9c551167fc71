"""Spellings of an address have the same key; the tables are for experts to extend. Covers: features.identity.address."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.address import _parsed, address_keys, parse_address

SAME_BUILDING = (
    (
        "東京都足立区梅田8-23-15",
        "東京都足立区梅田8丁目23番15号",
        "東京都足立区梅田八丁目二十三番十五号",
        "東京都足立区梅田８－２３－１５",
        "Tokyo-to Adachi-ku Umeda8-23-15",
        "TOKYO-TO ADACHI-KU UMEDA 8-23-15",
        "Tokyo-to Adachi-ku Umeda 8-23-15 #608",
        "東京都足立区梅田8丁目23番15号 コーポ608",
    ),
    ("大阪市中央区 13-16-15 #1508", "大阪市中央区13丁目16番15号 コーポ1508", "Osaka-shi Chuo-ku 13-16-15"),
    ("千葉県松戸市 3-6-2", "Chiba-ken Matsudo-shi 3-6-2"),
    ("千葉県市川市1-2", "Chiba-ken Ichikawa-shi 1-2"),
    ("東京都町田市1-2", "Tokyo-to Machida-shi 1-2"),
    ("京都府京都市1-2", "Kyoto-fu Kyoto-shi 1-2"),
)

SAME_ROOM = (("梅田8-23-15 #608", "梅田8丁目23番15号 コーポ608", "梅田8-23-15 608号室", "梅田8-23-15　６０８号室"),)

OTHER_ADDRESS = (
    ("東京都足立区梅田8-23-15", "東京都足立区梅田8-23-16"),
    ("東京都足立区梅田8-23-15", "東京都足立区梅田82-3-15"),
    ("東京都足立区梅田8-23-15", "東京都新宿区百人町8-23-15"),
    ("130 Rizal St., Brgy. 68", "68 Rizal St., Brgy. 130"),
)


@pytest.mark.parametrize("spellings", SAME_BUILDING, ids=lambda spellings: spellings[-1])
def test_spellings_of_a_building_are_equal(spellings: tuple[str, ...]) -> None:
    assert len({parse_address(text)[1] for text in spellings}) == 1


@pytest.mark.parametrize("spellings", SAME_ROOM, ids=lambda spellings: spellings[0])
def test_spellings_of_a_room_are_equal(spellings: tuple[str, ...]) -> None:
    assert len({parse_address(text)[0] for text in spellings}) == 1


@pytest.mark.parametrize(("first", "second"), OTHER_ADDRESS)
def test_different_addresses_stay_apart(first: str, second: str) -> None:
    assert parse_address(first)[1] != parse_address(second)[1]


def test_rooms_of_a_building_differ_by_room_only() -> None:
    first, second = parse_address("梅田8-23-15 #608"), parse_address("梅田8-23-15 #609")
    assert first[0] != second[0]
    assert first[1] == second[1]


def test_a_column_gives_the_keys_its_values_give_alone() -> None:
    texts = [text for spellings in SAME_BUILDING for text in spellings] + [None, "", " "]
    room, building = address_keys(pa.array(texts * 5, pa.string()))  # 64 and more are read once for each distinct text
    alone = [address_keys(pa.array([text], pa.string())) for text in texts]
    assert room[: len(texts)].tolist() == [int(first[0]) for first, _ in alone]
    assert building[: len(texts)].tolist() == [int(first[0]) for _, first in alone]


def test_no_address_has_no_key() -> None:
    room, building = address_keys(pa.array([None, "", " ", "-"], pa.string()))
    assert room.tolist() == building.tolist() == [0, 0, 0, 0]


NUMBER = st.integers(1, 9999).map(str)
AREA = st.one_of(
    st.sampled_from(["東京都足立区梅田", "京都府京都市南区東九条", "北海道札幌市中央区北1条西", "Tokyo-to Adachi-ku Umeda", "岐阜県岐阜市柳ヶ瀬", "大字島内", "フィリピン大使館",
                     "〒123-0851 東京都足立区梅田", "同上", "日本国東京都港区", "名字八五十", "Kita 1-jo Nishi"]),
    st.text("東京都市区町北条西大字の日本abcdeT -ー・〒十", min_size=1, max_size=9),
)  # fmt: skip
ROOM = st.sampled_from(["", " コーポ{}", " #{}", " {}号室"])


HOUSE_NUMBER = st.tuples(
    NUMBER, st.sampled_from(["-", "丁目"]), NUMBER, st.sampled_from(["-", "番"]), NUMBER, st.sampled_from(["", "号"])
)


@settings(deadline=None, max_examples=300)
@given(AREA, st.sampled_from(["", " "]), HOUSE_NUMBER, ROOM, NUMBER)
def test_the_quick_path_reads_what_the_whole_path_reads(
    area: str, blank: str, house: tuple[str, ...], room: str, number: str
) -> None:
    text = area + blank + "".join(house) + room.format(number)
    assert parse_address(text) == _parsed(text)
