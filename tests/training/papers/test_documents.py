"""Covers: papers.documents, papers.commands."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from training.gate.evidence import FIRST_LINE
from training.papers.commands import papers as command
from training.papers.documents import hazards, outdated, papers

ROOT = Path(__file__).parents[3]
PAPERS = ROOT / "docs" / "papers"


def test_the_committed_papers_are_those_of_this_build() -> None:
    assert outdated(PAPERS) == [], "say `mimamori papers`"


def test_every_paper_says_first_that_the_data_are_synthetic() -> None:
    for name, content in papers().items():
        first = json.loads(content)["first_line"] if name.endswith(".json") else content.splitlines()[0]
        assert first == FIRST_LINE


def test_papers_say_that_figures_rank_minors_whom_no_officer_sees_ranked() -> None:
    written = {name: " ".join(text.split()) for name, text in papers().items()}
    assert "figures at a capacity still rank them among all others" in written["model_card.md"]
    assert "figures of reports and of the gate rank them among all others" in written["annex_iv.md"]
    assert "(who are not ranked)" not in written["annex_iv.md"]


@pytest.mark.parametrize("item", hazards(), ids=lambda item: item["id"])
def test_each_hazard_names_tests_that_exist(item: dict[str, list[str]]) -> None:
    assert item["tests"]
    for test in item["tests"]:
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test


def test_every_link_in_a_paper_leads_to_a_file() -> None:
    links = [(name, link) for name, text in papers().items() for link in re.findall(r"\]\(([^)]+)\)", text)]
    assert len(links) > 10
    for name, link in links:
        assert (PAPERS / link).resolve().exists(), (name, link)


def test_the_transparency_record_has_the_tiers_of_the_standard_and_every_line_of_the_policy() -> None:
    record = json.loads(papers()["transparency_record.json"])
    assert {"tier_1", "tier_2"} <= set(record)
    assert "nationality" in record["tier_2"]["data_specification"]["excluded_columns"]
    assert len(record["tier_2"]["tool_specification"]["conditions_for_use"]) > 10


def test_a_paper_that_was_changed_by_hand_is_named(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(command, ["--out", str(tmp_path)]).exit_code == 0
    assert runner.invoke(command, ["--out", str(tmp_path), "--check"]).exit_code == 0
    (tmp_path / "hazards.md").write_text("All is well.\n", encoding="utf-8")
    (tmp_path / "annex_iv.md").unlink()
    printed = runner.invoke(command, ["--out", str(tmp_path), "--check"])
    assert printed.exit_code == 1
    assert "annex_iv.md, hazards.md" in printed.output
