"""Settings of the installation, read once from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; see the table in the README.

    Attributes
    ----------
    clock
        ``machine``, or ``records``: today is the day of the latest case, for records of the past.
    """

    home: Path
    database_url: str | None
    mlflow_uri: str
    signing_key_path: Path
    data_key_path: Path
    trusted_key_paths: tuple[Path, ...] = ()
    mlflow_ui: str | None = None
    clock: str = "machine"

    @property
    def trusted(self) -> tuple[Path, ...]:
        """Files of the public keys that may sign a model; that of the signing key if none are named."""
        return self.trusted_key_paths or (self.signing_key_path.with_suffix(".pub"),)

    @staticmethod
    def from_environment() -> Settings:
        """Read ``MIMAMORI_…`` from the environment."""
        home = Path(os.environ.get("MIMAMORI_HOME", ".mimamori")).absolute()
        return Settings(
            home,
            os.environ.get("MIMAMORI_DATABASE_URL") or None,
            os.environ.get("MIMAMORI_MLFLOW_URI") or f"sqlite:///{home / 'mlflow.db'}",
            Path(os.environ.get("MIMAMORI_SIGNING_KEY") or home / "keys" / "signing.pem"),
            Path(os.environ.get("MIMAMORI_DATA_KEY") or home / "keys" / "data.key"),
            tuple(Path(part) for part in os.environ.get("MIMAMORI_TRUSTED_KEYS", "").split(os.pathsep) if part),
            _web_address(os.environ.get("MIMAMORI_MLFLOW_UI")),
            _choice("MIMAMORI_CLOCK", ("machine", "records")),
        )


class SettingRejected(Exception):
    """Raised when the environment holds a setting that cannot be used."""


def _web_address(given: str | None) -> str | None:
    if given and urlsplit(given).scheme not in {"http", "https"}:
        raise SettingRejected("MIMAMORI_MLFLOW_UI must be an address that begins with http:// or https://")
    return given.rstrip("/") if given else None


def _choice(name: str, allowed: tuple[str, ...]) -> str:
    given = os.environ.get(name) or allowed[0]
    if given not in allowed:
        raise SettingRejected(f"{name} must be one of {', '.join(allowed)}")
    return given
