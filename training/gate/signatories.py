"""Who signs, and may two names be one person's? Names and reasons on one line each, and names compared.

A name is what somebody typed. What is compared here catches other spellings of one name; it proves nobody.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache

from features.identity.romanisation import fold, romanise
from training.gate.likenesses import look_of, scripts_of

NAME_LENGTH, REASON_LENGTH = 80, 300
"""Characters; longer ones would push everything else off a card."""
_MOST_WORDS = 10
_LEAST_WORDS = 3
_SIGNS_PER_WORD = 2
"""Japanese and Chinese are written without spaces: two signs are taken for a word."""
_BREAKS = re.compile(r"[\s,.\-・=/@_+]+")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆]")
_TITLES = {
    "dr", "mr", "mrs", "ms", "miss", "mx", "sir", "madam", "prof", "professor", "officer", "inspector", "director",
    "chief", "deputy", "minister", "id", "number", "nr",
}  # fmt: skip
_TITLES_JA = (
    "入国審査官", "審査官", "先生", "博士", "教授", "係長", "課長", "部長", "局長", "所長", "大臣", "さん", "さま", "氏", "様", "殿", "君",
)  # fmt: skip
"""Words that say what somebody is, or that a number follows; a person may leave them out or put others."""
_AFTER_NAME = re.compile(rf"(?<=.)(?:{'|'.join(_TITLES_JA)})$|-(?:san|sama|sensei)$", re.I)
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_LETTERS = string.ascii_lowercase
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&!$])")


class NotSigned(ValueError):
    """Raised where a name or a reason cannot stand on a card; says what was expected."""


def signed_name(text: str) -> str:
    """Return a name, its spaces made single.

    Raises
    ------
    NotSigned
        If it has more than one line, signs that nobody sees, no letter or digit, or is too long.

    >>> signed_name(" Officer   A ")
    'Officer A'
    """
    name = _line(text, "a name", NAME_LENGTH)
    if not _words(name):
        raise NotSigned("a name needs letters, or the digits of a number that is issued to one person")
    if len(_words(name)) > _MOST_WORDS:
        raise NotSigned(f"a name has at most {_MOST_WORDS} words")
    mixed = [word for word in _BREAKS.split(name) if len(scripts_of(word)) > 1]
    if mixed:
        scripts = " and ".join(one.capitalize() for one in sorted(scripts_of(mixed[0])))
        raise NotSigned(f"a word of a name is of one script, and {mixed[0]!r} mixes {scripts} letters; type it anew")
    return name


def signed_reason(text: str) -> str:
    """Return a reason, its spaces made single.

    Raises
    ------
    NotSigned
        If it has more than one line, signs that nobody sees, fewer than three words, or is too long.
    """
    reason = _line(text, "a reason", REASON_LENGTH)
    signs = len(_SIGNS.findall(reason))
    words = sum(any(map(str.isalnum, word)) for word in _SIGNS.sub(" ", reason).split())
    if words + signs / _SIGNS_PER_WORD < _LEAST_WORDS:
        raise NotSigned("a reason needs a few words that say why (three, or six signs where there are no spaces)")
    return reason


def as_markdown(text: str) -> str:
    r"""Return a text that a page of Markdown shows as it was typed.

    >>> print(as_markdown("# <b>A</b>"))
    \# \<b\>A\</b\>
    """
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def same_person(one: str, other: str) -> bool:
    """Say whether two names may be one person's.

    They may if the words of one, in any order, run together or apart, in other letters (alike by look or by sound, kana,
    kanji in the reading of a dictionary), whole or as initials, are found among the words of the other, with or without
    titles. Words with digits must be the same, but for letters before a number: numbers are issued so that they differ.

    >>> same_person("A. Smith", "Alice Smith"), same_person("田中太郎", "Tanaka Taro"), same_person("E1123", "E123")
    (True, True, False)
    """
    return any(_same(first, second) for first in _readings(one) for second in _readings(other))


def _same(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    short, long = sorted((first, second), key=len)
    return (
        _matched(tuple(sorted(short)), tuple(sorted(long)))
        or _spelt("".join(first), tuple(sorted(second)))
        or _spelt("".join(second), tuple(sorted(first)))
    )


@cache
def _readings(name: str) -> frozenset[tuple[str, ...]]:
    """Return the words of a name as they sound and as they look, each with titles and, where a word is left, without."""
    found = set()
    for text in (name, _untitled(name)):
        found |= {_words(text), _words(look_of(text))}
    return frozenset(found)


def _untitled(name: str) -> str:
    parts = [_AFTER_NAME.sub("", part) for part in unicodedata.normalize("NFKC", name).split()]
    left = [
        word
        for part in parts
        for word in _BREAKS.split(part)
        if word and word.casefold() not in {*_TITLES, *_TITLES_JA}
    ]
    # what is left of "Officer A" is an initial, which could be anybody's
    return " ".join(left) if any(len(word) > 1 or _has_digit(word) for word in left) else name


@cache
def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name in folded Latin letters; a word with digits is left as it is spelt."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) not in _UNSEEN)
    words = [word for part in _BREAKS.split(seen) for word in romanise(part).split()]
    return tuple(word if _has_digit(word) else fold(word) for word in words)


@cache
def _matched(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each of the first words has one of its own among the second: the same, or one the initial of the other."""
    if not short:
        return True
    return any(
        _matched(short[1:], long[:at] + long[at + 1 :])
        for at, word in enumerate(long)
        if word == short[0] or _number(word, short[0]) or _initial(short[0], word) or _initial(word, short[0])
    )


@cache
def _spelt(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text is some of these words run together, in any order, each whole or as its initial."""
    if not text:
        return True
    return any(
        _spelt(text[len(start) :], words[:at] + words[at + 1 :])
        for at, word in enumerate(words)
        for start in ({word, word.lstrip(_LETTERS)} if _has_digit(word) else {word, word[0]})
        if text.startswith(start)
    )


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _number(one: str, other: str) -> bool:
    """Whether one is the number of the other, without the letters before it."""
    return (one.isdigit() and other.lstrip(_LETTERS) == one) or (other.isdigit() and one.lstrip(_LETTERS) == other)


def _initial(letter: str, word: str) -> bool:
    return len(letter) == 1 and letter.isalpha() and word.isalpha() and word.startswith(letter)


def _line(text: str, what: str, length: int) -> str:
    if any(unicodedata.category(sign) in _UNSEEN for sign in text.strip()):
        raise NotSigned(f"{what} is one line, without control or formatting characters")
    line = " ".join(text.split())
    if len(line) > length:
        raise NotSigned(f"{what} has at most {length} characters, and this one {len(line)}")
    return line
