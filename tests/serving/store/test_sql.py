"""SQL is written in store folders only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SQL = re.compile(r"\s*(\(?select|insert into|update|delete from|create|alter|drop|with)\s", re.IGNORECASE)


def statements(path: Path) -> list[str]:
    """Return the SQL given to ``text`` or ``execute`` as a literal."""
    result = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        literal = first.values[0] if isinstance(first, ast.JoinedStr) and first.values else first
        if name in {"text", "execute"} and isinstance(literal, ast.Constant) and SQL.match(str(literal.value)):
            result.append(str(literal.value))
    return result


@pytest.mark.parametrize("room", ["features", "models", "training", "serving", "synthetic_data"])
def test_sql_is_written_in_store_folders_only(room: str) -> None:
    outside = {
        str(path.relative_to(ROOT)): statements(path)
        for path in (ROOT / room).rglob("*.py")
        if "store" not in path.parts and statements(path)
    }
    assert outside == {}


def test_the_search_sees_what_the_store_holds() -> None:
    assert len(statements(ROOT / "serving" / "store" / "credentials.py")) >= 3
