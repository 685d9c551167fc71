"""Commands about what ships in ``models/reference``: `mimamori prior` makes its trees, `mimamori reference` its models."""

from __future__ import annotations

from pathlib import Path

import click

from features.command_line import Problem
from training.fit.prior_trees import FOLDER
from training.prior.fit import fit_prior, write_prior
from training.prior.reference import ReferenceNotMade, write_reference
from training.prior.worlds import prior_rows


@click.command()
@click.option("--worlds", type=click.IntRange(1, 10_000), default=90, show_default=True)
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


@click.command()
@click.option(
    "--applications", type=click.IntRange(1000, 30_000_000), default=1_000_000, show_default=True, help="Of its world."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default="models/reference"
)
def reference(applications: int, seed: int, out: Path) -> None:
    """Train the reference models: prior, and findings of a synthetic world; signed with the published key."""
    try:
        for subject, sha256 in write_reference(out, applications, seed).items():
            click.echo(f"{subject}: {sha256[:12]} written to {out / subject}; synthetic, for demonstrations")
    except ReferenceNotMade as error:
        raise Problem(str(error)) from None
