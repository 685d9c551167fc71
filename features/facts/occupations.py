"""Declared occupations: which are stage or bar work, decided by whole words."""

import re
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.identity.characters import plain
from features.identity.distinct_texts import of_each_distinct

_TABLE = Path(__file__).with_suffix(".toml")


def is_stage_or_bar_work(occupation: str) -> bool:
    """Return whether an occupation names stage or bar work.

    >>> is_stage_or_bar_work("nightclub singer"), is_stage_or_bar_work("remodeling carpenter")
    (True, False)
    """
    words, phrases = _patterns()
    return words.search(phrases.sub(" ", plain(occupation).casefold())) is not None


def stage_work(occupations: pa.Array) -> Ints:
    """Return int64[n]: 1 for stage or bar work, 0 for other work, -1 for not declared."""
    decided = of_each_distinct(occupations, decided_occupations).column("stage").combine_chunks()
    return np.asarray(decided.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def decided_occupations(texts: pa.Array) -> pa.Table:
    """Return 1 or 0 for each text."""
    return pa.table({"stage": pa.array([int(is_stage_or_bar_work(text)) for text in texts.to_pylist()], pa.int64())})


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return (stage or bar work, phrases that mean other work)."""
    table = {
        name: [re.escape(plain(text)) for text in texts]
        for name, texts in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items()
    }
    words = "|".join(sorted(table["words"], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)|{'|'.join(table['parts'])}"), re.compile("|".join(table["phrases"]))
