"""`mimamori train`: trains, evaluates and registers a challenger; the other commands of this room are imported here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from features.arrays import Floats
from features.catalogue import Catalogue
from features.command_line import Problem, cluster_option
from features.events.history import History
from features.matrix import history_of
from features.settings import Settings
from features.tables.folder import read_folder
from training.challenger import TrainingOptions, datasheet_of, train_challenger
from training.drift.commands import drift
from training.experiments.tuning import Budget
from training.fit.cases import Cases, read_truth
from training.fit.trainer import Trainer, TrainingConfig
from training.fit.trees import FittedTrees, fit_trees
from training.gate.commands import promote, rollback
from training.gate.persons import NotSigned, person_id
from training.labels.labels import ALL_FILES, RANDOM_SAMPLE_FRAMES
from training.labels.outcomes import RefusalColumn
from training.labels.splits import NothingToEvaluate, TooFewLabels
from training.papers.commands import papers
from training.report.sections import FIRST_LINE, Section, table_text
from training.sampling.schemes import DEFAULT_SCHEMES, SAMPLING_SCHEMES, TrainingRows
from training.statistics.intervals import InterviewError

if TYPE_CHECKING:  # Dask loads only for --cluster
    from features.matrix_on_cluster import FolderOnCluster

_PRINTED = ("At ", "Cut-offs", "Per cut-off", "Ranking of all cases")
"""Start of the titles of the sections that the terminal shows, besides the first one."""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_DEFAULT_SCHEMES = ", ".join(f"{scheme} for {subject}" for subject, scheme in DEFAULT_SCHEMES.items())


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--subject", type=click.Choice(["visa", "entry", "both"]), default="both", show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Random seed.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True,
              help="Threads of LightGBM; the model's bytes do not depend on it.")  # fmt: skip
@click.option("--sampling", type=click.Choice(SAMPLING_SCHEMES), show_default=_DEFAULT_SCHEMES,
              help="Sampling scheme of the training rows; `--report` compares all of them.")  # fmt: skip
@click.option("--random-sample-frame", "sample_frame", type=click.Choice(RANDOM_SAMPLE_FRAMES), default=ALL_FILES, show_default=True,
              help="Files among which random interviews were drawn; weights and intervals by labels depend on it.")  # fmt: skip
@click.option("--interviews-err", type=click.FloatRange(0, 1), nargs=2, metavar="SENSITIVITY FALSE",
              help="Shares of exploited people, and of others, with indications in an interview; figures by labels are then about "
              "exploited people instead of people with indications.")  # fmt: skip
@click.option("--tune", "trials", type=click.IntRange(1), metavar="TRIALS",
              help="Search parameters first, this many trials in all; an interrupted search continues.")  # fmt: skip
@click.option("--tune-seconds", type=click.FloatRange(1), help="Time limit of the search.")
@click.option(
    "--report", is_flag=True, help="Evaluate at several cut-offs beside all baselines; print and write a report."
)
@click.option("--report-out", type=click.Path(file_okay=False, path_type=Path),
              help="Folder of the report (a folder for each subject in it); default: reports in MIMAMORI_HOME.")  # fmt: skip
@click.option("--cutoffs", type=click.IntRange(1, 10), default=3, show_default=True, help="Cut-offs of the report.")
@click.option("--each-feature", is_flag=True, help="Ablation of every feature rather than every family, in the report.")
@click.option(
    "--elsewhere", type=_FOLDER, multiple=True, help="Evaluate the model in another folder, too (repeatable)."
)
@click.option(
    "--trained-by", metavar="PERSON_ID", help="Id of the trainer, on the card; the trainer cannot approve the model."
)
@click.option("--prior/--no-prior", default=True, show_default=True,
              help="Add the trees of synthetic worlds to those of the labels; a label counts for the whole journey, application and "
              "landings. With too few labels the prior alone is registered.")  # fmt: skip
@click.option("--labels/--no-labels", default=True, show_default=True,
              help="Without them the prior alone is the model, and findings only set the level of its score; so the reference models "
              "are made.")  # fmt: skip
@click.option("--replace", "replace_challenger", is_flag=True,
              help="Move the alias challenger to the new version even where its figure is worse than the present challenger's.")  # fmt: skip
@cluster_option
def train(  # noqa: PLR0913, PLR0917 (click passes one argument per option)
    folder: Path, subject: str, seed: int, threads: int, sampling: str | None, sample_frame: str,
    interviews_err: tuple[float, float] | None, trials: int | None, tune_seconds: float | None,
    report: bool, report_out: Path | None, cutoffs: int, each_feature: bool, elsewhere: tuple[Path, ...],
    trained_by: str | None, prior: bool, labels: bool, replace_challenger: bool, cluster: str | None,
) -> None:  # fmt: skip
    """Train, evaluate, log to MLflow and register a challenger."""
    settings = Settings.from_environment()
    out = report_out or settings.home / "reports"
    options = TrainingOptions(
        folds=cutoffs, each_feature=each_feature, elsewhere=elsewhere, budget=_budget(trials, tune_seconds),
        datasheet=datasheet_of(folder), trained_by=_trainer(trained_by), replace_challenger=replace_challenger,
    )  # fmt: skip
    config = TrainingConfig(seed, threads, prior=prior, labels=labels, error=_interview_error(interviews_err))
    failed = []
    with _on_cluster(cluster, folder) if cluster else nullcontext() as there:
        source = _Source(folder, there, sample_frame)
        for name in ("visa", "entry") if subject == "both" else (subject,):
            own = replace(options, report=out / name if report or report_out else None)
            scheme = replace(config, scheme=sampling or DEFAULT_SCHEMES[name])
            if not _train_subject(name, source, scheme, own, settings):
                failed.append(name)
    if failed:
        raise Problem(f"no model for {', '.join(failed)}; see above")


class _Source:
    """Records of a folder, read here or on a cluster, with their truth if any; a history is computed once."""

    def __init__(self, folder: Path, there: FolderOnCluster | None, sample_frame: str) -> None:
        if there is None:
            click.echo("reading records …", err=True)
        self._there, self._sample_frame = there, sample_frame
        self._records = read_folder(folder) if there is None else there.records
        self._truth, self._history = read_truth(folder), cast(History | None, None)

    @property
    def trainer(self) -> Trainer:
        """Function that fits trees, here or on the cluster."""
        return fit_trees if self._there is None else _fit_on(self._there)

    def cases(self, subject: str, config: TrainingConfig, options: TrainingOptions) -> Cases:
        """Cases of a subject, only those of a single model where the options allow it."""
        records, truth, frame = self._records, self._truth, self._sample_frame
        if self._there is not None:
            return Cases.of(
                records, subject, truth, self._there.matrix(subject), sample_frame=frame, journeys=config.prior
            )
        self._history = history_of(records) if self._history is None else self._history
        if options.every_case:
            return Cases.of(records, subject, truth, history=self._history, sample_frame=frame, journeys=config.prior)
        return Cases.needed(records, subject, truth, self._history, config.scheme, frame, config.prior, config.labels)


def _train_subject(
    subject: str, source: _Source, config: TrainingConfig, options: TrainingOptions, settings: Settings
) -> bool:
    """Train a challenger of a subject and print its lines; False with a message where that is not possible."""

    def progress(step: str) -> None:
        click.echo(f"{subject}: {step}", err=True)

    try:
        progress("computing features …")
        cases = source.cases(subject, config, options)
        lines, sections = train_challenger(cases, config, options, settings, progress, source.trainer)
    except (TooFewLabels, RefusalColumn, NothingToEvaluate) as error:
        progress(f"not trained: {error}")
        return False
    if options.report is not None:
        _print(subject, sections, options.report)
    for line in lines:
        click.echo(f"{subject}: {line}")
    return True


def _budget(trials: int | None, seconds: float | None) -> Budget | None:
    if seconds and not trials:
        raise click.UsageError("--tune-seconds limits a search; give the number of trials with --tune")
    return Budget(trials, seconds) if trials else None


def _trainer(trained_by: str | None) -> str | None:
    try:
        return None if trained_by is None else person_id(trained_by)
    except NotSigned as error:
        raise click.UsageError(f"--trained-by: {error}") from None


def _interview_error(rates: tuple[float, float] | None) -> InterviewError | None:
    if rates and rates[0] <= rates[1]:
        raise click.UsageError(
            "--interviews-err: interviews with as many indications in others as in exploited people show nothing"
        )
    return InterviewError(*rates) if rates else None


def _on_cluster(address: str, folder: Path) -> AbstractContextManager[FolderOnCluster]:
    from features.matrix_on_cluster import folder_on_cluster  # noqa: PLC0415 (Dask loads only for --cluster)

    return folder_on_cluster(address, folder)


def _fit_on(there: FolderOnCluster) -> Trainer:
    from training.fit.trees_on_cluster import fit_trees_on_cluster  # noqa: PLC0415

    def trainer(
        values: Floats, part: TrainingRows, catalogue: Catalogue, *, seed: int, threads: int,
        tuned: Mapping[str, object] | None = None,
    ) -> FittedTrees:  # fmt: skip
        return fit_trees_on_cluster(there.cluster, values, part, catalogue, seed=seed, tuned=tuned)

    return trainer


def _print(subject: str, sections: list[Section], report: Path) -> None:
    """Print the tables of the evaluation, and the first section last; the file has the rest."""
    first, *later = sections
    shown = [section for section in later if section.title.startswith(_PRINTED) and not section.appendix]
    click.echo(FIRST_LINE)
    for section in [*shown, first]:
        parts = (section.text, "" if section.table is None else table_text(section.table))
        click.echo("\n".join([f"\n{subject}: {section.title}", *(part for part in parts if part)]))
    click.echo(f"\n{subject}: {len(later) - len(shown)} more sections and the pictures in {report / 'report.html'}")


__all__ = ["drift", "papers", "promote", "rollback", "train"]
