"""Who signs, and may two names be one person's? Names and reasons on one line each, and names compared.

A name is what somebody typed. What is compared here catches other spellings of one name; it proves nobody.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from features.identity.romanise import fold, romanise

NAME_LENGTH, REASON_LENGTH = 80, 300
"""Characters; longer ones would push everything else off a card."""
_MOST_WORDS = 10
_LEAST_WORDS = 3
_SIGNS_PER_WORD = 2
"""Japanese and Chinese are written without spaces: two signs are taken for a word."""
_BREAKS = re.compile(r"[\s,.\-・=/@_+]+")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆]")
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
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

    They may if the words of one, in any order, run together or apart, in other letters (look-alikes, kana, kanji in
    the reading of a dictionary), whole or as initials, are found among the words of the other. Words with digits must
    be the same: numbers are issued so that they differ.

    >>> same_person("A. Smith", "Alice Smith"), same_person("田中太郎", "Tanaka Taro"), same_person("E1123", "E123")
    (True, True, False)
    """
    first, second = _words(one), _words(other)
    short, long = sorted((first, second), key=len)
    return (
        _matched(tuple(sorted(short)), tuple(sorted(long)))
        or _spelt("".join(first), tuple(sorted(second)))
        or _spelt("".join(second), tuple(sorted(first)))
    )


@cache
def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name in folded Latin letters; a word with digits is left as it is spelt."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) not in _UNSEEN)
    words = [word for part in _BREAKS.split(seen) for word in romanise(part).split()]
    return tuple(word if any(map(str.isdigit, word)) else fold(word) for word in words)


@cache
def _matched(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each of the first words has one of its own among the second: the same, or one the initial of the other."""
    if not short:
        return True
    return any(
        _matched(short[1:], long[:at] + long[at + 1 :])
        for at, word in enumerate(long)
        if word == short[0] or _initial(short[0], word) or _initial(word, short[0])
    )


@cache
def _spelt(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text is some of these words run together, in any order, each whole or as its initial."""
    if not text:
        return True
    return any(
        _spelt(text[len(start) :], words[:at] + words[at + 1 :])
        for at, word in enumerate(words)
        for start in ({word} if any(map(str.isdigit, word)) else {word, word[0]})
        if text.startswith(start)
    )


def _initial(letter: str, word: str) -> bool:
    return len(letter) == 1 and letter.isalpha() and word.isalpha() and word.startswith(letter)


def _line(text: str, what: str, length: int) -> str:
    if any(unicodedata.category(sign) in _UNSEEN for sign in text.strip()):
        raise NotSigned(f"{what} is one line, without control or formatting characters")
    line = " ".join(text.split())
    if len(line) > length:
        raise NotSigned(f"{what} has at most {length} characters, and this one {len(line)}")
    return line
