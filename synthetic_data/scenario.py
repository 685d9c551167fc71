"""Scenarios: every parameter with its value, unit, range and source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "scenarios"


class ParameterError(ValueError):
    """Raised for a parameter that does not exist or lies outside its range; names range and source."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that shapes a world, with its unit, inclusive range and source."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    source: str

    def at(self, value: float) -> float:
        """Return a value if it lies in the range.

        Raises `ParameterError` if it does not.
        """
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.low <= value <= self.high:
            raise ParameterError(
                f"{self.name} is {value}; expected {self.low:g} to {self.high:g} {self.unit} (source: {self.source})"
            )
        return float(value)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of values, one for each parameter of ``default.toml``."""

    name: str
    about: str
    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def whole(self, name: str) -> int:
        """Return a parameter as a whole number."""
        return round(self.values[name])

    def says(self, name: str) -> bool:
        """Return a parameter that is 0 or 1 as a truth."""
        return self.values[name] >= 0.5


def scenario_names() -> tuple[str, ...]:
    """Return the names of all scenarios."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def parameters() -> dict[str, Parameter]:
    """Return every parameter by name, as ``default.toml`` describes it."""
    entries = _read("default")["parameters"]
    by_name = {}
    for name, entry in entries.items():
        low, high = entry["range"]
        by_name[name] = Parameter(name, entry["value"], entry["unit"], low, high, entry["source"])
        by_name[name].at(entry["value"])
    return by_name


def load_scenario(name: str, changes: Mapping[str, float] | None = None) -> Scenario:
    """Read a scenario and apply changes to single parameters.

    Raises `ParameterError` if the scenario or a parameter does not exist, or a value lies outside its range.
    """
    if name not in scenario_names():
        raise ParameterError(f"no scenario {name!r}; expected one of {', '.join(scenario_names())}")
    known = parameters()
    content = _read(name)
    values = {key: parameter.value for key, parameter in known.items()}
    for key, value in [*content.get("values", {}).items(), *(changes or {}).items()]:
        if key not in known:
            raise ParameterError(f"no parameter {key!r}; expected one of {', '.join(sorted(known))}")
        values[key] = known[key].at(value)
    return Scenario(name, content["about"], values)


def parse_changes(words: Iterable[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` words.

    Raises `ParameterError` if a word has another form.
    """
    changes = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            raise ParameterError(f"{word!r} is no change; expected NAME=NUMBER, such as detected_share=0.05") from None
    return changes


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
