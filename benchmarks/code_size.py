"""How long is the code? ``python -m benchmarks.code_size``: lines and function lengths per room."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
ROOMS = ("features", "models", "training", "serving", "synthetic_data")


def function_lengths(path: Path) -> list[int]:
    """Return the number of lines of each function of a file, decorators and docstring included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]


def main() -> None:
    """Print a line per room, and one for all."""
    every: list[int] = []
    total = 0
    for room in ROOMS:
        files = sorted((ROOT / room).rglob("*.py"))
        lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
        lengths = sorted(length for path in files for length in function_lengths(path))
        every, total = every + lengths, total + lines
        print(_line(room, len(files), lines, lengths))
    print(_line("all", 0, total, sorted(every)))


def _line(room: str, files: int, lines: int, lengths: list[int]) -> str:
    ninth = lengths[int(0.9 * len(lengths))]
    return f"{room:15} {lines:6,} lines  {files or '':>4} files  {len(lengths):5,} functions, median {median(lengths):g}, nine in ten at most {ninth}"


if __name__ == "__main__":
    main()
