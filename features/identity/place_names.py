"""Names of Japanese places in an address: prefecture, city, ward and town, without their endings, in Latin letters."""

import re
from functools import lru_cache

from features.identity.romanisation import fold, romanise

_PREFECTURES = """
hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma gumma saitama chiba tokyo kanagawa niigata toyama ishikawa
fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi
tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa
"""
_PREFECTURE_OF_CITY = {
    "sapporo": "hokkaido", "sendai": "miyagi", "saitama": "saitama", "chiba": "chiba", "yokohama": "kanagawa", "kawasaki": "kanagawa", "sagamihara": "kanagawa",
    "niigata": "niigata", "shizuoka": "shizuoka", "hamamatsu": "shizuoka", "nagoya": "aichi", "kyoto": "kyoto", "osaka": "osaka", "sakai": "osaka", "kobe": "hyogo",
    "okayama": "okayama", "hiroshima": "hiroshima", "kitakyushu": "fukuoka", "fukuoka": "fukuoka", "kumamoto": "kumamoto",
}  # fmt: skip
"""Designated cities: no two have one name, so that their prefecture is often left out."""
LARGE_PLACES = frozenset(_PREFECTURES.split()) | frozenset(_PREFECTURE_OF_CITY)
"""Prefectures and designated cities, in Latin letters: at which end of an address they stand gives its order."""

_PREFECTURE = re.compile(r"^(東京都|北海道|京都府|大阪府|.{2,3}県)")
# an ending neither begins a name nor precedes 市 or 府: 市川市, 町田市 and 京都市 are single names
_ENDINGS = re.compile(r"(?<=\S)([都道府県市区郡町村])(?![市府])")
_SUFFIXES = re.compile(r"-(to|do|fu|ken|shi|ku|gun|cho|machi|mura)\b")


@lru_cache(maxsize=65536)
def area_name(text: str) -> str:
    """Return the name of an area without administrative endings, in Latin letters with sounds folded.

    >>> area_name("東京都足立区梅田") == area_name("Tokyo-to Adachi-ku Umeda")
    True
    """
    text = _SUFFIXES.sub(" ", text.casefold())
    # without the endings 都/区/市 … the dictionary reads the names themselves
    text = _ENDINGS.sub(r"\1 ", _PREFECTURE.sub(r"\1 ", text))
    words = [word[:-1] if len(word) > 1 and word[-1] in "都道府県市区郡町村" else word for word in text.split()]
    names = [fold(romanise(word).replace(" ", "")) for word in words]
    return "".join(names[1:] if _is_prefecture_of_city(names) else names)


def _is_prefecture_of_city(names: list[str]) -> bool:
    # 北海道 loses its ending 道 like any other
    return len(names) > 1 and names[1] in _FOLDED and names[0] in {_FOLDED[names[1]], _HOKKAI}


_FOLDED = {fold(city): fold(prefecture) for city, prefecture in _PREFECTURE_OF_CITY.items()}
_HOKKAI = fold("hokkai")
