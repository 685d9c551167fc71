"""Comparison of two names as documents write them: the same, another spelling, a part left out, or one typing error.

Words are paired first, then the letters of those that differ are compared by a weighted edit distance (optimal string
alignment, Damerau 1964), in which letters that systems of transliteration exchange count less than any others.
"""

from collections import Counter
from functools import lru_cache, reduce
from itertools import permutations
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA

from features.arrays import Ints
from features.identity.name_words import latin_words
from features.identity.person import name_skeleton

SAME: Final = 4
SPELLING: Final = 3
TYPING_ERROR: Final = 2
PART_LEFT_OUT: Final = 1
DIFFERENT: Final = 0

Words = tuple[str, ...]

_LIMIT = 1.0
_FAR = 9.0
_MOST_WORDS = 3
_PARTICLES = {"da", "de", "di", "do", "das", "del", "dos", "la", "los", "van", "von", "der", "bin", "binti", "al", "el"}
# letters that one system of transliteration writes for those of another
_GROUPS = ("eiy", "jy", "ou", "uw", "kgqc", "td", "pbf", "bvw", "szcx", "lr", "jzc")
_ALIKE = {(sign, other) for group in _GROUPS for sign in group for other in group}
_DIGRAPHS = (("ts", "c"), ("dj", "j"), ("tj", "c"), ("hs", "x"), ("oe", "u"), ("oo", "u"), ("ee", "i"), ("eo", "o"))
_VOWELS = set("aeiouy")
_ALIKE_COST = (0.6, 0.6, 0.6, 0.6, 0.45, 0.4)
_ALIKE_COST_LONG = 0.3
"""Cost of such a letter, by the length of the shorter word and in longer ones; any other edit costs 1."""
_JOINT_LIMIT = 0.5
"""Highest cost of words written as a single one."""
_TWO_CHARACTERS = 1.4
"""Cost of another letter in a word of two: Wu, Hu and Su are names of their own."""
_MOST_EDITS = 3
_LONGEST = 40
"""Letters of a word up to which letters are weighed."""


def compare_names(first: list[str], second: list[str]) -> tuple[Ints, Ints]:
    """Compare pairs of whole names.

    Returns
    -------
    int64[n], int64[n]
        `SAME`, `SPELLING`, `TYPING_ERROR`, `PART_LEFT_OUT` or `DIFFERENT`, whatever the order of the words; and the
        letters that agree.
    """
    pairs = [_compare(*sorted(pair)) for pair in zip(first, second, strict=True)]
    levels = np.array([level for level, _ in pairs], dtype=np.int64)
    return levels, np.array([characters for _, characters in pairs], dtype=np.int64)


@lru_cache(maxsize=65536)
def _compare(first: str, second: str) -> tuple[int, int]:
    left, right = _latin(first), _latin(second)
    if not left or not right:
        return DIFFERENT, 0
    if left == right:
        return SAME, sum(map(len, left))
    skeleton, other = name_skeleton(first), name_skeleton(second)
    if skeleton == other:
        return SPELLING, len(skeleton.replace(" ", ""))
    writings = ((left, right), (_plain(left), _plain(right)), (tuple(skeleton.split(" ")), tuple(other.split(" "))))
    return max(_compare_words(*words) for words in writings)


def _plain(words: Words) -> Words:
    """Return the words with a single letter where other systems write two."""
    return tuple(reduce(lambda word, pair: word.replace(*pair), _DIGRAPHS, word) for word in words)


@lru_cache(maxsize=65536)
def _latin(name: str) -> Words:
    return tuple(sorted(latin_words(name)))


def _compare_words(first: Words, second: Words) -> tuple[int, int]:
    """Return the level and the letters that agree."""
    both = Counter(first) & Counter(second)
    left, right = (
        [word for word in (Counter(words) - both).elements() if word not in _PARTICLES] for words in (first, second)
    )
    characters = sum(map(len, both.elements()))
    if not left and not right:
        return SPELLING, characters
    if not left or not right:
        return (PART_LEFT_OUT if both.total() > 1 else DIFFERENT), characters
    if max(len(left), len(right)) > _MOST_WORDS:
        return DIFFERENT, characters
    cost = _least_cost(left, right)
    if cost > _LIMIT:
        return DIFFERENT, characters
    agreeing = characters + min(sum(map(len, left)), sum(map(len, right)))
    return (SPELLING if cost < _LIMIT else TYPING_ERROR), agreeing


def _least_cost(left: list[str], right: list[str]) -> float:
    """Return the cost of the best pairing of words; of unequal numbers, of both sides without blanks."""
    if len(left) < len(right):
        left, right = right, left
    if len(left) > len(right):
        cost = min(_cost("".join(words), "".join(right)) for words in permutations(left))
        return cost if cost <= _JOINT_LIMIT else _FAR
    return min(sum(map(_cost, words, right)) for words in permutations(left))


@lru_cache(maxsize=262144)
def _cost(first: str, second: str) -> float:
    """Return the weighted edit distance of two words."""
    if OSA.distance(first, second, score_cutoff=_MOST_EDITS) > _MOST_EDITS:
        return _FAR
    if max(len(first), len(second)) > _LONGEST:
        return float(OSA.distance(first, second))
    shortest, longest = sorted((len(first), len(second)))
    alike = _ALIKE_COST[shortest] if shortest < len(_ALIKE_COST) else _ALIKE_COST_LONG
    other = _TWO_CHARACTERS if longest == 2 else 1.0
    before: list[float] = []
    above = [0.0]
    for at in range(len(second)):
        above.append(above[-1] + _insertion(second, at, alike))
    for row, character in enumerate(first):
        current = [above[0] + _insertion(first, row, alike)]
        for column, sign in enumerate(second):
            exchange = 0.0 if character == sign else alike if longest > 2 and (character, sign) in _ALIKE else other
            cost = min(above[column] + exchange, above[column + 1] + _insertion(first, row, alike),
                       current[column] + _insertion(second, column, alike))  # fmt: skip
            if row and column and character == second[column - 1] and first[row - 1] == sign:
                cost = min(cost, before[column - 1] + 1.0)
            current.append(cost)
        before, above = above, current
    return round(above[-1], 6)


def _insertion(word: str, at: int, alike: float) -> float:
    """Return the cost of a letter that only one word has: a silent h or r, a vowel beside a vowel, tj and dj for j."""
    sign, before, after = word[at], word[max(at - 1, 0) : at], word[at + 1 : at + 2]
    silent = (
        sign in ("h", before)
        or (sign in _VOWELS and bool(_VOWELS & {before, after}))
        or (sign == "r" and before in _VOWELS and after not in _VOWELS)
        or (sign in "td" and after in set("jszc"))
        or (sign == "c" and after == "h")
    )
    return alike if silent else 1.0
