"""`mimamori papers`: writes the papers from the build, or names outdated papers."""

from __future__ import annotations

from pathlib import Path

import click

from features.command_line import Problem
from training.papers.documents import outdated, write_papers

_FOLDER = Path("docs/papers")


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=_FOLDER, show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; name the papers that differ from the build.")
def papers(out: Path, check: bool) -> None:
    """Write model card, transparency record, impact assessment, technical documentation and hazard log from the build."""
    if check:
        old = outdated(out)
        if old:
            raise Problem(f"{', '.join(old)} in {out} differ from the build; run `mimamori papers`")
        click.echo(f"the papers in {out} are those of this build")
        return
    for path in write_papers(out):
        click.echo(f"wrote {path}")
