"""Romanisation: kana and kanji by dictionary reading, other scripts by transliteration."""

import re
import threading
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from fugashi import Tagger

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆]")

# Words point into the tagger's memory until they are read. A second thread would change them meanwhile, and the cache
# would keep the wrong reading.
_READING = threading.Lock()

_SMALL = {"ャ": "a", "ュ": "u", "ョ": "o"}
_SMALL_TSU = re.compile("ッ([カ-ヂツ-ポ])")
_SMALL_Y = re.compile("([キシチニヒミリギジビピ])([ャュョ])")

# Spellings of the same sound, folded onto one. Order matters: longer ones first.
_FOLDS = (
    ("tsu", "tu"), ("chi", "ti"), ("shi", "si"), ("shy", "sy"), ("chy", "ty"), ("jy", "zy"), ("sh", "sy"), ("ch", "ty"), ("ji", "zi"), ("j", "zy"), ("fu", "hu"),
    ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"), ("ei", "e"), ("ph", "f"), ("ck", "k"), ("mb", "nb"),
    ("mp", "np"), ("mm", "nm"), ("zyi", "zi"), ("syi", "si"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _tagger() -> Tagger:
    return Tagger()


@lru_cache(maxsize=65536)
def romanise(text: str) -> str:
    """Return a text in lower-case Latin letters, digits and spaces, as it is commonly read.

    >>> romanise("佐藤")
    'satou'
    """
    text = unicodedata.normalize("NFKC", text)
    if _JAPANESE.search(text):
        with _READING:
            words = [(word.surface, word.feature.kana) for word in _tagger()(text)]
        text = " ".join(_reading(surface, kana) if _JAPANESE.search(surface) else surface for surface, kana in words)
    return re.sub(r"[^a-z0-9 ]", "", anyascii(text.casefold()).lower())


def _reading(surface: str, kana: str | None) -> str:
    if not kana or kana == "*":
        return str(anyascii(surface))
    # a small tsu doubles the consonant of the sign after it: サッポロ is sapporo
    kana = _SMALL_TSU.sub(lambda match: anyascii(match[1])[0] + match[1], kana)
    # a small ya, yu or yo takes the vowel of the sign before it: kiyo is kyo
    return str(anyascii(_SMALL_Y.sub(lambda match: anyascii(match[1])[:-1] + "y" + _SMALL[match[2]], kana)))


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a romanised word with spelling variants of a sound folded: Satō, Satou, Satoh and Sato are equal."""
    for spelling, folded in _FOLDS:
        word = word.replace(spelling, folded)
    return re.sub(r"(.)\1+", r"\1", word)
