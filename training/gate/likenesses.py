"""What does a name look like in Latin letters? Letters of other scripts that the eye cannot tell from Latin ones.

By its sound a word of Cyrillic letters may be another than the Latin word that it looks like; whoever reads a card sees
one. The pairs are those of Unicode Technical Standard 39 (confusables) among Cyrillic and Greek letters, and small ones
that have the shape of a capital.
"""

from __future__ import annotations

import re
import unicodedata

_ALIKE = {
    "a": "0410 0430 0391 03B1", "b": "0412 0432 042C 0392", "c": "0421 0441 03C2 03F2 03F9", "d": "0500 0501",
    "e": "0400 0401 0415 0435 0450 0451 0395 03B5", "f": "03DC 03DD", "g": "050C 050D", "h": "041D 043D 04BA 04BB 0397",
    "i": "0406 0407 0456 0457 04C0 04CF 0399 03B9 03AF", "j": "0408 0458 037F 03F3", "k": "041A 043A 039A 03BA",
    "m": "041C 043C 039C", "n": "043F 039D 03B7", "o": "041E 043E 039F 03BF 03C3 03CC", "p": "0420 0440 03A1 03C1",
    "q": "051A 051B", "r": "0433", "s": "0405 0455", "t": "0422 0442 03A4 03C4", "u": "03C5 03CD",
    "v": "0474 0475 03BD", "w": "051C 051D 0461 03C9", "x": "0425 0445 03A7 03C7", "y": "0423 0443 04AE 04AF 03A5 03B3",
    "z": "0396",
}  # fmt: skip
"""By Latin letter the code points that look like it."""
_LATIN = {int(code, 16): letter for letter, codes in _ALIKE.items() for code in codes.split()}
_AS_LETTERS, _AS_DIGITS = str.maketrans("01iI", "olll"), str.maketrans("oOlI", "0011")
_JAPANESE = {"CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "KATAKANA-HIRAGANA"}


def look_of(text: str) -> str:
    """Return a text with every word that can be taken for one of Latin letters in these.

    A word with more letters than digits is read as letters (0 as o, 1 as l), any other with digits as a number. A small l
    and a capital i are one; so is i in any word, as spelling does not tell which was meant.

    >>> look_of("A1ice E1O4")
    'Allce E104'
    """
    return re.sub(r"\w+", lambda found: _look_of_word(found[0]), text)


def scripts_of(word: str) -> set[str]:
    """Return the scripts of a word's letters, apart from those of Japanese, which is written beside Latin letters.

    >>> sorted(scripts_of("Ali\u0441e"))
    ['CYRILLIC', 'LATIN']
    """
    letters = [
        sign for sign in unicodedata.normalize("NFKC", word) if unicodedata.category(sign) in {"Lu", "Ll", "Lt", "Lo"}
    ]
    return {unicodedata.name(sign, "?").split()[0] for sign in letters} - _JAPANESE


def _look_of_word(word: str) -> str:
    # before and after: a normalised lunate sigma looks like c no more
    seen = unicodedata.normalize("NFKC", word.translate(_LATIN)).translate(_LATIN)
    if scripts_of(seen) != {"LATIN"}:
        return word
    return seen.translate(_AS_LETTERS if 2 * sum(map(str.isdigit, seen)) < len(seen) else _AS_DIGITS)
