"""Command about worlds: write a synthetic folder of records whose truth is known."""

from __future__ import annotations

from pathlib import Path

import click

from synthetic_data.output.world_files import RecordsInTheWay, write_world
from synthetic_data.quality.datasheet import datasheet
from synthetic_data.scenario import ParameterError, load_scenario, parse_changes, scenario_names
from synthetic_data.typologies.table import CODES

SMALLEST, LARGEST = 200, 30_000_000
NOTICE = "Synthetic data. Validated on no real visa record."


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder, created if missing; an earlier world in it is replaced.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--applications", type=click.IntRange(SMALLEST, LARGEST), default=60_000, show_default=True)
@click.option("--scenario", type=click.Choice(scenario_names()), default="default", show_default=True)
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a parameter of the scenario; may be repeated."
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="The bytes are the same on any number.",
)
@click.option("--csv", is_flag=True, help="Write CSV instead of Parquet.")
@click.option(
    "--show",
    type=click.Choice([code.value for code in CODES.values()]),
    help="Print a typology's smallest ring beside its closest look-alike, with the records that differ, and write nothing.",
)
@click.option(
    "--report", is_flag=True, help="Compare the world with public figures, probe for short-cuts, write a page."
)
def world(
    out: Path | None,
    seed: int,
    applications: int,
    scenario: str,
    changes: tuple[str, ...],
    processes: int,
    csv: bool,
    report: bool,
    show: str | None,
) -> None:
    """Write the nine tables, the truth and a datasheet of a synthetic world."""
    if show is not None:
        from synthetic_data.lookalikes.pair_report import show as show_pair  # noqa: PLC0415 (a world alone needs no frames)

        click.echo(f"{NOTICE}\n\n{show_pair(int(show[1:]))}")
        return
    if out is None:
        raise click.UsageError("say where to with --out, or which pair to print with --show")
    try:
        chosen = load_scenario(scenario, parse_changes(changes))
    except ParameterError as error:
        raise click.BadParameter(str(error), param_hint="--set") from error
    if report and csv:
        raise click.UsageError("--report reads Parquet; leave --csv out")
    click.echo(f"generating {applications:,} applications …", err=True)
    try:
        counts = write_world(out, seed, applications, chosen, processes=processes, csv=csv, progress=_progress)
    except RecordsInTheWay as records_there:
        raise click.UsageError(str(records_there)) from None
    records = sum(count for name, count in counts.items() if name not in {"truth", "exploited"})
    click.echo(f"{records:,} records written to {out}; synthetic, validated on no real visa record")
    if not report:
        (out / "datasheet.md").write_text(datasheet(NOTICE, chosen, seed, counts), encoding="utf-8")
        return
    click.echo("comparing it with public figures, and probing for short-cuts …", err=True)
    from synthetic_data.quality.report import write_report  # noqa: PLC0415 (a world alone needs no model or drawing)

    click.echo(write_report(out, chosen, seed, counts, notice=NOTICE))


def _progress(done: int, districts: int) -> None:
    click.echo(f"{done} of {districts} districts", err=True)
