"""Which rows train the prior? Cases of synthetic worlds with settings drawn at random, and their truth."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.arrays import Bools, Ints
from features.catalogue import catalogue
from features.matrix import build_matrix, history_of
from features.tables.folder import read_folder
from training.fit.cases import read_truth
from training.labels.outcomes import SUBJECTS

NEGATIVES = 1 / 3
"""Share of cases without exploitation that are kept; each counts three times."""
POSITIVE_MASS = 0.01
"""Weight of the exploited in every world: a world with more of them teaches no more than another."""


@dataclass(frozen=True, slots=True)
class PriorRows:
    """Cases of some worlds: ``values`` float32[n, f] in the order of the catalogue, truth, weight, and number of the world."""

    values: np.ndarray
    positive: Bools
    weight: np.ndarray
    world: Ints


def draw_settings(rng: np.random.Generator) -> dict[str, float]:
    """Return a world's settings, within the ranges of ``settings.toml``."""
    ranges = _settings()
    del ranges["false_matches"]  # of rows, not of worlds
    drawn: dict[str, float] = dict(ranges.pop("fixed"))
    drawn |= {name: float(rng.uniform(*bounds)) for name, bounds in ranges.pop("uniform").items()}
    drawn |= {name: float(np.exp(rng.uniform(*np.log(bounds)))) for name, bounds in ranges.pop("log_uniform").items()}
    drawn |= {name: float(rng.integers(low, high + 1)) for name, (low, high) in ranges.pop("whole").items()}
    for name, mixture in ranges.items():
        often = rng.random() < mixture["probability"]
        drawn[name] = mixture["value"] if often else float(rng.uniform(*mixture["range"]))
    return drawn


def with_false_matches(values: np.ndarray, names: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Return a copy of values[n, f] in which some cases match a watch-list entry about another person.

    The synthetic worlds have no namesakes and no telephone number that changed its holder; without them a prior would take
    every match for proof.
    """
    out = values.copy()
    for name, bounds in _settings()["false_matches"].items():
        if name in names:
            column, hit = names.index(name), rng.random(len(out)) < rng.uniform(*bounds)
            out[hit, column] = np.maximum(out[hit, column], 1.0)
    return out


def _settings() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("settings.toml").read_text(encoding="utf-8"))


def prior_rows(
    worlds: int, applications: int, seed: int, progress: Callable[[str], None], keep: Path | None = None
) -> Mapping[str, PriorRows]:
    """Return the rows of each subject.

    Parameters
    ----------
    keep
        Folder for the rows of each world; those that are there already are read, so that a stopped run goes on.
    """
    with tempfile.TemporaryDirectory(prefix="mimamori-prior-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{seed}-{applications}-{number}.npz" for number in range(worlds)]
        for number, path in enumerate(paths):
            if not path.exists():
                _write_world(path, seed, number, applications, Path(temporary) / "world")
            progress(f"{number + 1} of {worlds} worlds")
        return {subject: _joined(paths, subject) for subject in SUBJECTS}


def _write_world(path: Path, seed: int, number: int, applications: int, folder: Path) -> None:
    rng = np.random.default_rng([seed, number])
    words = [word for name, value in draw_settings(rng).items() for word in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "features.command_line", "world", "--out", str(folder), "--seed", str(rng.integers(2**31)),
               "--applications", str(applications), *words]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    records = read_folder(folder)
    history, truth = history_of(records), read_truth(folder)
    if truth is None:
        raise FileNotFoundError(f"{folder} has no truth")
    exploited = truth.to_pandas().set_index(["subject", "subject_id"])["exploited"]
    arrays: dict[str, Any] = {}
    for subject, name in SUBJECTS.items():
        matrix = build_matrix(history, subject)
        positive = exploited.loc[name].reindex(matrix.subject_ids).fillna(value=False).to_numpy(dtype=bool)
        rows = np.flatnonzero(positive | (rng.random(len(positive)) < NEGATIVES))
        arrays |= {f"{subject}_values": matrix.values[rows].astype(np.float32), f"{subject}_positive": positive[rows]}
    part = path.with_suffix(".part.npz")
    np.savez(part, **arrays)
    part.replace(path)


def _joined(paths: list[Path], subject: str) -> PriorRows:
    def arrays() -> Iterator[tuple[np.ndarray, Bools]]:
        for path in paths:
            with np.load(path) as stored:
                yield stored[f"{subject}_values"], stored[f"{subject}_positive"]

    names = catalogue(subject).names
    values, positives = zip(
        *((with_false_matches(own, names, np.random.default_rng(number)), positive) for number, (own, positive) in enumerate(arrays())),
        strict=True,
    )  # fmt: skip
    weights = []
    for positive in positives:
        negatives = (~positive).sum() / NEGATIVES
        share = POSITIVE_MASS / (1 - POSITIVE_MASS) * negatives / max(positive.sum(), 1)
        weights.append(np.where(positive, share, 1 / NEGATIVES))
    world = np.repeat(np.arange(len(paths)), [len(positive) for positive in positives])
    return PriorRows(np.concatenate(values), np.concatenate(positives), np.concatenate(weights), world)
