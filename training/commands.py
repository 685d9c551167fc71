"""Commands about models: train a challenger, promote it to champion."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.command_line import Problem, cluster_option
from features.matrix import history_of
from features.settings import Settings
from features.tables.folder import read_folder
from training.challenger import datasheet_of, train_challenger
from training.data.labels import ALL_FILES, LOTS
from training.data.outcomes import RefusalColumn
from training.data.splits import TooFewLabels
from training.drift.commands import drift
from training.fitting.cases import Cases, read_truth
from training.fitting.fit import Fitted, fit
from training.fitting.making import Grow, How
from training.fitting.teaching import SCHEMES, USUAL, Part
from training.fitting.tuning import Budget
from training.gate.commands import promote, rollback
from training.gate.signatories import NotSigned, signed_name
from training.papers.commands import papers
from training.reporting.full_report import NothingToJudge, Wanted
from training.reporting.sections import FIRST_LINE, Section, table_text
from training.statistics.intervals import InterviewError

if TYPE_CHECKING:  # Dask is loaded only when it is asked for
    from features.matrix_on_cluster import FolderOnCluster

_PRINTED = ("At ", "Cut-offs", "Per cut-off", "Ranking of all cases")
"""How the titles of those sections begin that the terminal gets, besides the first one."""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--subject", type=click.Choice(["visa", "entry", "both"]), default="both", show_default=True)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Seed of everything random."
)
@click.option(
    "--threads", type=click.IntRange(1), default=2, show_default=True,
    help="Threads of LightGBM; the model's bytes do not depend on it.",
)  # fmt: skip
@click.option("--taught-with", type=click.Choice(SCHEMES),
              show_default=", ".join(f"{scheme} for {subject}" for subject, scheme in USUAL.items()),
              help="Interviewed cases before a background of others; the same with findings of all routes weighing alike; interviewed cases alone; "
                   "these weighted for who was interviewed; or everybody.")  # fmt: skip
@click.option("--lot", type=click.Choice(LOTS), default=ALL_FILES, show_default=True,
              help="Among which files the random arm was drawn; every weight and every interval by labels depends on it.")  # fmt: skip
@click.option("--interviews-err", type=click.FloatRange(0, 1), nargs=2, metavar="SENSITIVITY FALSE",
              help="Shares of exploited people, and of others, in whom an interview finds indications; figures by labels then "
              "speak of exploited people. Not declared, they speak of people with indications.")  # fmt: skip
@click.option("--tune", "trials", type=click.IntRange(1), metavar="TRIALS",
              help="Search parameters first, this many trials in all; a search that was stopped goes on.")  # fmt: skip
@click.option("--tune-seconds", type=click.FloatRange(1), help="Stop the search after this time.")
@click.option("--report", is_flag=True, help="Judge at several cut-offs beside all alternatives; print and write it.")
@click.option("--report-out", type=click.Path(file_okay=False, path_type=Path),
              help="Where the report goes (a folder for each subject in it); default: reports in MIMAMORI_HOME.")  # fmt: skip
@click.option("--cutoffs", type=click.IntRange(1, 10), default=3, show_default=True, help="Cut-offs of the report.")
@click.option("--each-feature", is_flag=True, help="In the report, leave out every feature rather than every family.")
@click.option("--elsewhere", type=_FOLDER, multiple=True, help="Judge the model in another folder, too (repeatable).")
@click.option(
    "--trained-by", metavar="NAME", help="Who answers for this training; on the card, and cannot approve the model."
)
@cluster_option
def train(
    folder: Path, subject: str, seed: int, threads: int, taught_with: str | None, lot: str,
    interviews_err: tuple[float, float] | None, trials: int | None, tune_seconds: float | None,
    report: bool, report_out: Path | None, cutoffs: int, each_feature: bool, elsewhere: tuple[Path, ...],
    trained_by: str | None, cluster: str | None,
) -> None:  # fmt: skip
    """Fit, evaluate, log to MLflow and register a challenger."""
    if tune_seconds and not trials:
        raise click.UsageError("--tune-seconds limits a search; say how many trials with --tune")
    try:
        trainer = None if trained_by is None else signed_name(trained_by)
    except NotSigned as error:
        raise click.UsageError(f"--trained-by: {error}") from None
    settings = Settings.from_environment()
    out = report_out or settings.home / "reports"
    if interviews_err and interviews_err[0] <= interviews_err[1]:
        raise click.UsageError(
            "--interviews-err: interviews that find indications in others as often as in exploited people tell nothing"
        )
    answers = InterviewError(*interviews_err) if interviews_err else None
    budget = Budget(trials, tune_seconds) if trials else None
    failed = []
    with _on_cluster(cluster, folder) if cluster else nullcontext() as there:
        if there is None:
            click.echo("reading records …", err=True)
        records, truth = read_folder(folder) if there is None else there.records, read_truth(folder)
        history = None
        for one in ("visa", "entry") if subject == "both" else (subject,):
            wanted = Wanted(
                out / one if report or report_out else None,
                cutoffs,
                each_feature,
                elsewhere,
                budget,
                datasheet_of(folder),
                trainer,
            )
            how = How(seed, threads, taught_with or USUAL[one], error=answers)
            try:
                click.echo(f"{one}: computing features …", err=True)
                history = history_of(records) if there is None and history is None else history
                if history is None or wanted.every_case:
                    cases = Cases.of(records, one, truth, None if there is None else there.matrix(one), history, lot)
                else:
                    cases = Cases.needed(records, one, truth, history, how.scheme, lot)
                line, sections = train_challenger(
                    cases, how, wanted, settings,
                    lambda words, one=one: click.echo(f"{one}: {words}", err=True),  # type: ignore[misc]
                    fit if there is None else _fit_there(there),
                )  # fmt: skip
            except (TooFewLabels, RefusalColumn, NothingToJudge) as error:
                click.echo(f"{one}: not trained: {error}", err=True)
                failed.append(one)
                continue
            del cases  # the matrix of one subject need not lie beside that of the next
            if wanted.report is not None:
                _print(one, sections, wanted.report)
            click.echo(f"{one}: {line}")
    if failed:
        raise Problem(f"no model for {', '.join(failed)}; see above")


def _on_cluster(address: str, folder: Path) -> AbstractContextManager[FolderOnCluster]:
    from features.matrix_on_cluster import folder_on_cluster  # noqa: PLC0415 (Dask is loaded only when it is asked for)

    return folder_on_cluster(address, folder)


def _fit_there(there: FolderOnCluster) -> Grow:
    from training.fitting.fit_on_cluster import fit_on_cluster  # noqa: PLC0415

    def grow(
        values: NDArray[np.float64], part: Part, catalogue: Catalogue, *, seed: int, threads: int,
        tuned: Mapping[str, object] | None = None,
    ) -> Fitted:  # fmt: skip
        return fit_on_cluster(there.cluster, values, part, catalogue, seed=seed, tuned=tuned)

    return grow


def _print(subject: str, sections: list[Section], report: Path) -> None:
    """Print the tables of the validation and its alternatives, and last what comes of them; the file holds the rest."""
    first, *later = sections
    shown = [one for one in later if one.title.startswith(_PRINTED) and not one.appendix]
    click.echo(FIRST_LINE)
    for section in [*shown, first]:
        click.echo(f"\n{subject}: {section.title}")
        if section.text:
            click.echo(section.text)
        if section.table is not None:
            click.echo(table_text(section.table))
    rest = len(later) - len(shown)
    click.echo(f"\n{subject}: {rest} more sections, and the pictures, in {report / 'report.html'}")


__all__ = ["drift", "papers", "promote", "rollback", "train"]
