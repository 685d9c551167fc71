"""Words said to the commands of the gate, and what serves then."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from features.settings import Settings
from training.gate.commands import promote, rollback
from training.gate.policy import POLICY_FILE


def run_command(*words: str) -> Result:
    command = rollback if words[0] == "rollback" else promote
    return CliRunner().invoke(command, list(words[1:]))


def champion(settings: Settings) -> bytes | None:
    path = settings.home / "champions" / "visa" / "manifest.json"
    return path.read_bytes() if path.exists() else None


def stricter(folder: Path, limit_text: str, instead: str) -> str:
    """Write the delivered policy with one limit changed and return where."""
    text = POLICY_FILE.read_text(encoding="utf-8")
    head, mark, tail = text.partition('code = "no_leak"')
    assert limit_text in tail
    path = folder / f"{len(instead)}.toml"
    path.write_text(head + mark + tail.replace(limit_text, instead, 1), encoding="utf-8")
    return str(path)
