"""How long does a piece of work take, and how much memory, in a process of its own?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process reported: seconds of the work alone, and the peak memory of the whole process in MB."""

    seconds: float
    peak_mb: float
    rows: int


def in_own_process(module: str, *arguments: str) -> Measured:
    """Run ``python -m module arguments``, whose last line of output is JSON with ``seconds`` and ``rows``.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {process.returncode}")
    result = json.loads(output.strip().splitlines()[-1])
    return Measured(result["seconds"], usage.ru_maxrss / 1024, result["rows"])


def report_seconds(begin: float, rows: int) -> None:
    """Print what `in_own_process` reads, for work that began at a `time.perf_counter`."""
    print(json.dumps({"seconds": time.perf_counter() - begin, "rows": rows}))


def write_world(folder: Path, applications: int, seed: int = 1) -> Path:
    """Write a synthetic world into a folder, by the command that anybody would use."""
    subprocess.run(
        [sys.executable, "-m", "features.command_line", "world", "--out", str(folder), "--applications",
         str(applications), "--seed", str(seed)],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder
