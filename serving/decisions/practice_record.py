"""What an officer's practice shows: hits, habits towards the findings, and blind spots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from serving.store.practice import PracticeAnswer


@dataclass(frozen=True, slots=True)
class PracticeRecord:
    """Counts as (part, whole).

    Attributes
    ----------
    hits
        Exploited people for whom an interview was chosen.
    spared
        Honest people who were not called to an interview.
    followed
        Cases in which the view was that of the findings.
    followed_wrong
        Cases in which the findings were wrong and were followed.
    blind_spots
        (typology, missed, of how many), those with the most missed first; none that was never missed.
    """

    answer_count: int
    hits: tuple[int, int]
    spared: tuple[int, int]
    followed: tuple[int, int]
    followed_wrong: tuple[int, int]
    blind_spots: tuple[tuple[str, int, int], ...]


def practice_record(answers: Sequence[PracticeAnswer]) -> PracticeRecord:
    """Return the record of answers."""
    exploited = [answer for answer in answers if answer.is_exploited]
    honest = [answer for answer in answers if not answer.is_exploited]
    misled = [answer for answer in answers if answer.is_advised != answer.is_exploited]
    seen = Counter(answer.typology for answer in exploited)
    missed = Counter(answer.typology for answer in exploited if not answer.is_interview)
    return PracticeRecord(
        len(answers), _part([answer.is_interview for answer in exploited]),
        _part([not answer.is_interview for answer in honest]),
        _part([answer.is_interview == answer.is_advised for answer in answers]),
        _part([answer.is_interview == answer.is_advised for answer in misled]),
        tuple((typology, count, seen[typology]) for typology, count in missed.most_common()),
    )  # fmt: skip


def _part(flags: Sequence[bool]) -> tuple[int, int]:
    return sum(flags), len(flags)
