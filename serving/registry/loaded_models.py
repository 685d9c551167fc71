"""Loaded models: the champions in use, replaced whole, and never by a model that is refused.

A champion whose files were changed is refused and the one in use stays. Without a valid approval on this day there is none.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeVar

from features.catalogue import catalogue
from features.settings import Settings
from models.approval import FOLDER as APPROVALS
from models.approval import Approval, NotApproved, TrialEnded, read_approval
from models.bundle import Bundle, BundleRejected, load_bundle
from models.signatures import NoTrustedKey, trusted_keys
from models.storage import KEPT

_T = TypeVar("_T")
log = logging.getLogger("mimamori")
SUBJECTS = ("visa", "entry")
_EARLIER_LOADED = 4


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@dataclass(slots=True)
class LoadedModels:
    """Models in use by subject with their approvals, and the reasons for which a model on disk is refused.

    Attributes
    ----------
    today
        Day (UTC) at which approvals must be valid.
    trials_ended
        Last day of a trial that has ended, by subject.
    """

    settings: Settings
    today: Callable[[], dt.date] = _today
    bundles: dict[str, Bundle] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    trials_ended: dict[str, dt.date] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, tuple[object, object]] = field(default_factory=dict)
    _earlier: OrderedDict[str, Bundle] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def reload(self) -> None:
        """Load champions whose folders or approvals changed, and check approvals anew each day; the others stay in use.

        While one thread loads, the others go on with the models in use.
        """
        if not self._lock.acquire(blocking=not self.bundles):
            return
        try:
            for subject in SUBJECTS:
                self._reload(subject, self.settings.home / "champions" / subject)
        finally:
            self._lock.release()

    def by_hash(self, sha256: str, subject: str) -> Bundle | None:
        """Return a model in use or kept from earlier, None if there is none with this hash."""
        loaded = next((bundle for bundle in self.bundles.values() if bundle.sha256 == sha256), None)
        if loaded is not None or sha256 in self._earlier:
            return loaded or self._earlier[sha256]
        folder = self.settings.home / KEPT / sha256
        kept = self._load_kept(folder, sha256, subject) if folder.exists() else None
        if kept is not None:
            with self._lock:
                self._earlier[sha256] = kept
                while len(self._earlier) > _EARLIER_LOADED:
                    self._earlier.popitem(last=False)
        return kept

    def _load(self, folder: Path, subject: str) -> Bundle:
        return load_bundle(folder, trusted=trusted_keys(self.settings.trusted), catalogue=catalogue(subject))

    def _reload(self, subject: str, folder: Path) -> None:
        files, approvals = _stamp(folder), (_stamp(self.settings.home / APPROVALS), self.today())
        former, bundle = self._stamps.get(subject, (None, None)), self.bundles.get(subject)
        if (files, approvals) == former or (files is None and bundle is None):
            return
        error: Exception | None = None
        same_files = bundle is not None and files in (None, former[0])
        reason = self.refused.get(subject) if same_files else None
        if not same_files:
            try:
                bundle = self._load(folder, subject)
            except (BundleRejected, NoTrustedKey) as refusal:
                if _stamp(folder) != files:
                    return  # it was moved meanwhile: the next reload decides
                error, reason = refusal, str(refusal)
                log.error("model %s refused, the one in use stays: %s", subject, refusal)
        if bundle is not None:
            not_approved = self._use(subject, bundle)
            error = error or not_approved
            reason = reason or (str(not_approved) if not_approved else None)
        if not isinstance(error, NoTrustedKey):
            self._stamps[subject] = (files, approvals)
        self.refused = _with(self.refused, subject, reason)

    def _use(self, subject: str, bundle: Bundle) -> Exception | None:
        """Let a verified model serve if it is approved today, and no model otherwise; returns the fault of the approval."""
        try:
            trusted = trusted_keys(self.settings.trusted)
            approval = read_approval(self.settings.home, subject, bundle.sha256, trusted=trusted, today=self.today())
        except (NotApproved, NoTrustedKey) as error:
            log.error("model %s refused, no model serves: %s", subject, error)
            ended = error.until if isinstance(error, TrialEnded) else None
            self.trials_ended = _with(self.trials_ended, subject, ended)
            self.approvals, self.bundles = _with(self.approvals, subject, None), _with(self.bundles, subject, None)
            return error
        self.trials_ended = _with(self.trials_ended, subject, None)
        self.approvals = _with(self.approvals, subject, approval)
        # a single assignment: a request sees the old model or the new one, never a mixture
        self.bundles = _with(self.bundles, subject, bundle)
        return None

    def _load_kept(self, folder: Path, sha256: str, subject: str) -> Bundle | None:
        try:
            bundle = self._load(folder, subject)
        except (BundleRejected, NoTrustedKey) as error:
            log.warning("kept model %s cannot be used: %s", sha256[:12], error)
            return None
        if bundle.sha256 != sha256:
            log.warning("kept model %s has another hash", sha256[:12])
            return None
        return bundle


def _with(entries: dict[str, _T], subject: str, entry: _T | None) -> dict[str, _T]:
    """Return a copy with the entry of a subject replaced, or removed for None."""
    others = {name: kept for name, kept in entries.items() if name != subject}
    return others if entry is None else {**others, subject: entry}


def _stamp(folder: Path) -> object | None:
    """Return a value that changes with the folder's content; None while it is absent or being moved."""
    try:
        real = folder.resolve(strict=True)
        return (real, *sorted((path.name, path.lstat().st_mtime_ns, path.lstat().st_size) for path in real.iterdir()))
    except OSError:
        return None
