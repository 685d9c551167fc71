"""One place, however it is written; the tables are for experts to extend."""

import pyarrow as pa
import pytest

from features.identity.address import address_keys, parse_address

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

SAME_UNIT = (("梅田8-23-15 #608", "梅田8丁目23番15号 コーポ608", "梅田8-23-15 608号室", "梅田8-23-15　６０８号室"),)

OTHER_PLACE = (
    ("東京都足立区梅田8-23-15", "東京都足立区梅田8-23-16"),
    ("東京都足立区梅田8-23-15", "東京都足立区梅田82-3-15"),
    ("東京都足立区梅田8-23-15", "東京都新宿区百人町8-23-15"),
    ("130 Rizal St., Brgy. 68", "68 Rizal St., Brgy. 130"),
)


@pytest.mark.parametrize("spellings", SAME_BUILDING, ids=lambda spellings: spellings[-1])
def test_spellings_of_one_building_are_one(spellings: tuple[str, ...]) -> None:
    assert len({parse_address(text)[1] for text in spellings}) == 1


@pytest.mark.parametrize("spellings", SAME_UNIT, ids=lambda spellings: spellings[0])
def test_spellings_of_one_room_are_one(spellings: tuple[str, ...]) -> None:
    assert len({parse_address(text)[0] for text in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), OTHER_PLACE)
def test_different_places_stay_apart(one: str, other: str) -> None:
    assert parse_address(one)[1] != parse_address(other)[1]


def test_rooms_of_one_building_differ_by_unit_only() -> None:
    one, other = parse_address("梅田8-23-15 #608"), parse_address("梅田8-23-15 #609")
    assert one[0] != other[0]
    assert one[1] == other[1]


def test_a_column_gives_the_keys_its_values_give_one_by_one() -> None:
    texts = [text for spellings in SAME_BUILDING for text in spellings] + [None, "", " "]
    unit, building = address_keys(pa.array(texts * 5, pa.string()))  # 64 and more are read once for each distinct text
    alone = [address_keys(pa.array([text], pa.string())) for text in texts]
    assert unit[: len(texts)].tolist() == [int(one[0]) for one, _ in alone]
    assert building[: len(texts)].tolist() == [int(one[0]) for _, one in alone]


def test_no_address_has_no_key() -> None:
    unit, building = address_keys(pa.array([None, "", " ", "-"], pa.string()))
    assert unit.tolist() == building.tolist() == [0, 0, 0, 0]
