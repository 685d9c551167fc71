"""Keys of telephone numbers: any spelling, as E.164 by the phonenumbers library."""

import unicodedata
from functools import lru_cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Ints
from features.identity.distinct_texts import of_each_distinct
from features.identity.hashes import hash_texts

HOME_REGION = "JP"
_SEPARATORS = "[\\s\\-.()‐-―−ー]"
_DOMESTIC_MOBILE = r"^0([6789]0[1-9]\d{7})$"
_FOREIGN_MOBILE = r"^\+81([6789]0[1-9]\d{7})$"


@lru_cache(maxsize=65536)
def normalise_phone(text: str) -> str | None:
    """Return a number in E.164, or None if it cannot be one.

    >>> normalise_phone("０９０－1234－5678")
    '+819012345678'
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_keys(phones: pa.Array) -> Ints:
    """Return one key per phone, int64[n]; 0 for none and for what cannot be a number.

    Japanese mobile numbers, nine in ten of all, take a path over whole columns; the library reads the rest. A test
    compares the two paths.
    """
    if phones.null_count == len(phones):
        return np.zeros(len(phones), dtype=np.int64)
    if len(phones) < 64:
        return hash_texts(pa.array([_normalised(text) for text in phones.to_pylist()], pa.string()), "phone")
    plain = pc.replace_substring_regex(pc.utf8_normalize(phones, form="NFKC"), _SEPARATORS, "")
    plain = pc.replace_substring_regex(plain, _DOMESTIC_MOBILE, r"+81\1")
    quick = pc.fill_null(pc.match_substring_regex(plain, _FOREIGN_MOBILE), fill_value=False)
    slow = pc.and_(pc.invert(quick), phones.is_valid())
    if pc.any(slow).as_py():
        others = pc.if_else(slow, phones, pa.scalar(None, pa.string()))
        normalised = of_each_distinct(others, normalised_phones).column("phone").combine_chunks()
        plain = pc.if_else(quick, plain, normalised)
    return hash_texts(plain, "phone")


def normalised_phones(texts: pa.Array) -> pa.Table:
    """Return each number in E.164, null if it cannot be one."""
    return pa.table({"phone": pa.array([_normalised(text) for text in texts.to_pylist()], pa.string())})


def _normalised(text: str | None) -> str | None:
    return None if text is None else normalise_phone(text)
