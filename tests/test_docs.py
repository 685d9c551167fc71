"""Every path that a document names exists. Covers: README, CONTRIBUTING, docs, docs/how-to, docs/results."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "how-to").glob("*.md"))]  # fmt: skip
NAMED = re.compile(
    r"(?<![\w/.-])((?:features|models|training|serving|synthetic_data|benchmarks|docs|tests)/[\w./-]*\w/?)"
)
LINKS = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_exists(document: Path) -> None:
    content = document.read_text(encoding="utf-8")
    named = [ROOT / path for path in NAMED.findall(content)]
    linked = [document.parent / path for path in LINKS.findall(content)]
    assert [str(path) for path in (*named, *linked) if not path.exists()] == []


def test_the_glossary_names_a_file_for_every_term() -> None:
    rows = re.findall(
        r"^\| (?!term|-)(.*) \|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    rows = [row for row in rows if not row.startswith("---")]
    assert len(rows) >= 20
    assert all(re.search(r"`[a-z_]+/[\w/]+\.py`$", row) for row in rows)
