"""The service on its log: it does not start where the log was changed, and exports a checkpoint every minute."""

from __future__ import annotations

import logging
import threading

from features.command_line import Problem
from features.error_origin import origin
from features.settings import Settings
from serving.decisions.service import DecisionService, open_service
from serving.log.checkpoints import (
    Exporter,
    LogNotExtended,
    NoLogKey,
    last_export,
    log_key,
    require_extension,
)
from serving.log.signed_note import NoteRejected
from serving.retention.erasure import erase_again
from serving.store.transactions import try_lock

log = logging.getLogger("mimamori")
PAUSE_SECONDS = 60.0
_LOCK = 7305416


def open_on_log(settings: Settings) -> DecisionService:
    """Open the service on a log that extends its last exported checkpoint.

    Raises `Problem` if it does not, or if the checkpoint cannot be read.
    """
    try:
        if settings.log_key_path is not None:
            log_key(settings)
        known = last_export(settings)
        service = open_service(settings)
        with service.engine.connect() as connection:
            require_extension(connection, known)
        returned = erase_again(service)
        if returned:
            log.warning("this database came back from an earlier time; %d people were erased again", returned)
    except (LogNotExtended, NoLogKey, NoteRejected) as error:
        raise Problem(
            f"{error}; the service does not start. `mimamori log verify` names the faults; after they are understood, "
            "`mimamori log accept --reason TEXT` goes on and seals the reason"
        ) from None
    return service


class CheckpointWriter:
    """The thread that exports checkpoints, from `start` to `stop`; without a key or folder it does nothing."""

    def __init__(self, service: DecisionService) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="checkpoints", daemon=True)
        self._exporter: Exporter | None = None

    def start(self) -> None:
        """Start to export checkpoints."""
        settings = self._service.models.settings
        if settings.log_key_path is not None and settings.checkpoint_folder is not None:
            self._exporter = Exporter(settings.checkpoint_folder, log_key(settings))
            self._thread.start()

    def stop(self) -> None:
        """Export a last checkpoint and end."""
        self._stopping.set()
        if self._exporter is not None:
            self._thread.join()
            self._export(self._exporter)

    def _work(self) -> None:
        while self._exporter is not None and not self._stopping.is_set():
            self._export(self._exporter)
            self._stopping.wait(PAUSE_SECONDS)

    def _export(self, exporter: Exporter) -> None:
        """Export a checkpoint; of several workers one at a time does it."""
        try:
            with self._service.engine.begin() as connection:
                if try_lock(connection, _LOCK):
                    exporter.export(connection)
        except (LogNotExtended, NoteRejected) as error:
            log.error("checkpoint: %s; `mimamori log verify` names the faults", error)
        except Exception as error:  # the export must never take the service down
            log.error("checkpoint: %s", origin(error))
