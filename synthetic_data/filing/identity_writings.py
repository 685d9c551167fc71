"""Identities as the world writes them: the same address, telephone, name or passport in other signs, and no-values.

The kinds are those of the tables of cases in ``tests/features/identity``. Nothing here changes what is meant, but for the
no-values, which leave the field without any meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.arrays import Objects

NO_VALUES = {
    "address": ("同上", "未定", "不明", "N/A", "same as above", "住所不定", "-", "ไม่มี", "无", "不詳"),
    "phone": ("000-0000-0000", "なし", "N/A", "9999999999", "1234567890", "-", "none", "不明", "080-0000-0000"),
    "name": ("FNU", "LNU", "XXX", "-", "N/A", "不明", "NONE", "未定"),
    "passport": ("NONE", "0000000", "N/A", "-", "申請中", "XXXXXXX", "123456789"),
}
"""What stands in a field that has no value, by field."""
NO_VALUE_SHARE = 0.1

_FIELD = {"phone": "phone", "address": "address", "name": "name", "names": "name", "number": "passport"}
_WIDE = {ordinal: ordinal + 0xFEE0 for ordinal in range(0x21, 0x7F)}
_KANJI_DIGITS = "〇一二三四五六七八九"
_DASHES = "‐–—―−－ー~の"
_OLD_KANJI = str.maketrans("高崎辺沢広浜桜国真島斎恵竜", "髙﨑邊澤廣濱櫻國眞嶋齋惠龍")
_LONG_VOWELS = {"Sato": "Satoh", "Ito": "Itoh", "Kato": "Katoh", "Goto": "Gotoh", "Ota": "Ohta", "Kondo": "Kondou", "Endo": "Endoh",
                "Kudo": "Kudou", "Ando": "Andoh", "Yoko": "Youko", "Yuko": "Yuuko", "Kyoko": "Kyouko", "Koji": "Kohji", "Shota": "Shouta"}  # fmt: skip
_LATIN = re.compile(r"[A-Za-z]")

Rewrite = Callable[[np.random.Generator, str], str]


def _numeral(number: int) -> str:
    """Return a number below 1,000 in kanji: 123 is 百二十三."""
    text = ""
    for size, sign in ((100, "百"), (10, "十")):
        times, number = divmod(number, size)
        text += (_KANJI_DIGITS[times] if times > 1 else "") + sign if times else ""
    return text + (_KANJI_DIGITS[number] if number else "")


def _with_kanji_numbers(_: np.random.Generator, text: str) -> str:
    return re.sub(r"\d+(?=丁目|番|号(?!室))", lambda match: _numeral(int(match[0])), text)


def _with_other_dashes(rng: np.random.Generator, text: str) -> str:
    signs = _DASHES if not _LATIN.search(text) else _DASHES[:-1]
    return re.sub(r"(?<=\d)-(?=\d)", signs[int(rng.integers(len(signs)))], text)


def _with_postal_code(rng: np.random.Generator, text: str) -> str:
    return f"〒{rng.integers(100, 1000)}-{rng.integers(10_000):04d} {text}"


def _with_other_room(_: np.random.Generator, text: str) -> str:
    return re.sub(r" (\d+)号室$", r"-\1", re.sub(r" コーポ(\d+)$", r" コーポ\1号室", text))


def _with_lot_words(_: np.random.Generator, text: str) -> str:
    return re.sub(r"(\d)番(\d+)号", r"\1番地の\2", text)


def _wide(_: np.random.Generator, text: str) -> str:
    return text.translate(_WIDE).replace(" ", "\u3000")


def _choice(texts: Sequence[str]) -> Rewrite:
    """Return a rewriting by one of several forms, in which ``{}`` is the text."""
    return lambda rng, text: texts[int(rng.integers(len(texts)))].replace("{}", text)


def _as_number(_: np.random.Generator, text: str) -> str:
    """Return a telephone number as a spreadsheet keeps it."""
    digits = re.sub(r"\D", "", text)
    return f"{digits.removeprefix('0')}.0" if digits.startswith("0") and len(digits) == 11 else text


def _by_prefix(rng: np.random.Generator, text: str) -> str:
    digits = text.translate({ordinal + 0xFEE0: ordinal for ordinal in range(0x21, 0x7F)})
    return re.sub(
        r"^\+\s*|^0(?=[789])",
        lambda match: ("00", "010 ")[int(rng.integers(2))] + ("81" if match[0] == "0" else ""),
        digits,
    )


def _with_long_vowels(_: np.random.Generator, text: str) -> str:
    return " ".join(_LONG_VOWELS.get(word, _LONG_VOWELS.get(word.title(), word)) for word in text.split(" "))


_REWRITES: dict[str, tuple[Rewrite, ...]] = {
    "address": (
        _with_kanji_numbers, _with_other_dashes, _with_postal_code, _with_other_room, _with_lot_words, _wide,
        _choice(("日本国{}", " {} ", "{}。", "住所：{}")),
    ),
    "phone": (
        _as_number, _by_prefix, _with_other_dashes, _wide,
        _choice(("{} 内線12", "{}（代表）", "{} (夫)", "TEL: {}", "携帯 {}", "{} ext. 204", "{} / 03-3580-4111", "℡{}")),
    ),
    "name": (
        lambda _, text: text.translate(_OLD_KANJI), _with_long_vowels, _wide,
        lambda _, text: text.replace(" ", "  ") if " " in text else f"{text} ",
        lambda _, text: f"Ms. {text}" if _LATIN.search(text) else f"{text} 様",
        lambda _, text: ", ".join(text.split(" ", 1)) if not _LATIN.search(text) else text.replace(" ", "<"),
    ),
    "passport": (
        _wide, lambda _, text: text.lower(), _choice(("No. {}", " {} ")),
        lambda _, text: f"{text[:2]} {text[2:]}", lambda _, text: f"{text[:2]}-{text[2:]}",
    ),
}  # fmt: skip


def rewrite(
    rng: np.random.Generator, texts: Objects, field: str, share: float, no_value_share: float = NO_VALUE_SHARE
) -> Objects:
    """Return the texts of which a share is written in another way, or replaced by what means no value.

    Parameters
    ----------
    field
        ``address``, ``phone``, ``name`` or ``passport``.
    """
    out = texts.copy()
    hit = np.flatnonzero(rng.random(len(texts)) < share)
    empty = rng.random(len(hit)) < no_value_share
    ways = _REWRITES[field]
    for row, is_empty, way in zip(
        hit.tolist(), empty.tolist(), rng.integers(0, len(ways), len(hit)).tolist(), strict=True
    ):
        if out[row] is None:
            continue
        values = NO_VALUES[field]
        out[row] = values[int(rng.integers(len(values)))] if is_empty else ways[way](rng, str(out[row]))
    return out


def rewrite_columns(rng: np.random.Generator, columns: Mapping[str, NDArray[Any]], share: float) -> dict[str, Objects]:
    """Return the columns that hold identities, rewritten; none for a share of 0.

    What is required keeps a value, and so does the inviter, whose 同上 would be the guarantor.
    """
    if share == 0.0:
        return {}
    out = {}
    for name, values in columns.items():
        field = _FIELD.get(name.rpartition("_")[2])
        if field is None or values.dtype != object or name == "coe_number":
            continue
        required = name.startswith("inviter") or name in {"family_name", "given_names", "passport_number"}
        out[name] = rewrite(rng, values, field, share, 0.0 if required else NO_VALUE_SHARE)
    return out
