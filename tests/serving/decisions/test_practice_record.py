"""What does practice show of hits, habits and blind spots?"""

from __future__ import annotations

from serving.decisions.practice_record import practice_record
from serving.store.practice import PracticeAnswer


def test_a_record_counts_hits_habits_and_blind_spots() -> None:
    answers = [
        PracticeAnswer(1, True, True, True, "T1"),  # a hit, as advised
        PracticeAnswer(2, False, False, True, "T5"),  # missed, as the findings were wrong
        PracticeAnswer(3, True, False, True, "T5"),  # a hit against the findings
        PracticeAnswer(4, True, True, False, ""),  # an honest person called, as the findings were wrong
        PracticeAnswer(5, False, False, False, ""),  # spared
    ]
    record = practice_record(answers)
    assert (record.hits, record.spared) == ((2, 3), (1, 2))
    assert record.followed == (4, 5)
    assert record.followed_wrong == (2, 3)
    assert record.blind_spots == (("T5", 1, 2),)


def test_nothing_answered_has_no_parts() -> None:
    assert practice_record([]).hits == (0, 0)
