"""Command about the prior: `mimamori prior` makes the trees that ship in ``models/reference``."""

from __future__ import annotations

from pathlib import Path

import click

from training.fit.prior_trees import FOLDER
from training.prior.fit import fit_prior, write_prior
from training.prior.worlds import prior_rows


@click.command()
@click.option("--worlds", type=click.IntRange(1, 10_000), default=120, show_default=True)
@click.option(
    "--applications", type=click.IntRange(200, 1_000_000), default=20_000, show_default=True, help="Of each world."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=11, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True, help="The trees do not depend on it.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the rows of each world; a stopped run goes on.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default="models/reference"
)
def prior(worlds: int, applications: int, seed: int, threads: int, keep: Path | None, out: Path) -> None:
    """Train the prior on synthetic worlds with settings drawn at random, and their truth."""
    rows = prior_rows(worlds, applications, seed, lambda line: click.echo(line, err=True), keep)
    about = {"worlds": str(worlds), "applications": str(applications), "seed": str(seed)}
    for subject, part in rows.items():
        click.echo(f"{subject}: fitting on {len(part.positive):,} cases …", err=True)
        write_prior(fit_prior(part, subject, seed=seed, threads=threads), part, subject, out, about)
        click.echo(
            f"{subject}: prior of {worlds} worlds, {int(part.positive.sum()):,} exploited cases, written to {out}"
        )
