"""Names and sentences keep to the field's terms. Covers: every module of the five rooms and of benchmarks."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from features.catalogue import catalogue
from features.command_line import main as program

ROOT = Path(__file__).parent.parent
ROOMS = ("features", "models", "training", "serving", "synthetic_data", "benchmarks")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

NAMES = {
    "told", "one", "found", "met", "how", "made", "somebody", "kinship", "taught", "teaching", "judged", "judgement", "reigns", "crown",
    "shelf", "letter", "letters", "fingerprint", "streams", "troubles", "jobs", "asked", "watched", "spoken", "worded",
}  # fmt: skip
"""Words that no module, function, class, parameter or variable may have in its name."""
MODULES = {"utils", "common", "helpers", "core", "manager", "misc", "base", "shared", "logging", "types"}
PARTICIPLE = re.compile(r"(?:^|_)[a-z]{3,}(?:ing|ed)$")
NOUNS = {
    "sampling",
    "resampling",
    "rounding",
    "scoring",
    "rescoring",
    "serving",
    "training",
    "tracking",
    "tuning",
    "filing",
    "rendering",
    "string",
    "ring",
    "embedded",
    "seed",
    "feed",
}
"""Words in -ing and -ed that are nouns of the field."""
PHRASES = re.compile(
    r"speaks for|stands for|what is known of|\bby little\b|\bsomebody\b|\bthe lot\b|\bby lot\b", re.IGNORECASE
)


def bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def words(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


@pytest.mark.parametrize("room", ROOMS)
def test_no_bound_name_has_a_private_word(room: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        if path.relative_to(ROOT).parts[0] == room
        for name in bound_names(ast.parse(path.read_text(encoding="utf-8")))
        if words(name) & NAMES
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_modules_are_nouns_of_the_field() -> None:
    stems = {
        path.stem if path.stem != "__init__" else path.parent.name for path in FILES if "versions" not in path.parts
    } - {"__main__"}
    wrong = {
        stem
        for stem in stems
        if words(stem) & NAMES or stem in MODULES or (PARTICIPLE.search(stem) and stem.rpartition("_")[2] not in NOUNS)
    }
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_has_a_filler(room: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {text[:80]!r}"
        for path in FILES
        if path.relative_to(ROOT).parts[0] == room
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if PHRASES.search(text)
    }
    assert not wrong, "\n".join(sorted(wrong))


STORED = ("serving.warnings", "serving.notice", "models.reasons", "catalogue.meanings")
"""Texts that decisions store word for word, so that a replay compares them: they keep their words of before."""


def values(entries: dict[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for name, entry in entries.items():
        at = f"{path}.{name}" if path else name
        if isinstance(entry, dict):
            yield from values(entry, at)
        elif isinstance(entry, list):
            yield from ((at, item) for item in entry if isinstance(item, str))
        elif isinstance(entry, str):
            yield at, entry


def commands(command: click.Command, path: str = "mimamori") -> Iterator[tuple[str, str]]:
    yield path, command.help or ""
    yield from ((f"{path} {item.name}", item.help or "") for item in command.params if isinstance(item, click.Option))
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from commands(inner, f"{path} {name}")


def test_no_english_text_that_people_read_has_a_filler() -> None:
    texts = tomllib.loads((ROOT / "features" / "languages" / "en.toml").read_text(encoding="utf-8"))
    wrong = [(at, text) for at, text in values(texts) if PHRASES.search(text) and not at.startswith(STORED)]
    assert not wrong


def test_no_help_text_of_a_command_has_a_filler() -> None:
    helps = list(commands(program))
    assert len(helps) > 50
    assert not [(at, text) for at, text in helps if PHRASES.search(text)]


def test_no_line_of_the_gate_has_a_filler() -> None:
    policy = tomllib.loads((ROOT / "training" / "gate" / "policy.toml").read_text(encoding="utf-8"))
    assert not [text for line in policy["line"] for _, text in values(line) if PHRASES.search(text)]


@pytest.mark.parametrize("subject", ["visa", "entry"])
def test_every_feature_name_stands_in_a_python_file(subject: str) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "features" / "catalogue").rglob("*.py"))
    missing = [name for name in catalogue(subject).names if f'"{name}"' not in source]
    assert not missing
