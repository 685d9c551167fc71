from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from features.command_line import main

PROJECT = yaml.safe_load((Path(__file__).parents[2] / "MLproject").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PROJECT["entry_points"])
def test_each_entry_point_of_the_project_is_a_command_with_these_options(name: str) -> None:
    entry = PROJECT["entry_points"][name]
    assert set(re.findall(r"{(\w+)}", entry["command"])) == set(entry["parameters"])
    program, word, *rest = shlex.split(entry["command"])
    assert program == "mimamori"
    command = main.get_command(click.Context(main), word)
    assert command is not None, word
    known = {option for parameter in command.params for option in parameter.opts}
    assert {item for item in rest if item.startswith("--")} <= known
