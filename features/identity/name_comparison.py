"""Comparison of two names as documents write them: the same, another spelling, a part left out, or one typing error.

Words are paired first, then the letters of those that differ are compared by a weighted edit distance (optimal string
alignment, Damerau 1964), in which letters that systems of transliteration exchange count less than any others.
"""

from functools import lru_cache
from itertools import permutations
from typing import Final

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from features.arrays import Ints

SAME: Final = 4
SPELLING: Final = 3
TYPING_ERROR: Final = 2
PART_LEFT_OUT: Final = 1
DIFFERENT: Final = 0

_HOPELESS = 0.7
_ALIKE = 0.4
"""Cost of a letter exchanged for one that another transliteration writes; any other edit costs 1."""
_LIMIT = 1.0
_WORDS = 3
_GROUPS = ("eiy", "ou", "ae", "kgqc", "td", "pbf", "bvw", "szc", "lr", "uw")
_ALIKE_LETTERS = {(first, second) for group in _GROUPS for first in group for second in group}
_VOWELS = set("aeiouy")


def compare_names(first: list[str], second: list[str]) -> tuple[Ints, Ints]:
    """Compare pairs of name skeletons.

    Returns
    -------
    int64[n], int64[n]
        `SAME`, `SPELLING`, `TYPING_ERROR`, `PART_LEFT_OUT` or `DIFFERENT`; and the letters of the words that agree.
    """
    levels, letters = np.zeros(len(first), dtype=np.int64), np.zeros(len(first), dtype=np.int64)
    if not first:
        return levels, letters
    rough = cpdist(first, second, scorer=JaroWinkler.similarity, score_cutoff=_HOPELESS)
    for row in np.flatnonzero(rough).tolist():
        levels[row], letters[row] = _compare(*sorted((first[row], second[row])))
    return levels, letters


@lru_cache(maxsize=65536)
def _compare(first: str, second: str) -> tuple[int, int]:
    if not first or not second:
        return DIFFERENT, 0
    if first == second:
        return SAME, len(first.replace(" ", ""))
    left, right = first.split(" "), second.split(" ")
    both = []
    for word in tuple(left):
        if word in right:
            both.append(word)
            left.remove(word)
            right.remove(word)
    letters = sum(map(len, both))
    if not left or not right:
        return (PART_LEFT_OUT if len(both) > 1 else DIFFERENT), letters
    if max(len(left), len(right)) > _WORDS:
        return DIFFERENT, letters
    agreeing = letters + min(sum(map(len, left)), sum(map(len, right)))
    costs = (_cost("".join(words), "".join(right)) for words in permutations(left))
    joined = min(costs) if len(left) >= len(right) else min(_cost("".join(left), "".join(words)) for words in permutations(right))
    cost = joined if len(left) != len(right) else min(
        sum(_cost(word, other) for word, other in zip(words, right, strict=True)) for words in permutations(left)
    )  # fmt: skip
    if cost > _LIMIT:
        return DIFFERENT, letters
    return (SPELLING if cost < _LIMIT else TYPING_ERROR), agreeing


@lru_cache(maxsize=262144)
def _cost(first: str, second: str) -> float:
    """Return the weighted edit distance of two words; more than the limit is not computed exactly."""
    if abs(len(first) - len(second)) > 3:
        return 9.0
    before: list[float] = []
    above = [0.0]
    for at in range(len(second)):
        above.append(above[-1] + _insertion(second, at))
    for row, letter in enumerate(first):
        current = [above[0] + _insertion(first, row)]
        for column, other in enumerate(second):
            cost = min(
                above[column] + _exchange(letter, other),
                above[column + 1] + _insertion(first, row),
                current[column] + _insertion(second, column),
            )
            if row and column and letter == second[column - 1] and first[row - 1] == other:
                cost = min(cost, before[column - 1] + 1.0)
            current.append(cost)
        before, above = above, current
    return round(above[-1], 6)


def _exchange(letter: str, other: str) -> float:
    return 0.0 if letter == other else _ALIKE if (letter, other) in _ALIKE_LETTERS else 1.0


def _insertion(word: str, at: int) -> float:
    """Return the cost of a letter that only one of the words has: a silent h or r, a vowel beside a vowel."""
    letter, around = word[at], word[max(at - 1, 0) : at] + word[at + 1 : at + 2]
    if letter == "h" or (letter == "r" and word[at - 1 : at] in _VOWELS and word[at + 1 : at + 2] not in _VOWELS):
        return _ALIKE
    return _ALIKE if letter in _VOWELS and _VOWELS & set(around) else 1.0
