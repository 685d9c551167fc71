"""Command about worlds: write a synthetic folder of records whose truth is known."""

from __future__ import annotations

from pathlib import Path

import click
import pyarrow.parquet as pq

from features.tables.folder import write_folder
from synthetic_data.world import SCENARIOS, generate

LEAST, MOST = 200, 3_000_000


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A folder, made if need be.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--applications", type=click.IntRange(LEAST, MOST), default=60_000, show_default=True)
@click.option("--scenario", type=click.Choice(sorted(SCENARIOS)), default="default", show_default=True)
@click.option("--csv", is_flag=True, help="Write CSV instead of Parquet.")
def world(out: Path, seed: int, applications: int, scenario: str, csv: bool) -> None:
    """Write the nine tables, the truth and a datasheet of a synthetic world."""
    click.echo("making a world …", err=True)
    records, truth = generate(seed, applications, scenario)
    write_folder(out, records, csv=csv)
    pq.write_table(truth, out / "truth.parquet")
    counts = {name: rows.num_rows for name, rows in records.tables.items()}
    (out / "datasheet.md").write_text(
        _datasheet(seed, scenario, counts, truth["exploited"].to_pylist().count(True)), encoding="utf-8"
    )
    click.echo(f"{sum(counts.values()):,} records written to {out}; synthetic, validated on no real visa record")


def _datasheet(seed: int, scenario: str, counts: dict[str, int], exploited: int) -> str:
    lines = [
        "Synthetic data. Validated on no real visa record.",
        "",
        "# Datasheet",
        "",
        f"Scenario `{scenario}`, seed {seed}. {exploited} applications and landings are exploited in truth.",
        "",
        "| table | rows |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in counts.items()),
        "",
        "Made by drawing people, sponsors, agencies and hosts, and planting rings of twelve typologies among them; every ",
        "rate is an assumption chosen to be hard, not a measurement. This is the first version: look-alikes are simple.",
    ]
    return "\n".join(lines) + "\n"
