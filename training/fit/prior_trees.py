"""Which prior ships with Mimamori? Trees per subject in ``models/reference``, and what they were trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from features.catalogue import Catalogue
from models.forest import Forest
from models.tree_text import parse_forest
from training.fit.tree_sum import tree_sum

FOLDER = Path(__file__).parents[2] / "models" / "reference"


@dataclass(frozen=True, slots=True)
class Prior:
    """Trees of the prior: their text, the same parsed, and a description (worlds, applications, seed, exploited)."""

    text: str
    forest: Forest
    about: dict[str, str]

    @property
    def worlds(self) -> int:
        """Number of synthetic worlds it was trained on."""
        return int(self.about["worlds"])

    def times(self, weight: float, names: tuple[str, ...]) -> Prior:
        """Return the prior with its leaves times a weight, as they stand in a `tree_sum`."""
        if weight == 1.0:
            return self
        text = tree_sum([(self.text, weight)])
        return replace(self, text=text, forest=parse_forest(text, names))


@cache
def load_prior(catalogue: Catalogue) -> Prior | None:
    """Return the prior of a subject; None if there is none for this very catalogue."""
    path = FOLDER / f"prior_{catalogue.subject}.txt"
    if not path.exists():
        return None
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if about["catalogue"] != catalogue.sha256:
        return None
    text = path.read_text(encoding="ascii")
    return Prior(text, parse_forest(text, catalogue.names), about)
