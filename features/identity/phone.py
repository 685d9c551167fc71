"""Keys of telephone numbers: any writing, as E.164 by the phonenumbers library."""

import re
from decimal import Decimal
from functools import lru_cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.identity.characters import plain
from features.identity.distinct_texts import of_each_distinct
from features.identity.hashes import hash_texts
from features.identity.kanji_numbers import DIGITS

HOME_REGION = "JP"
_SEPARATORS = "[\\s\\-.()‐-―−ー]"
_DOMESTIC_MOBILE = r"^0([6789]0[1-9]\d{7})$"
_FOREIGN_MOBILE = r"^\+81([6789]0[1-9]\d{7})$"

_EXTENSION = re.compile(
    r"[(\[;,]?\s*(?:内線?|ext(?:ension|n)?|;\s*ext|x|#)\s*[.:=]?\s*\d{1,6}\s*[)\]]?\s*$", re.IGNORECASE
)
_SPREADSHEET = re.compile(r"(?P<digits>\d{9,15})\.0+|\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_NEXT_NUMBER = re.compile(r"[,;、，&|]|又は|または|及び|\bor\b|\band\b|\bo\b|\bหรือ\b", re.IGNORECASE)
_SIMPLE = re.compile(r"\+[1-9][\d \-]{6,18}\d")
_JOINTS = re.compile(r"(?<=\d)\s*[-ーの~〜・_.]\s*(?=\d)")
_NUMBER = re.compile(r"\+?[\s+]*\(?\d[\d\s\-()/.+]*")
# the library takes any length up to 17 as possible in Japan; mobile and IP numbers have ten digits, others nine or ten
_HOME_NUMBER = re.compile(r"[5-9]0\d{8}|(?![5-9]0)\d{9,10}")
_KANJI = str.maketrans({sign: str(digit) for sign, digit in DIGITS.items()})
_SAME_DIGIT = "0{7,}|1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,}"
_ASCENDING, _DESCENDING = "123456789012345", "987654321098765"


@lru_cache(maxsize=65536)
def normalise_phone(text: str) -> str | None:
    """Return the first number of a text in E.164, or None if there is none or it is a filler.

    >>> normalise_phone("０９０－1234－5678（夫）")
    '+819012345678'
    >>> normalise_phone("000-0000-0000") is None
    True
    """
    if _SIMPLE.fullmatch(text):
        number = _parsed(text)
        if number is not None:
            return _e164(number)
    text = _digits_of_spreadsheet(plain(text).strip().strip("'"))
    if not any(sign.isdigit() for sign in text):
        text = text.translate(_KANJI)
    for part in _NEXT_NUMBER.split(text):
        match = _NUMBER.search(_JOINTS.sub("-", _EXTENSION.sub("", part)))
        if match:
            return _first_number(match[0])
    return None


def phone_keys(phones: pa.Array) -> Ints:
    """Return one key per phone, int64[n]; 0 for none, for a filler and for what cannot be a number.

    Japanese mobile numbers, nine in ten of all, take a path over whole columns; the library reads the rest. A test
    compares the two paths.
    """
    if phones.null_count == len(phones):
        return np.zeros(len(phones), dtype=np.int64)
    if len(phones) < 64:
        return hash_texts(pa.array([_normalised(text) for text in phones.to_pylist()], pa.string()), "phone")
    compact = pc.replace_substring_regex(pc.utf8_normalize(phones, form="NFKC"), _SEPARATORS, "")
    compact = pc.replace_substring_regex(compact, _DOMESTIC_MOBILE, r"+81\1")
    quick = pc.fill_null(pc.match_substring_regex(compact, _FOREIGN_MOBILE), fill_value=False)
    quick = pc.and_not(quick, pc.fill_null(pc.match_substring_regex(compact, f"(?:{_SAME_DIGIT})$"), fill_value=False))
    slow = pc.and_(pc.invert(quick), phones.is_valid())
    if pc.any(slow).as_py():
        others = pc.if_else(slow, phones, pa.scalar(None, pa.string()))
        normalised = of_each_distinct(others, normalised_phones).column("phone").combine_chunks()
        compact = pc.if_else(quick, compact, normalised)
    return hash_texts(compact, "phone")


def normalised_phones(texts: pa.Array) -> pa.Table:
    """Return each number in E.164, null if it cannot be one."""
    return pa.table({"phone": pa.array([_normalised(text) for text in texts.to_pylist()], pa.string())})


def _normalised(text: str | None) -> str | None:
    return None if text is None else normalise_phone(text)


def _digits_of_spreadsheet(text: str) -> str:
    """Return the digits of a number that a spreadsheet took for an amount, if it lost none."""
    match = _SPREADSHEET.fullmatch(text)
    if match is None:
        return text
    if match["digits"]:
        return match["digits"]
    mantissa, _, exponent = text.upper().partition("E")
    return str(int(Decimal(text))) if len(mantissa) - 2 >= int(exponent) else ""


def _first_number(written: str) -> str | None:
    """Return the number of digits and separators; if they are too many, that of the first of them."""
    parts = re.split(r"[\s/]+", written.strip())
    for count in range(len(parts), 0, -1):
        number = _number(" ".join(parts[:count]))
        if number is not None:
            return _e164(number)
    return None


def _number(written: str) -> phonenumbers.PhoneNumber | None:
    """Return a number that is assigned, or else has a possible length; prefixes for abroad may lack their plus."""
    sign = "+" if written.lstrip(" (").startswith("+") else ""
    digits = re.sub(r"[^\d\-.() ]", "", re.sub(r"(?<=\d)[\s\-]*\(0\)", "", written))
    compact = re.sub(r"\D", "", digits)
    if sign or compact.startswith("0"):
        return _parsed("+" + compact[2:] if compact.startswith("00") and not sign else sign + digits)
    numbers = [number for number in map(_parsed, (digits, "+" + compact)) if number is not None]
    return next((number for number in numbers if phonenumbers.is_valid_number(number)), numbers[0] if numbers else None)


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 81 and not _HOME_NUMBER.fullmatch(str(number.national_number)):
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _e164(number: phonenumbers.PhoneNumber) -> str | None:
    """Return a number in E.164; None if its digits are all the same behind a prefix, or count up or down."""
    text: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = text.removeprefix(f"+{number.country_code}")
    counted = any(run.startswith((national, text[1:])) for run in (_ASCENDING, _DESCENDING))
    return None if counted or text.endswith(text[-1] * 7) else text
