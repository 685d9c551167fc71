"""Compiled kernels: their declaration, the folder of their cache, and the command that fills it.

``python -m features.compilation`` compiles every kernel once. A room adds its kernels by an entry point of the group
``mimamori.kernels``: a function without arguments that calls them with arrays of the types used in service.
"""

import os
import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numba

GROUP = "mimamori.kernels"


def cache_folder(source: Path, home: Path) -> Path | None:
    """Return where machine code is kept: None for beside the source files, or the user's cache where these are read-only."""
    if os.access(source, os.W_OK) and os.access(source / "kernel", os.W_OK):
        return None
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "mimamori" / "numba"


if not numba.config.CACHE_DIR and (_folder := cache_folder(Path(__file__).parent, Path.home())):
    numba.config.CACHE_DIR = str(_folder)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function on first call, without holding the interpreter's lock; later processes read the cache."""
    return numba.njit(cache=True, nogil=True)(function)


def compile_all() -> int:
    """Call every function of the group; return their number."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    for point in points:
        point.load()()
    return len(points)


if __name__ == "__main__":
    began = time.monotonic()
    rooms = compile_all()
    print(f"{time.monotonic() - began:.0f} s: kernels of {rooms} room(s) compiled")  # noqa: T201
