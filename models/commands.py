"""`mimamori score`: scores a folder of records with the champion or another model folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from features.arrays import Ints
from features.catalogue import catalogue
from features.command_line import Problem, cluster_option
from features.commands import FOLDER, SUBJECT, check_out, write_table
from features.matrix import build_matrix
from features.settings import Settings
from features.tables.folder import read_folder
from models.bundle import Bundle, BundleRejected, Explanation, load_bundle
from models.signatures import NoTrustedKey, trusted_keys

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])


def champion(settings: Settings, subject: str, folder: Path | None = None) -> Bundle:
    """Champion of a subject, or the model in a folder.

    Raises
    ------
    Problem
        If it is missing or refused.
    """
    path = folder or settings.home / "champions" / subject
    if not path.exists():
        raise Problem(f"there is no champion for {subject}; run `mimamori train` and `mimamori promote {subject}`")
    try:
        return load_bundle(path, trusted=trusted_keys(settings.trusted), catalogue=catalogue(subject))
    except (BundleRejected, NoTrustedKey) as error:
        raise Problem(f"the model for {subject} is refused: {error}") from None


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--subject", type=SUBJECT, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .parquet or .csv file.")
@click.option("--from", "start", type=_MOMENT, help="Only cases from this moment (UTC) on.")
@click.option("--to", "end", type=_MOMENT, help="Only cases before this moment (UTC).")
@click.option("--bundle", type=FOLDER, help="A model folder instead of the champion.")
@cluster_option
def score(
    folder: Path, subject: str, out: Path, start: dt.datetime | None, end: dt.datetime | None, bundle: Path | None,
    cluster: str | None,
) -> None:  # fmt: skip
    """Score every case of a folder, with one contribution column per feature."""
    check_out(out, folder)
    model = champion(Settings.from_environment(), subject, bundle)
    start, end = (None if time is None else time.replace(tzinfo=dt.UTC) for time in (start, end))
    if cluster:
        ids, as_of, explained = _explain_on_cluster(cluster, folder, model, start, end)
    else:
        ids, as_of, explained = _explain_here(folder, model, start, end)
    columns = {
        "subject_id": pa.array(ids, pa.string()),
        "as_of": pa.array(as_of, pa.timestamp("us", tz="UTC")),
        "score": pa.array(explained.score),
        "raw_score": pa.array(explained.raw_score),
        "base_value": pa.array([explained.base_value] * len(ids), pa.float64()),
    }
    for index, name in enumerate(model.catalogue.names):
        columns[f"shap_{name}"] = pa.array(explained.contributions[:, index])
    write_table(pa.table(columns), out)
    click.echo(f"{len(ids):,} cases scored to {out}; advice for choosing interviews, and nothing else")


_CASES_A_STEP = 5_000
"""Some ten seconds between two lines of progress."""
_Scored = tuple[list[str], Ints, Explanation]


def _explain_here(folder: Path, model: Bundle, start: dt.datetime | None, end: dt.datetime | None) -> _Scored:
    click.echo("reading records …", err=True)
    records = read_folder(folder)
    click.echo("computing features …", err=True)
    matrix = build_matrix(records, model.subject, start=start, end=end)
    parts = []
    for first in range(0, len(matrix.values), _CASES_A_STEP):
        click.echo(f"{first:,} of {len(matrix.values):,} cases scored …", err=True)
        parts.append(model.explain(matrix.values[first : first + _CASES_A_STEP]))
    raw = np.concatenate([np.empty(0), *(part.raw_score for part in parts)])
    shap = np.concatenate([np.empty((0, len(model.catalogue.names))), *(part.contributions for part in parts)])
    return matrix.subject_ids, matrix.as_of, model.scorer.explanation(raw, shap)


def _explain_on_cluster(
    address: str, folder: Path, model: Bundle, start: dt.datetime | None, end: dt.datetime | None
) -> _Scored:
    from features.matrix_on_cluster import folder_on_cluster  # noqa: PLC0415 (Dask loads only for --cluster)
    from models.score_on_cluster import explain_on_cluster  # noqa: PLC0415

    with folder_on_cluster(address, folder, rooms=("features", "models")) as there:
        return explain_on_cluster(there, model, start=start, end=end)
