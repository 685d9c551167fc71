from __future__ import annotations

import numpy as np
import pytest

from features.windows import letter_book as book


def _letters(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    templates = rng.integers(1, 2**63, 40, dtype=np.uint64)
    flips = np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 64, (600, 4), dtype=np.uint64), axis=1)
    # every second letter is a template with up to four bits changed, so that some are alike and some are just not
    return np.where(np.arange(600) % 2 == 0, rng.choice(templates, 600) ^ flips, rng.choice(templates, 600)).view(
        np.int64
    )


@pytest.mark.parametrize("few", [0, 10**9])
def test_letters_are_alike_if_at_most_three_bits_differ(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "_FEW_PAIRS", few)  # compared by blocks, or with all
    letters = _letters(1)
    made = book.letter_book(letters, np.arange(600))
    for number, letter in enumerate(made.distinct.tolist()):
        near = made.near[made.near_begin[number] : made.near_begin[number + 1]]
        expected = [
            at for at, other in enumerate(made.distinct.tolist()) if ((letter ^ other) & (2**64 - 1)).bit_count() <= 3
        ]
        assert sorted(near.tolist()) == expected


def test_a_letter_that_nobody_filed_meets_those_like_it() -> None:
    made = book.letter_book(np.array([0b1111, 0b1111, 0xFF00FF, 0]), np.array([5, 3, 1, 2]))
    number, begin, near = made.asked(np.array([0b1110, 0, 0b1111]))
    assert number[1] == -1
    assert near[begin[number[0]] : begin[number[0] + 1]].tolist() == [made.number(np.array([0b1111]))[0]]
    at = int(made.number(np.array([0b1111]))[0])
    assert made.posted[made.begin[at] : made.begin[at + 1]].tolist() == [1, 0]  # known at 3, then at 5
