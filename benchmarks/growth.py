"""How do the costs of a world grow with its size, and how long does training on a million rows take?

Run as ``python -m benchmarks growth`` or ``training``; the exponent is the slope of log seconds over log applications.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SIZES = (100_000, 300_000, 1_000_000)
LARGEST = 3_000_000
"""Only in the long form, ``growth-long``."""


def world_seconds(folder: Path, applications: int) -> float:
    """Return the seconds that `mimamori world` takes."""
    return _seconds("world", "--out", str(folder), "--applications", str(applications), "--seed", "1")


def training_seconds(records: Path, home: Path) -> tuple[float, float, float]:
    """Return what `mimamori train` takes for both subjects: seconds, seconds of processor time, and the most memory in GB.

    The memory is that of the largest process that this one has started so far.
    """
    before = _processor_seconds()
    seconds = _seconds("train", str(records), home=home)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    return seconds, _processor_seconds() - before, peak


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return b of seconds = a * size ** b, by least squares on logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _seconds(*words: str, home: Path | None = None) -> float:
    environment = os.environ | ({} if home is None else {"MIMAMORI_HOME": str(home)})
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "features.command_line", *words], check=True, capture_output=True, env=environment
    )
    return time.perf_counter() - begin
