"""`mimamori reference`: the models of the demonstration, by the commands that any ministry uses, with the published key."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from features.command_line import Problem
from features.settings import Settings
from models.manifest import NAME as MANIFEST
from training.fit.prior_trees import FOLDER
from training.labels.outcomes import SUBJECTS
from training.tracking.registry import CHALLENGER, NoSuchModel, Registry

PRIVATE_KEY = FOLDER / "demonstration.pem"
"""Published on purpose: a signature by it says that a model is the reference model, and nothing about who may be trusted."""


class ReferenceFailed(Exception):
    """Raised when a command that makes the reference models fails."""


def write_reference(out: Path, applications: int, seed: int) -> dict[str, str]:
    """Write the model folder and the card of each subject; returns the hash of each model."""
    with tempfile.TemporaryDirectory(prefix="mimamori-reference-") as folder:
        work = Path(folder)
        environment = {**os.environ, "MIMAMORI_HOME": str(work / "home"), "MIMAMORI_SIGNING_KEY": str(PRIVATE_KEY)}
        environment.pop("MIMAMORI_MLFLOW_URI", None)
        world = str(work / "world")
        _run(environment, "world", "--out", world, "--applications", str(applications), "--seed", str(seed))
        _run(environment, "train", world, "--no-labels")
        home = work / "home"
        settings = Settings(home, None, f"sqlite:///{home / 'mlflow.db'}", PRIVATE_KEY, home / "keys" / "data.key")
        return {subject: _copy(Registry(settings), subject, out, work / subject) for subject in SUBJECTS}


def _copy(registry: Registry, subject: str, out: Path, work: Path) -> str:
    work.mkdir()
    try:
        version, _ = registry.find(subject, CHALLENGER)
        bundle, card = (registry.download(subject, version, work, part) for part in ("served/bundle", "model_card.md"))
    except NoSuchModel as error:
        raise ReferenceFailed(f"{subject}: {error}") from None
    if (out / subject).exists():
        shutil.rmtree(out / subject)
    shutil.copytree(bundle, out / subject)
    shutil.copyfile(card, out / f"card_{subject}.md")
    return hashlib.sha256((out / subject / MANIFEST).read_bytes()).hexdigest()


def _run(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "features.command_line", *words]
    if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603
        raise ReferenceFailed(f"`mimamori {words[0]}` failed; see above")


@click.command()
@click.option(
    "--applications", type=click.IntRange(1000, 30_000_000), default=200_000, show_default=True, help="Of its world."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default="models/reference"
)
def reference(applications: int, seed: int, out: Path) -> None:
    """Make the reference models: the prior, its level and peers by a synthetic world; signed with the published key."""
    try:
        for subject, sha256 in write_reference(out, applications, seed).items():
            click.echo(f"{subject}: {sha256[:12]} written to {out / subject}; synthetic, for demonstrations")
    except ReferenceFailed as error:
        raise Problem(str(error)) from None
