"""`mimamori vignettes`: the prior or another model against the stories that every model must keep."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from pathlib import Path

import click

from features.catalogue import catalogue
from features.command_line import Problem
from features.commands import FOLDER
from features.matrix import TABLE_OF_SUBJECT, build_matrix
from features.settings import Settings
from features.tables.folder import Records, read_folder
from features.tables.schema import TABLES
from models.bundle import Bundle, unsigned_bundle
from models.calibration import Calibration
from models.commands import champion
from models.input_profile import InputProfile
from models.peers import Peers
from models.scorer import Scorer
from models.vignettes.conditions import Check
from models.vignettes.evaluation import Vignettes, check_vignettes, story_cases
from models.vignettes.page import write_page
from models.vignettes.story_files import StoriesRejected
from training.fit.prior_trees import load_prior


@click.command()
@click.argument("subject", type=click.Choice(["visa", "entry", "both"]), default="both")
@click.option("--bundle", type=FOLDER, help="A model folder of one subject; the prior that ships if not given.")
@click.option(
    "--peers", type=FOLDER, help="Records whose cases are the prior's peers; without them no finding is checked."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Page of all stories with their results, .html."
)
def vignettes(subject: str, bundle: Path | None, peers: Path | None, out: Path | None) -> None:
    """Check a model against the stories: a line for each that fails, and exit 1 if any does."""
    subjects = ["visa", "entry"] if subject == "both" else [subject]
    if bundle is not None and (len(subjects) > 1 or peers is not None):
        raise click.UsageError("--bundle goes with visa or entry, and has its own peers")
    if peers is not None:
        click.echo("reading the peers' records …", err=True)
    records = None if peers is None else read_folder(peers)
    settings = Settings.from_environment()
    try:
        parts = [
            check_vignettes(prior_bundle(each, records) if bundle is None else champion(settings, each, bundle))
            for each in subjects
        ]
    except StoriesRejected as rejected:
        raise Problem(f"the stories have faults\n{rejected}") from None
    for part in parts:
        for story, checks in groupby(part.failed, attrgetter("story")):
            click.echo(f"{part.subject} {story}: {'; '.join(map(_line, checks))}")
    if out is not None:
        write_page(out, parts)
    for part in parts:
        click.echo(_summary(part))
    if any(part.failed for part in parts):
        raise click.exceptions.Exit(1)


def prior_bundle(subject: str, records: Records | None = None) -> Bundle:
    """Trees of the prior as a model, with the cases of records as peers; raises `Problem` if there is no prior."""
    features = catalogue(subject)
    prior = load_prior(features)
    if prior is None:
        raise Problem(f"no prior for {subject} reads today's catalogue; run `mimamori prior`, or give --bundle")
    scorer, peers = Scorer(prior.forest, Calibration()), None
    if records is not None:
        click.echo(f"{subject}: computing the peers' features …", err=True)
        matrix, table = build_matrix(records, subject), records[TABLE_OF_SUBJECT[subject]]
        ids = table.column(TABLES[TABLE_OF_SUBJECT[subject]].id_column).to_pylist()
        statuses = dict(zip(ids, table.column("status_of_residence").to_pylist(), strict=True))
        peers = Peers.of(scorer, matrix.values, [statuses[case] for case in matrix.subject_ids])
    return unsigned_bundle(scorer, features, InputProfile.of(story_cases(subject).values), peers)


def _line(check: Check) -> str:
    condition = check.condition
    variant = f" with {condition.variant}" if condition.variant else ""
    return f"{condition.kind}{variant} {' or '.join(condition.about)} ({check.seen})"


def _summary(part: Vignettes) -> str:
    unchecked = len(part.checks) - part.checked
    left = f", {unchecked} not checked: the model has no peers" if unchecked else ""
    return f"{part.subject}: {len(part.failed)} of {part.checked} conditions fail in {len(part.raw_scores)} cases{left}"
