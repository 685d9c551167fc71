"""Which prior ships with Mimamori? Trees per subject in ``models/reference``, and what they were trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from features.catalogue import Catalogue
from models.forest import Forest
from models.tree_text import parse_forest

FOLDER = Path(__file__).parents[2] / "models" / "reference"


@dataclass(frozen=True, slots=True)
class Prior:
    """Trees of the prior: their text, the same parsed, and a description (worlds, applications, seed, exploited)."""

    text: str
    forest: Forest
    about: dict[str, str]


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
