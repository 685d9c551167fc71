"""Two names are the same, another spelling, one typing error apart, without a part, or different. Covers: features.identity.name_comparison."""

import numpy as np
import pytest

from features.identity.name_comparison import DIFFERENT, PART_LEFT_OUT, SAME, SPELLING, TYPING_ERROR, compare_names

CASES = [
    ("Grace Reyes", "REYES, grace", SAME, 10),
    ("渡辺 浩", "Hiroshi WATANABE", SAME, 15),
    # ICAO Doc 9303, official systems, older habits
    ("Müller Hans", "MUELLER HANS", SAME, 11),
    ("Satō Yūko", "Satoh Yuhko", SPELLING, None),
    ("Дмитрий Волков", "Dmitrii Volkov", SPELLING, 12),
    ("Kusuma Putri", "Koesoema Poetri", SPELLING, None),
    ("Park Soojin", "Pak Sujin", SPELLING, None),
    ("Phromma Malee", "Promma Mali", SPELLING, None),
    ("Zeng Wei", "Tseng Wei", SPELLING, None),
    ("Xiaohong Wang", "Wang Xiao Hong", SPELLING, None),
    ("Dela Cruz Ana", "DELACRUZ ANA", SPELLING, None),
    ("Silva Ana", "da Silva Ana", SPELLING, None),
    # one error of a typist
    ("Watanabe Hiroshi", "Watanbe Hiroshi", TYPING_ERROR, None),
    ("Reyes Grace", "Reyes Grxce", TYPING_ERROR, None),
    ("Reyes Grace", "Reyes Garce", TYPING_ERROR, None),
    ("Zheng Jie", "Zheng Jte", TYPING_ERROR, None),
    # the letters of the parts that both have
    ("Maria Santos Reyes", "Maria Reyes", PART_LEFT_OUT, 10),
    # others
    ("Maria Reyes", "Maria Santos", DIFFERENT, None),
    ("Wu Jing", "Su Jing", DIFFERENT, None),
    ("Reyes", "Reyes Grace", DIFFERENT, None),
    ("Reyxs Grxce", "Reyes Grace", DIFFERENT, None),
    ("", "Reyes Grace", DIFFERENT, 0),
    ("FNU", "LNU", DIFFERENT, 0),
]


@pytest.mark.parametrize(("first", "second", "level", "letters"), CASES)
def test_a_pair_of_names_has_a_level_in_either_order(first: str, second: str, level: int, letters: int | None) -> None:
    levels, agreeing = compare_names([first, second], [second, first])
    assert levels.tolist() == [level, level]
    assert agreeing[0] == agreeing[1]
    assert letters is None or agreeing[0] == letters


def test_no_pair_gives_nothing() -> None:
    levels, letters = compare_names([], [])
    assert levels.dtype == letters.dtype == np.int64
    assert len(levels) == len(letters) == 0
