"""Texts as forms hold them and as they should not: by the grammar of addresses, names, telephones, dates and numbers, with slips, and any character."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence

from features.identity.no_values import FIELDS, listed_texts

ADDRESSES = (
    "東京都", "足立区", "梅田", "北", "条", "西", "丁目", "番地", "番", "号", "号室", "の", "ー", "-", "〒", "八五十", "二十二三", "百", "千", "コーポ", "#", "Room ",
    "様方", "棟", "Tokyo", ", ", "-ku", "-jo ", "1-chome ", "Kita ", " ", "　", "1", "23", "203", "0", "京都市中京区", "上る", "ﾒｿﾞﾝ", "字", "栗柄町名字", "無番地",
    "Barangay ", "Blk 5 Lot 7 ", "ซอย ", "แขวง", "Phường ", "дом ", "कोठा", "\r\n", "São Paulo", "Apt. ", "Bldg", "階", "F", "１", "〇", "丁", "番外", "ノ",
)  # fmt: skip
NAMES = (
    "Reyes", "REYES", "佐藤", "髙橋", "𠮷田", "O'", "Ma. ", "bin ", "abd ", "de ", "la ", "al-", "Müller", "محمد", "สมชาย", "Юлия", "Nguyễn", "Mohammed", "Sr.", "III",
    "FNU ", "LNU", "XXX", "<", "<<", "-", "’", "`", " ", "　", "·", "・", "(", ")", "ﾅｵｷ", "なおき", "王", "金", "Dela Cruz", "Ñ", "ß", "Ø", "ı", "İ", "ǆ", "ﬁ", "นาง", "Ó Súilleabháin", "株式会社",
)  # fmt: skip
PHONES = (
    "+81", "0081", "010", "090", "03", "(", ")", "-", " ", "内線", "ext. ", "（代表）", "(夫)", "/", ",", "、", "1234", "5678", "9012345678.0", "9.0E+09", "０９０", "tel:", "000-0000-0000",
    "+63", "917", "+", "x12", ".", "#", "*", "１２３", "٠٩٠", "IP電話", "携帯", "なし", "99999999999",
)  # fmt: skip
DATES = (
    "1985-05-01", "2528-05-01", "昭和60年5月1日", "S60.5.1", "平成", "H21", "令和元年", "-", "/", ".", "T", "Z", "1985", "85", "05", "13", "32", "0000", "00", "31/02/1985", "01-May-85", "9999-12-31",
    "0001-01-01", "10000-01-01", "-0001-01-01", "1985-05-01T00:00:00+09:00", "2009-04-01T24:00:00Z", "2009-04-01T08:30:60Z", "٢٠٠٩-٠٤-٠١", "２００９", "年", "月", "日", "46143", "1238572200", " ",
)  # fmt: skip
NUMBERS = (
    "15", "15.0", "1,000", "1.000,5", "１５", "1e9", "1e309", "-1", "+3", "NaN", "nan", "inf", "-Infinity", "∞", "999999999", "999999999999999999999", "¥250,000", "万", "25万", "十五", "0x1F", "1_000", "0", ".", "5.", ".5", "½",
    "true", "True", "FALSE", "はい", "1/2", " ", "%", "9007199254740993",
)  # fmt: skip
WORDS = (
    "F",
    "M",
    "female",
    "男",
    "spouse",
    "Spouse",
    "entertainer",
    "興行",
    "PHL",
    "Philippines",
    "ph",
    "self",
    "本人",
    "T1",
    "NRT",
    "PH-MNL",
    "Manila",
    "genuine",
    "one of",
    "other",
    "unknown",
)
GRAMMARS: dict[str, Sequence[str]] = {
    "address": ADDRESSES, "name": NAMES, "phone": PHONES, "date": DATES, "number": NUMBERS, "word": WORDS,
    "no value": sorted({text for field in FIELDS for text in listed_texts(field).to_pylist()}),
}  # fmt: skip
_ODD = "\u200b\u200e\u202e\ufeff\u00ad\u0301\u0327\u3099\u00a0\u2028\u2029\x00\x01\x07\x1f\x7f\x85\ud800\udfff\ufffd\U0001f600\U0010ffff\u0e33\u064b\ufdfa"


def form_text(chance: random.Random, *, longest: int = 3_000) -> str:
    """Return a text: mostly by a grammar, at times with a slip, of any characters, or very long."""
    pick = chance.random()
    if pick < 0.06:
        return "".join(chr(_code(chance)) for _ in range(chance.randrange(30)))
    parts = GRAMMARS[chance.choice(tuple(GRAMMARS))]
    text = "".join(chance.choice(parts) for _ in range(chance.randrange(1, 9)))
    if pick < 0.12:
        text += "".join(chance.choice(GRAMMARS[chance.choice(tuple(GRAMMARS))]) for _ in range(4))
    if pick > 0.8:
        text = chance.choice(_SLIPS)(text, chance)
    if pick > 0.995:
        text = (text or "x") * (longest // max(len(text), 1))
    return text


def _code(chance: random.Random) -> int:
    top = chance.choice((0x80, 0x250, 0x700, 0x1000, 0x3100, 0xA000, 0x10000, 0x110000))
    return chance.randrange(top)


def _odd_inside(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(_ODD) + text[at:]


def _cut(text: str, chance: random.Random) -> str:
    return text[chance.randrange(len(text) + 1) :]


def _twice(text: str, _: random.Random) -> str:
    return text + text


def _digit(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(string.digits + "一二十〇") + text[at:]


_SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    _odd_inside, _odd_inside, _cut, _twice, _digit, lambda text, _: text.upper(), lambda text, _: text.lower(),
    lambda text, _: f" {text} ", lambda text, _: text[::-1], lambda text, _: f"'{text}", lambda text, _: text.replace(" ", "　"),
)  # fmt: skip
