"""Commands of the sealed log: verify it, sign its head, go on after a fault; and the appraisal pack of a period."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from features.command_line import Problem
from features.languages import LANGUAGES
from features.settings import Settings
from models.signatures import NoTrustedKey, load_or_create_key, trusted_keys
from serving.appraisal.pack_folder import write_pack
from serving.decisions.service import open_service
from serving.log import verifier
from serving.log.bundle import write_bundle
from serving.log.checkpoints import (
    LATEST,
    Exporter,
    KnownTree,
    LogNotExtended,
    NoLogKey,
    accept_log,
    last_export,
    log_key,
    read_known_tree,
    read_text,
)
from serving.log.cosignature import NAME, cosigned_at, read_witness_key
from serving.log.signed_note import ORIGIN, NoteRejected, verifier_key
from serving.log.verification import verify_log
from serving.log.witness import Refused, Witness
from serving.store import log_leaves
from serving.store.appraisal import Period

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def log() -> None:
    """The sealed log of decisions, interviews and corrections."""


@log.command()
@click.option("--checkpoint", type=_FILE, help="A retained checkpoint; the last exported one if not given.")
@click.option(
    "--witness", "witness_key", type=_FILE, help="Key (.vkey) of a witness that must have cosigned --checkpoint."
)
def verify(checkpoint: Path | None, witness_key: Path | None) -> None:
    """Compare every row with its leaf, and the log with a checkpoint; report every fault."""
    settings = Settings.from_environment()
    if witness_key is not None:
        _require_cosignature(checkpoint, witness_key)
    known = _known_tree(settings, checkpoint)
    if known is None:
        click.echo("no checkpoint to compare with: a log that was rewritten as a whole is not seen", err=True)
    faults = 0
    with open_service(settings).engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        size = log_leaves.size(connection)
        for fault in verify_log(
            connection, known, lambda leaves: click.echo(f"{leaves:,} of {size:,} leaves", err=True)
        ):
            faults += 1
            click.echo(fault)
    extends = "" if known is None else f", extend the checkpoint of {known.checkpoint.size:,}"
    click.echo(f"{faults:,} faults in {size:,} leaves" if faults else f"{size:,} leaves and their rows agree{extends}")
    if faults:
        raise SystemExit(1)


def _known_tree(settings: Settings, checkpoint: Path | None) -> KnownTree | None:
    try:
        if checkpoint is None:
            return last_export(settings)
        return read_known_tree(checkpoint, log_key(settings).public_key())
    except (NoLogKey, NoteRejected) as error:
        raise Problem(f"the checkpoint cannot be used: {error}") from None


def _require_cosignature(checkpoint: Path | None, witness_key: Path) -> None:
    if checkpoint is None:
        raise click.UsageError("--witness needs --checkpoint: the file that the witness keeps")
    try:
        cosigned_at(read_text(checkpoint), read_witness_key(read_text(witness_key)))
    except NoteRejected as error:
        raise Problem(str(error)) from None


@log.command()
@click.argument("folder", type=_FOLDER)
@click.option("--log-key", "log_pem", type=_FILE, required=True, help="Public key of the log, PEM (.pub).")
@click.option("--key", "key_path", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="Key of the witness, outside MIMAMORI_HOME; created if missing.")  # fmt: skip
@click.option(
    "--state", type=_FOLDER, required=True, help="Folder of the witness: what it signed, and what it refused."
)
@click.option("--name", default="mimamori/witness", show_default=True, help="Name of the witness in its signatures.")
@click.option("--every", type=click.IntRange(1, 86_400), help="Go on, and look again after so many seconds.")
def witness(folder: Path, log_pem: Path, key_path: Path, state: Path, name: str, every: int | None) -> None:
    """Cosign the checkpoint in FOLDER with the key of another office, if it extends all that was cosigned."""
    office = _witness(log_pem, key_path, state, name)
    while True:
        try:
            signed, is_new = office.sign(folder, int(time.time()))
        except Refused as error:
            if every is None:
                raise Problem(f"not signed: {error}") from None
            click.echo(f"not signed: {error}", err=True)
        else:
            click.echo(f"{signed.size:,} leaves {'cosigned' if is_new else 'were cosigned before'}")
        if every is None:
            return
        time.sleep(every)


def _witness(log_pem: Path, key_path: Path, state: Path, name: str) -> Witness:
    """Return the witness; its key must be another than the log's, and out of the service's reach."""
    if key_path.absolute().is_relative_to(Settings.from_environment().home):
        raise click.UsageError("--key must lie outside MIMAMORI_HOME: the service shall not sign as its witness")
    if not NAME.fullmatch(name):
        raise click.UsageError("--name has no spaces and no +")
    try:
        [log_public] = trusted_keys([log_pem])
        office = Witness(name, load_or_create_key(key_path), state, log_public)
    except NoTrustedKey:
        raise Problem(
            f"{log_pem.name} is no public Ed25519 key in PEM; name the .pub file beside the key of the log"
        ) from None
    except ValueError:
        raise Problem(f"{key_path.name} is no Ed25519 key; name another file with --key") from None
    if office.key.public_key() == log_public:
        raise click.UsageError("--key is the key of the log itself: a witness is another office with another key")
    key_path.with_suffix(".vkey").write_text(f"{office.public_key}\n", encoding="utf-8")
    return office


@log.command()
@click.option("--out", type=_FOLDER, help="Folder outside the database; MIMAMORI_LOG_CHECKPOINTS if not given.")
def checkpoint(out: Path | None) -> None:
    """Sign the head of the log, print it, and write it into a folder with the hash of every leaf."""
    settings = Settings.from_environment()
    try:
        key = log_key(settings)
        folder = out or settings.checkpoint_folder
        if folder is None:
            raise Problem("name a folder with --out or MIMAMORI_LOG_CHECKPOINTS")
        with open_service(settings).engine.connect() as connection:
            signed = Exporter(folder, key).export(connection)
    except (NoLogKey, NoteRejected, LogNotExtended) as error:
        raise Problem(str(error)) from None
    click.echo((folder / LATEST).read_text(encoding="utf-8"), nl=False)
    click.echo(f"{signed.size:,} leaves signed; key {verifier_key(ORIGIN, key.public_key())}", err=True)


@log.command()
@click.option("--out", type=_FOLDER, required=True, help="Folder to write into.")
def export(out: Path) -> None:
    """Write leaves, rows and signed head into a folder that the stand-alone verifier checks."""
    settings = Settings.from_environment()
    service = open_service(settings)
    try:
        with service.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            count = len(write_bundle(connection, out))
            Exporter(out, log_key(settings)).export(connection)
    except (NoLogKey, NoteRejected, LogNotExtended) as error:
        raise Problem(str(error)) from None
    click.echo(f"{count:,} leaves in {out}; python {verifier.__file__} {out} --key PEM --checkpoint FILE checks them")


@log.command()
@click.option("--reason", required=True, help="Why the log stands as it does; kept in the log.")
def accept(reason: str) -> None:
    """Go on with a log that does not extend its last checkpoint, and seal that this was done and why."""
    settings = Settings.from_environment()
    try:
        key, former = log_key(settings), last_export(settings)
        if former is None or settings.checkpoint_folder is None:
            raise Problem("there is no exported checkpoint, so that nothing has to be accepted")
        accept_log(open_service(settings).engine, settings.checkpoint_folder, key, former.checkpoint, reason)
    except (NoLogKey, NoteRejected) as error:
        raise Problem(str(error)) from None
    click.echo("accepted, sealed in the log, and signed; the former checkpoint is kept beside the new one")


@click.command()
@click.option("--from", "since", type=_DAY, required=True, help="First day (UTC).")
@click.option("--to", "until", type=_DAY, required=True, help="Day after the last (UTC); the period must have ended.")
@click.option(
    "--out", type=_FOLDER, default=Path("pack"), show_default=True, help="Folder to write into; must be empty."
)
@click.option(
    "--lang", "languages", type=click.Choice(LANGUAGES), multiple=True, help="Language of the report; all if not given."
)
def pack(since: dt.datetime, until: dt.datetime, out: Path, languages: tuple[str, ...]) -> None:
    """Write the appraisal pack of a period: report, tables, papers, sealed log with verifier, replay sample, incidents.

    The same period gives the same bytes.
    """
    period = Period(since.replace(tzinfo=dt.UTC), until.replace(tzinfo=dt.UTC))
    if not period.since < period.until <= dt.datetime.now(dt.UTC):
        raise click.UsageError("--from lies before --to, and --to not in the future: a period that goes on has no pack")
    if out.exists() and any(out.iterdir()):
        raise Problem(f"{out} is not empty; name another folder with --out")
    settings = Settings.from_environment()
    service = open_service(settings)
    try:
        log_key(settings)
        count = write_pack(service, period, out, languages or LANGUAGES)
    except NoLogKey as error:
        raise Problem(str(error)) from None
    click.echo(f"{count} files of {period} in {out}; open {out / f'report-{(languages or LANGUAGES)[0]}.html'}")
