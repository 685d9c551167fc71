"""Command about scores: score a folder of records with the champion, or with a model folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
import pyarrow as pa

from features.catalogue import catalogue
from features.command_line import Problem
from features.commands import FOLDER, SUBJECT, write_table
from features.matrix import build_matrix
from features.settings import Settings
from features.tables.folder import read_folder
from models.bundle import Bundle, BundleRejected, load_bundle
from models.signing import NoTrustedKey, trusted_keys

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])


def champion(settings: Settings, subject: str, folder: Path | None = None) -> Bundle:
    """Load the champion of a subject, or the model in a folder.

    Raises
    ------
    Problem
        If there is none or it is refused.
    """
    place = folder or settings.home / "champions" / subject
    if not place.exists():
        raise Problem(f"there is no champion for {subject}; run `mimamori train` and `mimamori promote {subject}`")
    try:
        return load_bundle(place, trusted=trusted_keys(settings.trusted), catalogue=catalogue(subject))
    except (BundleRejected, NoTrustedKey) as error:
        raise Problem(f"the model for {subject} is refused: {error}") from None


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .parquet or .csv file.")
@click.option("--from", "start", type=_MOMENT, help="Only cases from this moment (UTC) on.")
@click.option("--to", "end", type=_MOMENT, help="Only cases before this moment (UTC).")
@click.option("--bundle", type=FOLDER, help="A model folder instead of the champion.")
@click.option("--cluster", metavar="ADDR", help="A Dask scheduler (tcp://…).")
def score(
    folder: Path, subject: str, out: Path, start: dt.datetime | None, end: dt.datetime | None, bundle: Path | None,
    cluster: str | None,
) -> None:  # fmt: skip
    """Score every case of a folder, with one contribution column per feature."""
    if cluster:
        raise Problem("--cluster is not there yet; without it scoring runs on this machine")
    if out.suffix not in {".parquet", ".csv"}:
        raise click.UsageError("--out must end in .parquet or .csv")
    model = champion(Settings.from_environment(), subject, bundle)
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    start, end = (None if time is None else time.replace(tzinfo=dt.UTC) for time in (start, end))
    matrix = build_matrix(records, subject, start=start, end=end)
    click.echo("scoring …", err=True)
    explained = model.explain(matrix.values)
    columns = {
        "subject_id": pa.array(matrix.subject_ids, pa.string()),
        "as_of": pa.array(matrix.as_of, pa.timestamp("us", tz="UTC")),
        "score": pa.array(explained.score),
        "raw_score": pa.array(explained.raw_score),
        "base_value": pa.array([explained.base_value] * len(matrix.subject_ids), pa.float64()),
    }
    for index, name in enumerate(matrix.catalogue.names):
        columns[f"shap_{name}"] = pa.array(explained.contributions[:, index])
    write_table(pa.table(columns), out)
    click.echo(f"{len(matrix.subject_ids):,} cases scored to {out}; advice for choosing interviews, and nothing else")
