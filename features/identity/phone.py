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

_EXTENSION = re.compile(r"[(\[;,]?\s*(?:内線?|ext(?:ension|n)?|;\s*ext|x|#)\s*[.:=]?\s*\d{1,6}\s*[)\]]?\s*$", re.IGNORECASE)
_SPREADSHEET = re.compile(r"(?P<digits>\d{9,15})\.0+|\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_NEXT_NUMBER = re.compile(r"[,;、，&|]|又は|または|及び|\bor\b|\band\b|\bo\b|\bหรือ\b", re.IGNORECASE)
_JOINTS = re.compile(r"(?<=\d)\s*[-ーの~〜・_.]\s*(?=\d)")
_NUMBER = re.compile(r"\+?[\s+]*\(?\d[\d\s\-()/.+]*")
# the library takes any length up to 17 as possible in Japan; mobile and IP numbers have ten digits, others nine or ten
_HOME_NUMBER = re.compile(r"[5-9]0\d{8}|(?![5-9]0)\d{9,10}")
_KANJI = str.maketrans({sign: str(digit) for sign, digit in DIGITS.items()})
_SAME_DIGIT = "0{7,}|1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,}"
_REPEATED = re.compile(rf"(?:{_SAME_DIGIT})$")
_ASCENDING, _DESCENDING = "123456789012345", "987654321098765"


@lru_cache(maxsize=65536)
def normalise_phone(text: str) -> str | None:
    """Return the first number of a text in E.164, or None if there is none or it is a filler.

    >>> normalise_phone("０９０－1234－5678（夫）")
    '+819012345678'
    >>> normalise_phone("000-0000-0000") is None
    True
    """
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
            return None if _is_filler(number) else phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _number(written: str) -> phonenumbers.PhoneNumber | None:
    """Return a number that is assigned, or else has a possible length; prefixes for abroad may lack their plus."""
    sign = "+" if written.lstrip(" (").startswith("+") else ""
    digits = re.sub(r"[^\d\-.() ]", "", re.sub(r"(?<=\d)[\s\-]*\(0\)", "", written))
    writings = [sign + digits]
    compact = re.sub(r"\D", "", digits)
    if not sign and compact.startswith("00"):
        writings = ["+" + compact[2:]]
    elif not sign and not compact.startswith("0"):
        writings.append("+" + compact)
    numbers = [number for number in map(_parsed, writings) if number is not None]
    return next((number for number in numbers if phonenumbers.is_valid_number(number)), numbers[0] if numbers else None)


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    if number.country_code == 81 and not _HOME_NUMBER.fullmatch(national):
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _is_filler(number: phonenumbers.PhoneNumber) -> bool:
    """Return whether the digits are all the same behind a prefix, or count up or down."""
    national = phonenumbers.national_significant_number(number)
    counted = any(run.startswith((national, f"{number.country_code}{national}")) for run in (_ASCENDING, _DESCENDING))
    return counted or _REPEATED.search(national) is not None
