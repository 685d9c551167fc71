"""Numbers in kanji within addresses, as digits: 八丁目, 百二十三番地, 一五号."""

import re

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERALS = "〇零一二三四五六七八九十百千"
_DIGIT = "[一二三四五六七八九]"
# each number as long as it can be: with units, or digit by digit; a digit before a unit belongs to that unit
_NUMBER = re.compile(
    f"(?=[一二三四五六七八九]?[十百千])(?:{_DIGIT}?千)?(?:{_DIGIT}?百)?(?:{_DIGIT}?十)?(?:{_DIGIT}(?![十百千]))?"
    f"|(?:[〇零一二三四五六七八九](?![十百千]))+"
)
_RUN = f"[{NUMERALS}]+"
_BEFORE = re.compile(rf"({_RUN})(?=\s*(?:丁目|番地|番(?!町)|号|地割|階|棟|-\s*[\d{NUMERALS}]))")
_AFTER = re.compile(rf"((?:丁目|番地の?|番(?!町)|号|\d-)\s*)({_RUN})(?![^\s\d\-()#])")
_BETWEEN = re.compile(rf"(?<=[\d{NUMERALS}])\s*[のノ之ーｰ~〜]\s*(?=[\d{NUMERALS}])")
_HINT = re.compile(f"[{NUMERALS}のノ之ーｰ~〜]|番町")
_TOWN = re.compile(r"(\d+)(?=番町)")


def digits_of(numerals: str) -> str:
    """Return the numbers of a run of numerals, a hyphen between two that no writing of a single number joins.

    >>> digits_of("百二十三"), digits_of("一五"), digits_of("二十二三"), digits_of("八五十")
    ('123', '15', '22-3', '8-50')
    """
    return "-".join(_value(match[0]) for match in _NUMBER.finditer(numerals))


def with_digits(address: str) -> str:
    """Return an address with the number of its house as digits; numerals in names of towns stay."""
    if not _HINT.search(address):
        return address
    address = _TOWN.sub(lambda match: _numerals(int(match[0])) if len(match[0]) < 4 else match[0], address)
    address = _BETWEEN.sub("-", address)
    address = _BEFORE.sub(lambda match: digits_of(match[1]), address)
    return _AFTER.sub(lambda match: match[1] + digits_of(match[2]), address)


def _value(number: str) -> str:
    if not any(sign in _UNITS for sign in number):
        return "".join(str(DIGITS[sign]) for sign in number)
    total, digit = 0, 0
    for sign in number:
        if sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = DIGITS[sign]
    return str(total + digit)


def _numerals(number: int) -> str:
    signs = "〇一二三四五六七八九"
    parts = [(number // 100 % 10, "百"), (number // 10 % 10, "十")]
    written = "".join(("" if digit == 1 else signs[digit]) + unit for digit, unit in parts if digit)
    return written + (signs[number % 10] if number % 10 or not number else "")
