"""Japanese addresses, in kanji or Latin letters and in either order, as area, house number, building and room."""

import re
from dataclasses import dataclass

from features.identity.characters import modern_kanji
from features.identity.kanji_numbers import NUMERALS, digits_of, with_digits
from features.identity.place_names import LARGE_PLACES, area_name
from features.identity.romanisation import fold, romanise

_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LATIN_ENDING = re.compile(r"-(?:to|do|fu|ken|shi|ku|gun|cho|machi|mura|chome|jo)\b")
_LATIN_WORD = re.compile("[a-z]+")
_LATIN_SIGNS = LARGE_PLACES | {"japan", "chome"}
_LATIN_ENDINGS = (
    (re.compile(r"\s+ward\b"), "-ku"),
    (re.compile(r"\s+city\b"), "-shi"),
    (re.compile(r"\s+pref(?:ecture|\.)?(?!\w)"), "-ken"),
)
_POSTAL_CODE = re.compile(r"[〒〠]\s*\d{3}\s*-?\s*\d{4}|^\s*\d{3}-\d{4}(?=\s*[^\W\d])")
_LAST_POSTAL_CODE = re.compile(r"(\d.*[\s,])\d{3}-\d{4}(?=[\s,]*(?:japan)?[\s,]*$)")
_COUNTRY = re.compile(r"^\s*日本国?[\s、,]*(?=\S{2,3}[都道府県])|[\s,]*\bjapan\b[\s,]*", re.IGNORECASE)
_FRAME = re.compile(r"[〒〠日]|japan|\d{3}-\d{4}")
# the numbered streets of Hokkaido are names, and west of one is not east of it; 九条 of Kyoto and cities are plain names
_STREET = re.compile(rf"(?:(\d+)|([{NUMERALS}]+))\s*条(?![市町院城畷坊川河])|\b(\d+)\s*-?\s*jo\b")
# "up" and "down" the streets of Kyoto only show the way to a town that follows
_WAY = re.compile(r"(京都市\S{1,3}区)\S*(?:[上下][るル]|[東西]入[るル]?)(?=[^\d\s])")
_VILLAGE = re.compile(r"大字|(?<=[都道府県市区郡町村])字(?=\D)")
_SMALL_KE = re.compile(r"(?<=[\u3400-\u9fff])[ヶケヵがガ](?=[\u3400-\u9fff])")
_BLOCKS = re.compile(r"丁目|番地の?|番(?!町)|号(?![室棟館])|-?chome\b|-ban\b|-go\b")
_BETWEEN = re.compile(r"(?<=\d)\s*[-/・.~〜]+\s*(?=\d)")
_FRONT_ROOM = re.compile(r"^(?:#|room|rm\.?|apt\.?|unit|no\.)\s*(\d+)[\s,]+(?=\d)")
_HOUSE_NUMBER = re.compile(r"(\d+(?:-\d+)*)(?:号室|室)?")
_FLATS = re.compile(
    r"(?<![^\W\d_])(?:コーポ|マンション|ハイツ|アパート|荘|号室|部屋|room|rm|apt|apartment|no)\.?(?=\s*\d)|#"
)
_ROOM = re.compile(r"(?:^|(?<=[\W棟館])|(?<=\D))([a-z]?\d+(?:-\d+)*)\s*(f|階)?\s*(?:号室?|室)?[\s\-,)]*$")


@dataclass(frozen=True, slots=True)
class _Tail:
    building: str
    room: str


def is_japanese(text: str) -> bool:
    """Return whether an address has Japanese script, or Latin names or endings of Japanese places."""
    if _SCRIPT.search(text):
        return True
    text = text.casefold()
    return _LATIN_ENDING.search(text) is not None or not _LATIN_SIGNS.isdisjoint(_LATIN_WORD.findall(text))


def japanese_address(text: str) -> tuple[str, str]:
    """Return an address in normal form, as (with the room, of the building); empty without a place or a number.

    >>> japanese_address("北海道札幌市中央区北1条西2-3")[0] == japanese_address("2-3 Kita 1-jo Nishi, Chuo-ku, Sapporo")[0]
    True
    """
    text = text.casefold()
    if _FRAME.search(text):
        text = _COUNTRY.sub(" ", _LAST_POSTAL_CODE.sub(r"\1", _POSTAL_CODE.sub(" ", text))).strip(" ,")
    if not text.isascii():
        text = _VILLAGE.sub("", _SMALL_KE.sub("ケ", modern_kanji(text)))
    if "京都" in text:
        text = _WAY.sub(r"\1", text)
    elif "条" in text or "jo" in text:
        text = _STREET.sub(_street_name, text)
    text = _BETWEEN.sub("-", _BLOCKS.sub("-", with_digits(text)))
    front = _FRONT_ROOM.match(text)
    text = text[front.end() :] if front else text
    area, numbers = _divided(text if _SCRIPT.search(text) else _largest_first(text))
    house = _HOUSE_NUMBER.match(numbers)
    if house is None:
        return "", ""
    chain = [number.lstrip("0") or "0" for number in house[1].split("-")]
    tail = _tail(numbers[house.end() :])
    room = front[1] if front else tail.room
    if not room and not tail.building and len(chain) > 3:
        chain, room = chain[:3], "-".join(chain[3:])
    place = area_name(area)
    if not place:
        return "", ""
    building = f"{place} {'-'.join(chain)} {tail.building}".strip()
    return (f"{building} #{room}" if room else building), building


def _street_name(match: re.Match[str]) -> str:
    """Return a street's number in letters, so that it belongs to the area and not to a house number."""
    number = match[1] or match[3] or digits_of(match[2])
    return f" jo{''.join('abcdefghij'[int(digit)] for digit in number if digit != '-')} "


def _largest_first(text: str) -> str:
    """Return an address in Latin letters with the largest place first."""
    for ending, suffix in _LATIN_ENDINGS:
        text = ending.sub(suffix, text)
    parts = [part.strip() for part in text.split(",") if part.strip(" -")]
    if len(parts) == 1 and re.match(r"\d", text):
        number, *words = text.split()
        parts = [number, *words]
    if parts and _is_large(parts[-1]) and not _is_large(parts[0]):
        parts.reverse()
        parts = [re.sub(r"^(\d[\d\-]*)\s+(.*)$", r"\2 \1", part) for part in parts]
    return " ".join(parts)


def _is_large(part: str) -> bool:
    name, _, ending = part.split(maxsplit=1)[0].partition("-")
    return ending in {"to", "do", "fu", "ken"} or romanise(name).replace(" ", "") in LARGE_PLACES


def _divided(text: str) -> tuple[str, str]:
    """Return the area and what begins with a house number."""
    leading = re.match(r"([\d\-]+)[\s,、]*(\D+)$", text)
    if leading:
        return leading[2], leading[1]
    first = re.search(r"\d", text)
    return (text, "") if first is None else (text[: first.start()].strip(" ,"), text[first.start() :])


def _tail(text: str) -> _Tail:
    """Return building and room of what follows a house number; words for any flats are no building's name."""
    text = _FLATS.sub(" ", text).strip(" -,、()「」様")
    match = _ROOM.search(text)
    room = ""
    if match:
        room, text = match[1] + ("f" if match[2] else ""), text[: match.start()]
    words = re.sub(r"[^\w\s]|_", " ", text).split()
    return _Tail("".join(fold(romanise(word).replace(" ", "")) for word in words), room)
