"""Readings are the same in any thread and at any load. Covers: features.identity.romanisation."""

import sys
import threading

import pytest

from features.identity.romanisation import fold, romanise

NAMES = ("佐藤", "渡辺", "鈴木", "高橋", "健一", "京子", "伊藤", "小林", "新宿区", "名古屋市")


def test_threads_at_once_read_what_a_single_thread_reads() -> None:
    read = romanise.__wrapped__  # past the cache, into the dictionary
    expected = [read(name) for name in NAMES]
    wrong: list[str] = []

    def many_times() -> None:
        for _ in range(150):
            wrong.extend(name for name, reading in zip(NAMES, expected, strict=True) if read(name) != reading)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=many_times) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert wrong == []


@pytest.mark.parametrize("word", ["shinjuku", "chiyoda", "joji", "tsuchiya", "ohno", "jimmy", "hoffmann"])
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)
